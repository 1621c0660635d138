"""A whole body, or a list of messages, from bytes to response."""

from dataclasses import dataclass, field

from . import framing
from .events import Event, decode
from .fold import Fold


class NotAnEventStreamError(ValueError):
    """The body is a page, not a stream (S14)."""


@dataclass
class Reading:
    """All that one body says: its events and the fold of them, ended."""

    events: list[Event] = field(default_factory=list)
    fold: Fold = field(default_factory=Fold)

    @property
    def findings(self) -> set[str]:
        return set(self.fold.findings)


def read(body: bytes) -> Reading:
    """Read a whole body, and at its end what no blank line closed (S10) or was no stream at all (S14)."""
    framed = framing.parse(body)
    events, stray = [], False
    for block in framed.events:
        decoded = decode(block.data, block.event)
        stray |= block.stray
        if decoded and stray:
            decoded[0].findings.append("S8")
            stray = False
        events += decoded
    stray |= framed.stray
    if framed.pending is not None:
        last = decode(framed.pending.data, framed.pending.event, whole_body=True)
        for event in last:
            event.findings.append("S10")
        events += last
    if not events and not framed.events:
        events = one_document(body.removeprefix(framing.BOM).strip())
        stray = stray and not events
    reading = fold_all(events)
    reading.fold.findings += ["S8"] * stray
    return reading


def one_document(text: bytes) -> list[Event]:
    """An answer that is one JSON object instead of a stream (S14)."""
    if text.startswith(b"<"):
        raise NotAnEventStreamError
    if not text.startswith(b"{"):
        return []
    events = decode(text, whole_body=True)
    for event in events:
        event.findings.append("S14")
    return events


def read_messages(messages: list[bytes]) -> Reading:
    """Read WebSocket frames or lines of JSON: one event each, no framing."""
    return fold_all([event for message in messages for event in decode(message)])


def fold_all(events: list[Event]) -> Reading:
    reading = Reading(events)
    for event in events:
        reading.fold.push(event)
    reading.fold.end()
    return reading
