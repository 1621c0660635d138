"""Whole events of a body, byte for byte: all of them, or those that are new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._core import Decoder, Tap
from ..errors import OrStreamError

if TYPE_CHECKING:
    from ..stream.sources import Chunk


class WholeEvents:
    """Passes bytes up to the last blank line and holds the event that is still to be finished.

    An event that a cut leaves unfinished must not reach the assembler: the resumed stream repeats it.
    """

    def __init__(self) -> None:
        self._framing = Tap("usage")
        self.held = b""

    def feed(self, chunk: Chunk) -> bytes:
        """Give the bytes that may be passed on; none while an event is unfinished."""
        self._framing.feed(chunk)
        if self._framing.fault is not None:
            # Nothing that the framing knows: the stream's own reader is to say what is wrong with it.
            return self.rest() + chunk
        boundary = self._framing.boundary
        if not boundary:
            self.held += chunk
            return b""
        block = self.held + chunk[:boundary]
        self.held = bytes(chunk[boundary:])
        return block

    def rest(self) -> bytes:
        """Give what is held, once."""
        held, self.held = self.held, b""
        return held


class NewEvents:
    """Passes the whole events of a resumed body whose sequence number is above the last one, and those without."""

    def __init__(self, *, after: int) -> None:
        self._whole = WholeEvents()
        self._last = after

    @property
    def held(self) -> bytes:
        """The event that is still to be finished."""
        return self._whole.held

    def feed(self, chunk: Chunk) -> bytes:
        """Give the new events of what has come so far."""
        return b"".join(event for event in _events(self._whole.feed(chunk)) if self._is_new(event))

    def rest(self) -> bytes:
        """Give what is held, once."""
        return self._whole.rest()

    def _is_new(self, block: bytes) -> bool:
        try:
            events = Decoder().feed(block)
        except OrStreamError:
            return True
        numbers = [event.sequence_number for event in events if event.sequence_number is not None]
        # Servers number the errors they make up 0 (rule E5): those are no repeats.
        if not numbers or any(event.type == "error" and event.sequence_number == 0 for event in events):
            return True
        is_new = numbers[-1] > self._last
        self._last = max(self._last, numbers[-1])
        return is_new


def _events(block: bytes) -> list[bytes]:
    """Cut whole events apart, each with its blank line."""
    events: list[bytes] = []
    lines: list[bytes] = []
    for line in block.splitlines(keepends=True):
        lines.append(line)
        if line in (b"\n", b"\r\n", b"\r"):
            events.append(b"".join(lines))
            lines = []
    return [*events, b"".join(lines)] if lines else events
