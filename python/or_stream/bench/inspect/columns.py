"""The events of a recording as columns: one number an event, of which a browser makes typed arrays."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..._core import Decoder
from ...errors import OrStreamError
from ..captures.capture import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...events import Event
    from ..captures import Capture
    from ..timeline import Timeline


def _seconds() -> array[float]:
    return array("d")


def _numbers() -> array[int]:
    return array("I")


@dataclass(slots=True)
class EventColumns:
    """One entry an event, in order of arrival.

    Args:
        kinds: The names that `kind` points to.
        time_ms: When it came, in milliseconds since the request was sent.
        sequence: Its `sequence_number`, -1 for none.
        offset: The byte of the body where its block starts.
        length: Bytes of that block.
        chunk: The chunk that completed it.
        kind: Its type, as sent.
        characters: Code points of its delta, 0 for other events.
    """

    kinds: list[str] = field(default_factory=list[str])
    time_ms: array[float] = field(default_factory=_seconds)
    sequence: array[float] = field(default_factory=_seconds)
    offset: array[int] = field(default_factory=_numbers)
    length: array[int] = field(default_factory=_numbers)
    chunk: array[int] = field(default_factory=_numbers)
    kind: array[int] = field(default_factory=lambda: array("H"))
    characters: array[int] = field(default_factory=_numbers)
    _kind_numbers: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, event: Event, offset: int, length: int) -> None:
        """Note an event and its block."""
        name: str = event.type
        number = self._kind_numbers.setdefault(name, len(self.kinds))
        if number == len(self.kinds):
            self.kinds.append(name)
        self.kind.append(number)
        self.sequence.append(-1 if event.sequence_number is None else event.sequence_number)
        self.offset.append(offset)
        self.length.append(length)

    def take_times(self, timeline: Timeline) -> None:
        """Take from the timeline of the same stream what only it knows."""
        count = len(self.kind)
        self.time_ms.extend(at / 1e6 for at in timeline.times[:count])
        self.chunk.extend(timeline.chunks[:count])
        self.characters.extend(timeline.delta_characters[:count])


def told_events(capture: Capture) -> Iterator[tuple[Event, int, int]]:
    """Decode a recording block by block, so that each event is known with the very bytes that told it.

    Yields:
        Each event, the byte of the body where its block starts, and the bytes of that block. It ends where nothing
        more can be read, as the timeline does, which has the reason.
    """
    decoder = Decoder()
    pieces = [chunk.data for chunk in capture.chunks] if capture.messages else blocks(capture.body)
    feed = decoder.feed_message if capture.messages else decoder.feed
    at, size = 0, 0
    try:
        for piece in pieces:
            size = len(piece)
            for event in feed(piece):
                yield event, at, size
            at += size
        for event in decoder.finish():
            yield event, at - size, size
    except OrStreamError:
        return
