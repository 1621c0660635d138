"""One logical answer as the events that the contract prescribes for it, in order and complete."""

from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]

CREATED_AT = 1_764_000_000


@dataclass(frozen=True)
class Piece:
    """A part of a message or of a reasoning item, and how many characters one delta carries."""

    type: str
    text: str
    step: int = 4
    annotations: tuple[dict[str, Any], ...] = ()
    logprobs: bool = False

    @property
    def field(self) -> str:
        return "refusal" if self.type == "refusal" else "text"

    def deltas(self) -> list[str]:
        return cut(self.text, self.step)

    def part(self, *, whole: bool) -> dict[str, Any]:
        """The part as announced, or as finished."""
        part: dict[str, Any] = {"type": self.type, self.field: self.text if whole else ""}
        if self.type == "output_text":
            part["annotations"] = list(self.annotations) if whole else []
        if self.logprobs:
            part["logprobs"] = [logprob(delta) for delta in self.deltas()] if whole else []
        return part


@dataclass(frozen=True)
class Item:
    """One output item: `fixed` is what it says of itself, `pieces`, `summary` and `streamed` come in deltas.

    `streamed` names the field that a tool call streams, by the word that its event types use for it.
    """

    type: str
    id: str
    fixed: dict[str, Any] = field(default_factory=dict)
    pieces: tuple[Piece, ...] = ()
    summary: tuple[Piece, ...] = ()
    streamed: str = ""
    text: str = ""
    step: int = 6
    lines: tuple[str, ...] = ()

    def item(self, *, whole: bool) -> dict[str, Any]:
        """The item as announced, or as finished."""
        item: dict[str, Any] = {"type": self.type, "id": self.id, **self.fixed}
        if self.type not in ("reasoning", "compaction"):
            item["status"] = "completed" if whole else "in_progress"
        if self.type == "message":
            item["content"] = [piece.part(whole=True) for piece in self.pieces] if whole else []
        if self.type == "reasoning":
            item["summary"] = [piece.part(whole=True) for piece in self.summary] if whole else []
            if self.pieces:
                item["content"] = [piece.part(whole=True) for piece in self.pieces] if whole else []
        if self.streamed:
            self.put_text(item, self.text if whole else "")
        if self.type == "shell_call":
            item["action"] = {"commands": list(self.lines) if whole else [], "timeout_ms": None}
        if self.type == "shell_call_output":
            item["output"] = [shell_output(line) for line in self.lines] if whole else []
        return item

    def put_text(self, item: dict[str, Any], text: str) -> None:
        if self.streamed == "diff":
            item["operation"] = {**self.fixed["operation"], "diff": text}
        else:
            item[self.streamed] = text


@dataclass(frozen=True)
class Answer:
    """A response: its items, how it ends (completed, incomplete, failed, cancelled) and what it says besides."""

    items: tuple[Item, ...]
    id: str = "resp_0001"
    model: str = "test-model-1"
    status: str = "completed"
    fixed: dict[str, Any] = field(default_factory=dict)

    def response(self, status: str) -> dict[str, Any]:
        """The response object while it runs, or, for its final status, as it ends."""
        ended = status == self.status
        items = [item.item(whole=True) for item in self.items] if ended else []
        why = {"reason": "max_output_tokens"} if status == "incomplete" else None
        error = {"code": "server_error", "message": "the model went away"} if status == "failed" else None
        return {
            "id": self.id,
            "object": "response",
            "created_at": CREATED_AT,
            "completed_at": CREATED_AT + 2 if ended and status == "completed" else None,
            "status": status,
            "incomplete_details": why,
            "model": self.model,
            "previous_response_id": None,
            "instructions": None,
            "output": items,
            "error": error,
            "tools": [],
            "tool_choice": "auto",
            "truncation": "disabled",
            "parallel_tool_calls": True,
            "text": {"format": {"type": "text"}},
            "top_p": 1.0,
            "temperature": 1.0,
            "presence_penalty": 0.0,
            "frequency_penalty": 0.0,
            "top_logprobs": 0,
            "reasoning": None,
            "usage": usage(self.items) if ended else None,
            "max_output_tokens": None,
            "max_tool_calls": None,
            "store": False,
            "background": False,
            "service_tier": "default",
            "metadata": {},
            "safety_identifier": None,
            "prompt_cache_key": None,
            **self.fixed,
        }


def cut(text: str, step: int) -> list[str]:
    """A text in pieces of `step` characters."""
    return [text[start : start + step] for start in range(0, len(text), step)]


def logprob(token: str) -> dict[str, Any]:
    return {"token": token, "logprob": -0.25, "bytes": list(token.encode()), "top_logprobs": []}


def shell_output(line: str) -> dict[str, Any]:
    return {"stdout": line, "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}


def usage(items: tuple[Item, ...]) -> dict[str, Any]:
    """A count of tokens that is the same at every run."""
    written = sum(len(piece.deltas()) for item in items for piece in (*item.pieces, *item.summary))
    written += sum(len(cut(item.text, item.step)) for item in items)
    thought = sum(len(piece.deltas()) for item in items if item.type == "reasoning" for piece in item.pieces)
    return {
        "input_tokens": 12,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": thought},
        "total_tokens": 12 + written,
    }


# The events


def events(answer: Answer) -> list[Event]:
    """Every event of an answer, numbered from 0, `type` first."""
    told: list[Event] = [
        {"type": "response.created", "response": answer.response("in_progress")},
        {"type": "response.in_progress", "response": answer.response("in_progress")},
    ]
    for index, item in enumerate(answer.items):
        told += item_events(item, index)
    told.append({"type": f"response.{answer.status}", "response": answer.response(answer.status)})
    return numbered(told)


def numbered(told: list[Event]) -> list[Event]:
    """Events with `sequence_number` 0, 1, 2, ... after their type, whatever they had before."""
    return [
        {"type": event["type"], **event, "sequence_number": number}
        if "sequence_number" in event
        else {"type": event["type"], "sequence_number": number, **event}
        for number, event in enumerate(told)
    ]


def item_events(item: Item, index: int) -> list[Event]:
    """From `output_item.added` to `output_item.done`."""
    where = {"item_id": item.id, "output_index": index}
    told: list[Event] = [{"type": "response.output_item.added", "output_index": index, "item": item.item(whole=False)}]
    for number, piece in enumerate(item.summary):
        told += piece_events(piece, {**where, "summary_index": number})
    for number, piece in enumerate(item.pieces):
        told += piece_events(piece, {**where, "content_index": number})
    if item.streamed:
        told += field_events(item, where)
    for number, line in enumerate(item.lines):
        told += line_events(item, line, {**where, "command_index": number})
    told.append({"type": "response.output_item.done", "output_index": index, "item": item.item(whole=True)})
    return told


TEXT_EVENTS = {
    "output_text": "response.output_text",
    "refusal": "response.refusal",
    "reasoning_text": "response.reasoning",
    "summary_text": "response.reasoning_summary_text",
}

FIELD_EVENTS = {
    "arguments": "response.function_call_arguments",
    "input": "response.custom_tool_call_input",
    "code": "response.code_interpreter_call_code",
    "diff": "response.apply_patch_call_operation_diff",
}


def piece_events(piece: Piece, where: dict[str, Any]) -> list[Event]:
    """One part: announced, streamed, told whole, closed."""
    name = "response.reasoning_summary_part" if piece.type == "summary_text" else "response.content_part"
    stem = TEXT_EVENTS[piece.type]
    told: list[Event] = [{"type": f"{name}.added", **where, "part": piece.part(whole=False)}]
    for delta in piece.deltas():
        extra = {"logprobs": [logprob(delta)]} if piece.logprobs else {}
        told.append({"type": f"{stem}.delta", **where, "delta": delta, **extra})
    for number, annotation in enumerate(piece.annotations):
        told.append({"type": f"{stem}.annotation.added", **where, "annotation_index": number, "annotation": annotation})
    extra = {"logprobs": [logprob(delta) for delta in piece.deltas()]} if piece.logprobs else {}
    told.append({"type": f"{stem}.done", **where, piece.field: piece.text, **extra})
    told.append({"type": f"{name}.done", **where, "part": piece.part(whole=True)})
    return told


def field_events(item: Item, where: dict[str, Any]) -> list[Event]:
    """The field of a tool call, which streams without a part around it."""
    stem = "response.mcp_call_arguments" if item.type == "mcp_call" else FIELD_EVENTS[item.streamed]
    told: list[Event] = [{"type": f"{stem}.delta", **where, "delta": delta} for delta in cut(item.text, item.step)]
    return [*told, {"type": f"{stem}.done", **where, item.streamed: item.text}]


def line_events(item: Item, line: str, where: dict[str, Any]) -> list[Event]:
    """One shell command, or what it printed."""
    if item.type == "shell_call":
        place = {key: where[key] for key in ("output_index", "command_index")}
        stem = "response.shell_call_command"
        added: list[Event] = [{"type": f"{stem}.added", **place, "command": ""}]
        deltas: list[Event] = [{"type": f"{stem}.delta", **place, "delta": d} for d in cut(line, item.step)]
        return [*added, *deltas, {"type": f"{stem}.done", **place, "command": line}]
    stem = "response.shell_call_output_content"
    deltas = [{"type": f"{stem}.delta", **where, "delta": {"stdout": d}} for d in cut(line, item.step)]
    return [*deltas, {"type": f"{stem}.done", **where, "output": [shell_output(line)]}]
