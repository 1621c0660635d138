"""What a row of the conformance tables is, and the shortest spelling of the events that the rows are made of.

Each builder gives the event that the contract prescribes for message `m` at output index 0, content index 0; keywords
change a field, and `field=...` (an ellipsis) leaves it out. No event has a number unless the row is about numbers.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.streams import wire
from tests.streams.wire import Dialect

Event = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One row: bytes and what must come of them.

    Args:
        id: The row's id in wire-format.md.
        what: The row in one line.
        body: The bytes.
        types: The types of the events that a decoder gives, in order.
        output: The response's output items at the end.
        findings: Rule ids that a lenient reader notes, no more and no fewer.
        strict: The error class that a strict reader raises, None if it raises nothing.
        outcome: How the stream ended.
        also: Fields of the final response that the row is about.
        error: The normalised error, for rows that are about it.
    """

    id: str
    what: str
    body: bytes
    types: tuple[str, ...] | None = None
    output: list[Any] | None = None
    findings: set[str] = field(default_factory=set)
    strict: str | None = None
    outcome: str = "completed"
    also: dict[str, Any] = field(default_factory=dict)
    error: dict[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.id}: {self.what}"


def sse(*told: Event | bytes, dialect: Dialect = wire.OPENAI) -> bytes:
    """A body of events and of bytes as they are."""
    return b"".join(one if isinstance(one, bytes) else wire.body([one], dialect) for one in told)


def event(kind: str, /, **fields: Any) -> Event:
    """An event without the fields that are `...`."""
    return {"type": kind, **{key: value for key, value in fields.items() if value is not ...}}


# Responses


def response(status: str, **fields: Any) -> dict[str, Any]:
    whole = {"id": "r", "object": "response", "status": status, "model": "x", "output": [], **fields}
    return {key: value for key, value in whole.items() if value is not ...}


def created(**fields: Any) -> Event:
    return event("response.created", response=response("in_progress", **fields))


def completed(*output: Any, **fields: Any) -> Event:
    return event("response.completed", response=response("completed", output=list(output), **fields))


# Items


def message(text: str | None = None, **fields: Any) -> dict[str, Any]:
    """A finished message, or with `text=None` one that begins."""
    content = [] if text is None else [part(text)]
    status = "in_progress" if text is None else "completed"
    whole = {"type": "message", "id": "m", "role": "assistant", "status": status, "content": content, **fields}
    return {key: value for key, value in whole.items() if value is not ...}


def call(arguments: str = "", **fields: Any) -> dict[str, Any]:
    """A function call."""
    whole = {"type": "function_call", "id": "f", "call_id": "c", "name": "n", "arguments": arguments, **fields}
    return {"status": "completed" if arguments else "in_progress", **whole}


def thinking(summary: str | None = None, thoughts: str | None = None, **fields: Any) -> dict[str, Any]:
    """A reasoning item."""
    content = {} if thoughts is None else {"content": [{"type": "reasoning_text", "text": thoughts}]}
    told = [] if summary is None else [{"type": "summary_text", "text": summary}]
    return {"type": "reasoning", "id": "q", "summary": told, **content, **fields}


def added(item: Any = None, **fields: Any) -> Event:
    return event("response.output_item.added", output_index=0, item=message() if item is None else item) | change(
        fields
    )


def item_done(item: Any, **fields: Any) -> Event:
    return event("response.output_item.done", output_index=0, item=item) | change(fields)


def change(fields: dict[str, Any]) -> Event:
    """Fields to put over an event; `None` stays, because null is what some rows are about."""
    assert ... not in fields.values(), "use event() to leave fields out"
    return fields


# Parts and texts


def part(text: str, kind: str = "output_text", **fields: Any) -> dict[str, Any]:
    more: dict[str, Any] = {"annotations": []} if kind == "output_text" else {}
    return {"type": kind, "refusal" if kind == "refusal" else "text": text, **more, **fields}


def placed(kind: str, fields: dict[str, Any], **own: Any) -> Event:
    """An event about content part 0 of message m."""
    return event(kind, **{"item_id": "m", "output_index": 0, "content_index": 0, **own, **fields})


def part_added(text: str = "", kind: str = "output_text", **fields: Any) -> Event:
    return placed("response.content_part.added", fields, part=part(text, kind))


def part_done(text: str, kind: str = "output_text", **fields: Any) -> Event:
    return placed("response.content_part.done", fields, part=part(text, kind))


def delta(text: Any, **fields: Any) -> Event:
    return placed("response.output_text.delta", fields, delta=text)


def text_done(text: Any, **fields: Any) -> Event:
    return placed("response.output_text.done", fields, text=text)


def arguments_delta(text: str, **fields: Any) -> Event:
    return event(
        "response.function_call_arguments.delta", **{"item_id": "f", "output_index": 0, "delta": text, **fields}
    )


def arguments_done(text: str, **fields: Any) -> Event:
    kind = "response.function_call_arguments.done"
    return event(kind, **{"item_id": "f", "output_index": 0, "name": "n", "arguments": text, **fields})


def thought(text: str, **fields: Any) -> Event:
    return placed("response.reasoning.delta", {"item_id": "q", **fields}, delta=text)


def thought_done(text: str, **fields: Any) -> Event:
    return placed("response.reasoning.done", {"item_id": "q", **fields}, text=text)


def summary_delta(text: str, **fields: Any) -> Event:
    kind = "response.reasoning_summary_text.delta"
    return event(kind, **{"item_id": "q", "output_index": 0, "summary_index": 0, "delta": text, **fields})


def summary_done(text: str, **fields: Any) -> Event:
    kind = "response.reasoning_summary_text.done"
    return event(kind, **{"item_id": "q", "output_index": 0, "summary_index": 0, "text": text, **fields})


# Answers that many rows share

OPENING = (created(), added(), part_added())


def closing(text: str) -> tuple[Event, ...]:
    """Everything after the deltas of a message."""
    return (text_done(text), part_done(text), item_done(message(text)), completed(message(text)))


def answer(*deltas: str) -> tuple[Event, ...]:
    """A message told by the contract."""
    return (*OPENING, *(delta(one) for one in deltas), *closing("".join(deltas)))


HELLO = message("Hello")
HELLO_EVENTS = answer("Hel", "lo")
HELLO_TYPES = tuple(one["type"] for one in HELLO_EVENTS)
MALFORMED = "or_stream.malformed"


def hello_with(*middle: Event | bytes, dialect: Dialect = wire.OPENAI) -> bytes:
    """The hello answer with something between its two deltas."""
    return sse(*OPENING, delta("Hel"), *middle, delta("lo"), *closing("Hello"), dialect=dialect)


def types_with(*middle: str) -> tuple[str, ...]:
    """The types of the hello answer with some between its two deltas."""
    return (*HELLO_TYPES[:4], *middle, *HELLO_TYPES[4:])


def open_with(*texts: str) -> Event:
    """A message that is still open, with these parts."""
    return message() | {"content": [part(text) for text in texts]}


def partial(id_: str, what: str, *events: Event, output: list[Any], **more: Any) -> Row:
    """A row whose stream ends without terminal, because what was folded until then is its point."""
    return Row(id_, what, sse(*events), None, output, outcome="truncated", **more)
