"""The half of a stream that does no I/O: chunks in, batches of events out, and the end of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from ..assembly import Assembler, ending_error
from ..errors import OrStreamError
from ..events import Completed, Event, Failed, Incomplete

if TYPE_CHECKING:
    from .._core import Limits

Chunk: TypeAlias = bytes | bytearray | memoryview
OutputSource: TypeAlias = Literal["auto", "terminal", "stream"]

_ENDS = frozenset({Completed, Failed, Incomplete})
# Ends that the contract does not have but servers send; the core takes them as ends too.
_FOREIGN_ENDS = frozenset({"response.done", "response.cancelled", "response.canceled"})

_ENDING, _ENDED, _FAULTY = 1, 2, 3  # phases of the core's reader


class Intake:
    """Decodes and folds the chunks of one body up to the end that the server tells (rules R10, R11).

    `decode` and `fold` take the next chunk, or None at the end of the body, and give the events that the caller has to
    see; `fold` makes none, for callers who want only the response. While `faulty` is true, `settle` is to be called
    first. Once `ending` is true, the server has little time for what it may still say. Once `ended` is true they must
    not be called again: `verdict` tells what the end was.
    """

    def __init__(
        self,
        *,
        limits: Limits | None,
        strict: bool,
        require_terminal: bool,
        output_source: OutputSource,
        messages: bool = False,
    ) -> None:
        self.assembler = Assembler(limits=limits, strict=strict, output_source=output_source)
        self._decode = self.assembler.decode_message if messages else self.assembler.decode
        self._feed = self.assembler.feed_message if messages else self.assembler.feed
        self.require_terminal = require_terminal
        self.ended = False
        self.ending = False
        self.faulty = False
        self.chunks = 0

    def decode(self, chunk: Chunk | None) -> list[Event]:
        """Take a chunk and give its events, in order and none after the terminal one."""
        if chunk is None:
            events = self.assembler.decode_end()
            self.ended = True
            return _until_terminal(events)
        events = self._decode(chunk)
        self.chunks += 1
        if phase := self.assembler.phase:
            self._enter(phase)
            return _until_terminal(events) if self.ended else events
        return events

    def fold(self, chunk: Chunk | None) -> list[Event]:
        """Take a chunk without making events of it."""
        if chunk is None:
            self.assembler.finish()
            self.ended = True
            return []
        self._feed(chunk)
        self.chunks += 1
        if phase := self.assembler.phase:
            self._enter(phase)
        return []

    def settle(self) -> None:
        """Raise what the core found behind the last events it handed out, before anyone waits for more bytes."""
        self.assembler.feed(b"")

    def verdict(self) -> OrStreamError | None:
        """Tell what is to be raised at the end of the stream, if anything is."""
        try:
            self.assembler.finish()
        except OrStreamError as error:
            return error
        return ending_error(self.assembler, require_terminal=self.require_terminal)

    def _enter(self, phase: int) -> None:
        self.ended = phase == _ENDED
        # Neither an `error` event nor `[DONE]` is the end: `response.failed` may follow the one (rule E10), and the
        # other may come too early (rule S3). But what follows them gets little time.
        self.ending = phase == _ENDING
        self.faulty = phase == _FAULTY


def _until_terminal(events: list[Event]) -> list[Event]:
    for count, event in enumerate(events, start=1):
        if type(event) in _ENDS or event.type in _FOREIGN_ENDS:
            return events[:count]
    return events
