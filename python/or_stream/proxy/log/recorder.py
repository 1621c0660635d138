"""Between a relay and its event log: the client never waits for the log, and the log never grows the relay."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING

import anyio

from ..tap import Tap
from .cursor import numbers_of
from .event_log import Entry
from .faults import EventLogError, LogBroken, SecondProducer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from .event_log import EventLog, LogWriter

MAX_BYTES = 4 << 20
REFRESH_SECONDS = 1.0
END_SECONDS = 5.0

_UNNUMBERED = "the server sends no response id or no sequence numbers"


class Recorder:
    """Writes what a client is told to a log, from a buffer with a bound, in a task of its own: `async with recorder:`.

    The block ends when the recorder is closed and has written all.

    Whatever goes wrong is in `error` and ends the recording, never the stream: readers of the log are told that the
    rest is missing, as soon as the log can be reached.

    Args:
        log: The log.
        on_cancel: Called once when somebody asks for the end of the response.
        max_bytes: Most bytes that wait for the log.
    """

    def __init__(self, log: EventLog, on_cancel: Callable[[], None], max_bytes: int = MAX_BYTES) -> None:
        self.error: EventLogError | None = None
        self._log = log
        self._on_cancel = on_cancel
        self._max_bytes = max_bytes
        self._facts = Tap("usage")
        self._writer: LogWriter | None = None
        self._waiting = bytearray()
        self._unnumbered = b""
        self._last = -1
        self._changed = anyio.Event()
        self._is_closed = False

    def note(self, data: bytes) -> None:
        """Take whole events that the client gets. Never waits."""
        if self.error is None:
            self._waiting += data
            self._changed.set()
            if len(self._waiting) > self._max_bytes:
                self._fail(LogBroken(f"the log was slower than the stream: {self._max_bytes} bytes waited for it"))

    def close(self) -> None:
        """Let the recording end with what was noted."""
        self._is_closed = True
        self._changed.set()

    async def __aenter__(self) -> None:
        self._group = await anyio.create_task_group().__aenter__()
        self._group.start_soon(self._run)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self._group.__aexit__(kind, error, trace)

    async def _run(self) -> None:
        """Write until closed; not cancelled before, so that no entry is left half written."""
        with anyio.CancelScope(shield=True) as scope:
            while not self._is_closed:
                await self._wait()
                await self._guarded(self._write)
                await self._spoil()
            scope.deadline = anyio.current_time() + END_SECONDS
            await self._guarded(self._write)
            await self._guarded(self._seal)
            await self._spoil()
        if scope.cancelled_caught:
            self._fail(LogBroken(f"the log did not take the end within {END_SECONDS:g} s"))

    async def _wait(self) -> None:
        with anyio.move_on_after(REFRESH_SECONDS):
            await self._changed.wait()
        if not self._is_closed:
            self._changed = anyio.Event()

    async def _guarded(self, step: Callable[[], Awaitable[None]]) -> None:
        if self.error is not None:
            return
        try:
            await step()
        except EventLogError as error:
            self._fail(error)

    async def _write(self) -> None:
        if self._waiting:
            data, self._waiting = bytes(self._waiting), bytearray()
            await self._append(self._unnumbered + data, data)
        elif self._writer is not None:
            await self._writer.refresh()
        if self._writer is not None and self._writer.cancel_requested:
            self._on_cancel()

    async def _append(self, data: bytes, new: bytes) -> None:
        """Append the events; those without a number go with the next ones that have one."""
        last = self._number_behind(new)
        self._unnumbered = data
        if self._writer is None and self._facts.response_id is not None:
            self._writer = await self._log.open(self._facts.response_id)
        if self._writer is not None and last > self._last:
            await self._writer.append(Entry(data, self._last + 1, last))
            self._last, self._unnumbered = last, b""
        elif len(data) > self._max_bytes:
            raise LogBroken(_UNNUMBERED)

    def _number_behind(self, new: bytes) -> int:
        gaps = self._facts.diagnostic_counts.get("E5", 0)
        self._facts.feed(new)
        if self._facts.fault is not None:
            message = f"the stream's events could not be read: {self._facts.fault}"
            raise LogBroken(message)
        if self._facts.diagnostic_counts.get("E5", 0) == gaps:
            last = self._facts.last_sequence_number
            return self._last if last is None else last
        numbers = [self._last, *numbers_of(new)]
        if any(after <= before for before, after in pairwise(numbers)):
            message = "the server's sequence numbers do not rise"
            raise LogBroken(message)
        return numbers[-1]

    async def _seal(self) -> None:
        outcome = self._facts.finish()
        if self._writer is not None and self._last >= 0:
            await self._writer.seal(outcome, self._unnumbered)
        elif self._facts.events_seen:
            raise LogBroken(_UNNUMBERED)

    # Failure

    def _fail(self, error: EventLogError) -> None:
        self.error = self.error or error
        self._waiting.clear()

    async def _spoil(self) -> None:
        """Tell readers why the rest is missing, where that is ours to tell."""
        if self.error is None or self._writer is None or isinstance(self.error, SecondProducer):
            return
        with suppress(EventLogError):
            await self._writer.spoil(str(self.error))
            self._writer = None
