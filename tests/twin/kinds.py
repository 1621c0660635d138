"""What each event type is and needs, as a table to hold beside wire-format.md, sections 2 and 4."""

from dataclasses import dataclass

LIFECYCLE = ("response.created", "response.queued", "response.in_progress")
TERMINAL = {
    "response.completed": "completed",
    "response.failed": "failed",
    "response.incomplete": "incomplete",
    "response.cancelled": "cancelled",
    "response.canceled": "cancelled",
    "response.done": "",  # whatever its response.status says
}
HEARTBEATS = ("keepalive", "keep_alive", "ping", "response.keep_alive", "response.keepalive")

# One kind of event, several spellings (gaps G1, G9).
ALIASES = {
    "response.reasoning.delta": "response.reasoning_text.delta",
    "response.reasoning.done": "response.reasoning_text.done",
    "response.reasoning_summary.delta": "response.reasoning_summary_text.delta",
    "response.reasoning_summary.done": "response.reasoning_summary_text.done",
}


@dataclass(frozen=True)
class Streamed:
    """Where the deltas and the done of one event family go.

    `item` is the item type that the family fits, `place` the list or field of it ("content", "summary", "commands",
    "outputs" or a dotted field), `part` the part type, `done` the field of the done event that holds the whole text.
    """

    item: str
    place: str
    part: str
    done: str
    text: str = "text"


FAMILIES = {
    "response.output_text": Streamed("message", "content", "output_text", "text"),
    "response.refusal": Streamed("message", "content", "refusal", "refusal", text="refusal"),
    "response.reasoning_text": Streamed("reasoning", "content", "reasoning_text", "text"),
    "response.reasoning_summary_text": Streamed("reasoning", "summary", "summary_text", "text"),
    "response.function_call_arguments": Streamed("function_call", "arguments", "", "arguments"),
    "response.mcp_call_arguments": Streamed("mcp_call", "arguments", "", "arguments"),
    "response.custom_tool_call_input": Streamed("custom_tool_call", "input", "", "input"),
    "response.code_interpreter_call_code": Streamed("code_interpreter_call", "code", "", "code"),
    "response.apply_patch_call_operation_diff": Streamed("apply_patch_call", "operation.diff", "", "diff"),
    "response.shell_call_command": Streamed("shell_call", "commands", "", "command"),
    "response.shell_call_output_content": Streamed("shell_call_output", "outputs", "", "output"),
}

# Events about a whole part: the list it stands in and the field that says where. vLLM's `response.reasoning_part.*` is
# not among them, because unknown types are not guessed (E12).
PARTS = {
    "response.content_part": ("content", "content_index"),
    "response.reasoning_summary_part": ("summary", "summary_index"),
}

ITEM = ("item_id", "output_index")
REQUIRED = {
    "response.output_item.added": ("output_index",),
    "response.output_item.done": ("output_index",),
    "response.output_text.annotation.added": (*ITEM, "content_index", "annotation_index"),
    "response.shell_call_command": ("output_index", "command_index"),
    "response.shell_call_output_content": (*ITEM, "command_index"),
}

INDEXES = (
    "output_index",
    "content_index",
    "summary_index",
    "annotation_index",
    "command_index",
    "partial_image_index",
    "sequence_number",
)


def canonical(kind: str) -> str:
    """The spelling under which the tables above know a type."""
    return ALIASES.get(kind, kind)


def stem(kind: str) -> str:
    """A type without its last word: the family of `x.delta` and `x.done`."""
    return canonical(kind).rpartition(".")[0]


def required(kind: str) -> tuple[str, ...]:
    """The index and id fields that the schema wants of an event that is routed to an item (E6)."""
    family = stem(kind)
    if kind in REQUIRED or family in REQUIRED:
        return REQUIRED.get(kind) or REQUIRED[family]
    if family in PARTS:
        return (*ITEM, PARTS[family][1])
    if family in FAMILIES:
        place = FAMILIES[family].place
        return (*ITEM, *{"content": ("content_index",), "summary": ("summary_index",)}.get(place, ()))
    return ()


def is_heartbeat(kind: str, *, has_response: bool) -> bool:
    """Whether an event is only a sign of life (E11)."""
    if kind in HEARTBEATS or kind.endswith(":keep_alive"):
        return True
    return kind in LIFECYCLE and not has_response


def is_known(kind: str) -> bool:
    """Whether this is the type of an event of the contract that means something here."""
    family, _, word = canonical(kind).rpartition(".")
    told = (*LIFECYCLE, "response.completed", "response.failed", "response.incomplete", "error", *REQUIRED)
    return kind in told or ((family in FAMILIES or family in PARTS) and word in ("added", "delta", "done"))
