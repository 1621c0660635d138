"""The rules of a conformant stream, as one table to be held beside the specification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning"]
Profile: TypeAlias = Literal["open-responses", "openai"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Args:
        id: Its stable id: `C` and a number.
        title: What a conformant stream does.
        severity: `warning` where the specification only advises, or leaves it open.
        reference: Where the specification says so.
        openai: Whether the `openai` profile judges it too.
    """

    id: str
    title: str
    severity: Severity
    reference: str
    openai: bool = True


_STREAM = "Streaming HTTP responses"
_STATES = "Streaming, state machines"
_CONTENT = "Streaming, content parts"
_SCHEMA = "OpenAPI, the event schemas"
_ROWS = (
    Rule("C1", "the body is UTF-8", "error", "WHATWG event streams, 9.2.5"),
    Rule("C2", "the content type is text/event-stream", "error", _STREAM),
    Rule("C3", "every event has an event line", "error", _STREAM),
    Rule("C4", "the event line equals type", "error", _STREAM),
    Rule("C5", "data is one JSON object with a type", "error", _STREAM),
    Rule("C6", "the JSON object is on one data line", "warning", _STREAM),
    Rule("C7", "a blank line ends the last event", "error", "WHATWG event streams, 9.2.6"),
    Rule("C8", "events have no id line", "warning", _STREAM),
    Rule("C9", "the stream ends with [DONE]", "error", _STREAM, openai=False),
    Rule("C10", "nothing follows [DONE]", "error", _STREAM),
    Rule("C11", "sequence_number is an integer in every event", "error", _SCHEMA),
    Rule("C12", "sequence_number starts at 0", "warning", "left open; what OpenAI's servers do"),
    Rule("C13", "sequence_number increases", "error", "Extending the specification, events"),
    Rule("C14", "sequence_number increases by one", "warning", "left open; what OpenAI's servers do"),
    Rule("C15", "every line is a comment or a field of an event stream", "error", "WHATWG event streams, 9.2.5"),
    Rule("C20", "response.created is first", "error", _STATES),
    Rule("C21", "response.in_progress comes before the first item", "error", _STATES),
    Rule("C22", "the stream has a terminal event", "error", _STATES),
    Rule("C23", "nothing follows the terminal event", "error", _STATES),
    Rule("C24", "the status of the response fits the event", "error", _STATES),
    Rule("C25", "an item ends completed or incomplete", "error", _STATES),
    Rule("C26", "an item's events lie between its added and its done", "error", "Streaming, items"),
    Rule("C27", "a part's events lie between its added and its done", "error", _CONTENT),
    Rule("C28", "every item is done before the response completes", "error", "Streaming, items"),
    Rule("C29", "every part is done before its item", "error", _CONTENT),
    Rule("C30", "response.failed follows an error event", "error", "Errors"),
    Rule("C31", "every streamed text is done before its item", "error", _CONTENT),
    Rule("C32", "an incomplete item is the last, and its response incomplete", "error", _STATES),
    Rule("C40", "every event has the same response id", "error", _STATES),
    Rule("C41", "item_id is the id of the item at output_index", "error", _SCHEMA),
    Rule("C42", "output_index counts from 0", "error", _SCHEMA),
    Rule("C43", "the index of a part counts from 0 in its item", "error", _SCHEMA),
    Rule("C44", "annotation_index counts from 0 in its part", "error", _SCHEMA),
    Rule("C50", "the text of done is that of the deltas", "error", _CONTENT),
    Rule("C51", "the part that is done has the text that was done", "error", _CONTENT),
    Rule("C52", "the item that is done has the text that was done", "error", "Streaming, items"),
    Rule("C53", "the terminal output is the items that were done", "error", _STATES),
    Rule("C54", "the part that is done has the annotations that were added", "error", _CONTENT),
    Rule("C60", "required fields are there", "error", _SCHEMA),
    Rule("C61", "only nullable fields are null", "error", _SCHEMA),
    Rule("C62", "fields have their types", "error", _SCHEMA),
    Rule("C63", "enumerated fields have one of their texts", "error", _SCHEMA),
    Rule("C70", "an event type beyond the contract is slug:name", "error", "Extending the specification, events"),
    Rule("C71", "an item or part type beyond the contract is slug:name", "error", "Extending the specification, items"),
)
RULES: Final[dict[str, Rule]] = {rule.id: rule for rule in _ROWS}
"""Every rule by its id, in order."""
