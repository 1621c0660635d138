"""The data of one server-sent event into events of the protocol (tables S and E of wire-format.md)."""

from dataclasses import dataclass, field
from typing import Any

from . import jsontext, kinds

DONE = b"[DONE]"
JSON_SPACE = b" \t\r\n"

# Where a repeated key could change what a reader does; elsewhere the last one wins and nobody needs to know (E18).
ENVELOPE = ("type", "sequence_number", "item_id", "item", "part", "response", "delta", *kinds.INDEXES)

STATUS_TO_TYPE = {
    "completed": "response.completed",
    "failed": "response.failed",
    "incomplete": "response.incomplete",
    "cancelled": "response.cancelled",
    "canceled": "response.cancelled",
    "queued": "response.queued",
}


@dataclass
class Event:
    """One event: `data` is what was sent, `type` what it counts as, `fields` what a reader may rely on.

    In `fields` a null is absent (E15), an empty id is no id (G10) and a bad index is missing (E19).
    """

    type: str
    data: dict[str, Any]
    fields: dict[str, Any] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    @property
    def is_heartbeat(self) -> bool:
        return kinds.is_heartbeat(self.type, has_response=isinstance(self.fields.get("response"), dict))

    @property
    def is_malformed(self) -> bool:
        return self.type == "or_stream.malformed"


def decode(data: bytes, name: str = "", *, whole_body: bool = False) -> list[Event]:
    """Read the data of one server-sent event, which should be one JSON object.

    Args:
        data: The data lines, joined with LF.
        name: What the event line says.
        whole_body: Read it as the last block of a body that ended without a blank line: undecodable data is no event.

    Returns:
        No event for `[DONE]` and for empty data, else one; several where several texts were run together (S9).
    """
    if not data.strip(JSON_SPACE) or data.strip(JSON_SPACE) == DONE:
        return []
    if (event := decode_text(data, name)) is not None:
        return [event]
    if whole_body:
        return []
    lines = [line for line in data.split(b"\n") if line]
    salvaged = [(line, decode_text(line)) for line in lines]
    if len(lines) < 2 or all(event is None for _, event in salvaged):
        return [malformed(data)]
    events = [event or malformed(line) for line, event in salvaged if line.strip(JSON_SPACE) not in (b"", DONE)]
    events[0].findings.append("S9")
    return events


def decode_text(data: bytes, name: str = "") -> Event | None:
    """Read one JSON object, or nothing."""
    text = data.decode("utf-8", errors="replace")
    try:
        value, repeated = jsontext.parse(text)
    except jsontext.NotJSONError:
        return None
    if not isinstance(value, dict):
        return None
    event = identify(value, name)
    event.findings += ["E4"] if text.encode("utf-8", "surrogatepass") != data else []
    event.findings += ["E18"] if any(key in ENVELOPE for key in repeated) else []
    return event


def malformed(data: bytes) -> Event:
    """Data that is not one JSON object (S5)."""
    return Event("or_stream.malformed", {}, findings=["S5"])


def identify(value: dict[str, Any], name: str = "") -> Event:
    """Find out what an object is: by its `type`, else by what it holds (E9, E13), else by its event line (E1)."""
    kind = value.get("type")
    if isinstance(kind, str) and kind:
        event = Event(kind, value)
    elif value.get("error") is not None:
        event = Event("error", value, findings=["E9"])
    elif value.get("object") == "response":
        status = value.get("status")
        kind = STATUS_TO_TYPE.get(status if isinstance(status, str) else "", "response.in_progress")
        return Event(kind, value, {"response": value}, ["E13"])
    elif kinds.is_heartbeat(name, has_response=isinstance(value.get("response"), dict)):
        event = Event(name, value)
    else:
        event = Event(name if kinds.is_known(name) else "", value, findings=["E1"])
    event.fields = reliable(event)
    if event.type in kinds.TERMINAL and not isinstance(event.fields.get("response"), dict):
        event.findings.append("E13")
    return event


def reliable(event: Event) -> dict[str, Any]:
    """The fields without nulls, empty ids and indexes that are none; notes E19."""
    fields = {key: value for key, value in event.data.items() if value is not None}
    if fields.get("item_id") == "" or not isinstance(fields.get("item_id", ""), str):
        del fields["item_id"]
    for key in kinds.INDEXES:
        if key in fields and not is_index(fields[key]):
            del fields[key]
            event.findings.append("E19")
    return fields


def is_index(value: Any) -> bool:
    """An integer from 0 to 2^53, written as one."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def missing(event: Event) -> bool:
    """Whether an index or id is absent, or as good as, that the schema requires (E6)."""
    return any(key not in event.fields for key in kinds.required(event.type))


def error_payload(event: Event) -> dict[str, Any]:
    """The error of an `error` event from any of its shapes (E8, E9), with whatever else the server put there."""
    error = event.data.get("error")
    response = event.data.get("response")
    if error is None and isinstance(response, dict):
        error = response.get("error")
    if isinstance(error, str):
        error = {"message": error}
    source = dict(error) if isinstance(error, dict) else {}
    for key in ("code", "message", "param", "status", "headers"):
        if source.get(key) is None and key in event.data:
            source[key] = event.data[key]
    return source
