"""Where a reader of a log stands: it gets every event once, whatever way they were written in entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._core import Decoder
from ...errors import OrStreamError
from ..rewrite.blocks import split
from .faults import CursorBeyondEnd, CursorExpired

if TYPE_CHECKING:
    from .event_log import Entry


class Cursor:
    """The number that a reader needs next.

    Args:
        response_id: For messages.
        after: The last number that the reader has; None for nothing.
    """

    def __init__(self, response_id: str, after: int | None) -> None:
        self.response_id = response_id
        self.due = 0 if after is None else after + 1

    def check(self, first: int) -> None:
        """Make sure that nothing is missing before the first entry that is there.

        Raises:
            CursorExpired: Raised when something is.
        """
        if first > self.due:
            message = f"{self.response_id}: events {self.due} to {first - 1} are kept no longer"
            raise CursorExpired(message)

    def check_end(self, last: int) -> None:
        """Make sure that a reader that begins at the end, where nothing follows, is right there.

        Args:
            last: The last number of the response.

        Raises:
            CursorBeyondEnd: Raised when the reader claims more than there is.
        """
        if self.due > last + 1:
            message = f"{self.response_id} ended with event {last}: nothing comes behind {self.due - 1}"
            raise CursorBeyondEnd(message)

    def take(self, entry: Entry) -> bytes:
        """Give the events of an entry that the reader has not.

        Raises:
            CursorExpired: Raised when there is a gap before the entry.
        """
        self.check(entry.first)
        data = entry.data if entry.first == self.due else events_from(entry.data, self.due)
        self.due = max(self.due, entry.last + 1)
        return data


def events_from(data: bytes, number: int) -> bytes:
    """Cut off the events below a number, and the comments between them.

    Args:
        data: Whole events whose numbers rise.
        number: The lowest number to stay.
    """
    blocks = split(data)
    for at, block in enumerate(blocks):
        if any(told >= number for told in numbers_of(block)):
            return b"".join(blocks[at:])
    return b""


def numbers_of(data: bytes) -> list[int]:
    """List the numbers of whole events; what cannot be read has none."""
    try:
        events = Decoder().feed(data)
    except OrStreamError:
        return []
    # Servers number the errors they make up 0 (rule E5): those are outside the count.
    told = [event for event in events if not (event.type == "error" and event.sequence_number == 0)]
    return [event.sequence_number for event in told if event.sequence_number is not None]
