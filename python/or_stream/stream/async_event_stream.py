"""`AsyncEventStream`: events of an asynchronous source, pulled by a task, on asyncio and trio."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Self, TypeVar

from anyio import CancelScope, create_task_group, move_on_after
from anyio.lowlevel import checkpoint

from ..errors import OrStreamError
from .clocks import FOREVER, Clocks, Timeouts
from .deadline import Late, make_deadline
from .intake import Intake
from .iteration import AsyncBatches, AsyncTextDeltas
from .progress import DRAIN_BYTES, DRAIN_SECONDS, ENDING_SECONDS, Progress
from .read_ahead import Buffer, ReadAhead
from .sources import AsyncSource, open_async_source
from .sources.recording import open_tape, recorded_async_source
from .suspension import Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from os import PathLike
    from types import TracebackType

    from anyio.abc import TaskGroup
    from pydantic import TypeAdapter

    from .._core import Limits
    from ..events import Event
    from ..models import Response
    from ..outcome import Outcome
    from .deadline import Deadline
    from .intake import OutputSource
    from .sources import Chunk

T = TypeVar("T")

CLOSE_SECONDS = 5.0
"""How long closing a connection may hold a cancelled task up."""
YIELD_BYTES = 65536
"""How much may be taken in before a stream makes sure that the event loop had its turn: some 0.3 ms of work."""
READ_COST = 4096
"""What a read counts for beside its bytes."""


class AsyncEventStream(Progress[AsyncSource]):
    """The typed events of one body, and the response that they make.

    Iterating pulls: nothing is read before the events at hand are used up, and one chunk is read at a time, with at
    most one suspension for a chunk and none for an event that is there. The stream owns its source: leaving the
    `async with` block, `aclose()`, or cancelling a read closes the connection. After the terminal event the iteration
    ends; a server's `error` without a terminal event, a cut body and a broken connection raise there, behind the last
    event (rule R10).

    Args:
        source: Where the bytes come from: an httpx2, httpx or aiohttp response, any async iterable of bytes, an
            `asyncio.StreamReader`, bytes or a list of them, a binary file, or a path.
        limits: What the server may make us hold; None for the defaults of `Limits`.
        strict: Raise at the first thing the server does wrong instead of noting it in `diagnostics`.
        require_terminal: False lets the iteration of a cut body end quietly.
        output_source: Which telling of the output counts where two differ (rule R7): "auto", "terminal" or "stream".
        idle_timeout: Seconds to wait for the next byte; None, as for the following, for no limit of ours.
        event_timeout: Seconds to wait for the next event, whatever comments come.
        progress_timeout: Seconds to wait for the next delta or change of state, whatever heartbeats come.
        total_timeout: Seconds for the whole stream, its consumer's time included.
        read_ahead: Read ahead of the consumer within these bounds, in a task inside the `async with` block; None to
            read only when asked.
        coalesce: Merge neighbouring deltas of one part that wait in the buffer of `read_ahead`.
        record: Write every chunk, with the time when it came, into this file: `.orx` is compact, `.jsonl` readable, any
            other name gets the bare body (docs/recordings.md). Whatever becomes of the file, the stream goes on:
            `record_fault` says why the rest is missing.

    Raises:
        OSError: Raised when the file of `record` cannot be made.
        TypeError: Raised when the source gives no bytes, or would block the event loop.
        ValueError: Raised for a timeout that is not positive, and for `coalesce` without `read_ahead`.
    """

    def __init__(
        self,
        source: Any,
        *,
        limits: Limits | None = None,
        strict: bool = False,
        require_terminal: bool = True,
        output_source: OutputSource = "auto",
        idle_timeout: float | None = None,
        event_timeout: float | None = None,
        progress_timeout: float | None = None,
        total_timeout: float | None = None,
        read_ahead: ReadAhead | None = None,
        coalesce: bool = False,
        record: str | PathLike[str] | None = None,
    ) -> None:
        timeouts = Timeouts(idle_timeout, event_timeout, progress_timeout, total_timeout)
        if coalesce and read_ahead is None:
            message = "coalesce=True merges events that wait, and without read_ahead none do"
            raise ValueError(message)
        if not isinstance(read_ahead, ReadAhead | None):  # pyright: ignore[reportUnnecessaryIsInstance]
            message = f"read_ahead is an or_stream.ReadAhead, not {read_ahead!r}"
            raise TypeError(message)
        opened = open_async_source(source, strict=strict)
        if record is not None:
            opened = recorded_async_source(opened, open_tape(record), strict=strict)
        intake = Intake(
            limits=limits,
            strict=strict,
            require_terminal=require_terminal,
            output_source=output_source,
            messages=opened.messages,
        )
        super().__init__(opened, intake)
        self._unyielding = 0
        self._must_yield = False
        self._read_at = 0.0
        self._deadline: Deadline | None = None
        self._clocks = Clocks(timeouts) if timeouts else None
        self._ahead = None if read_ahead is None else Buffer(read_ahead, coalesces=coalesce)
        self._reader: TaskGroup | None = None
        self._reading: CancelScope | None = None
        self._taking = Lock()

    async def __aenter__(self) -> Self:
        """Check the HTTP reply, so that an error of the server is raised here, and start to read ahead if asked to."""
        await self._open()
        if self._ahead is not None:
            self._buffer = self._ahead
            self._reading = CancelScope()
            self._reader = await create_task_group().__aenter__()
            self._reader.start_soon(self._read_ahead, self._ahead, self._reading)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._stop_reading()
            if self._reader is not None:
                # Without the block's own error, which would come back wrapped in a group.
                await self._reader.__aexit__(None, None, None)
        finally:
            await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        # The shortest way to "the next one, if there is one": every event but the first of its chunk goes here.
        for event in self._ready:
            return event
        events = await self._next_events()
        if not events:
            raise StopAsyncIteration
        self._ready = iter(events)
        return next(self._ready)

    def batches(self) -> AsyncBatches:
        """Iterate over lists of events, one list for each chunk that completed any: the fast way."""
        return AsyncBatches(self._next_batch)

    def text_deltas(self) -> AsyncTextDeltas:
        """Iterate over the pieces of the output text; a text that came without deltas is one piece (rule R9)."""
        return AsyncTextDeltas(self, self._intake.assembler.late_text)

    async def until_done(self) -> Outcome:
        """Read to the end without making events.

        Returns:
            How the stream ended.

        Raises:
            OrStreamError: Raised as by iterating.
        """
        self._ready = iter(())
        if self._ahead is None:
            await self._pull(self._intake.fold)
        while self._ahead is not None and await self._next_events():
            pass
        return self._ended()

    async def get_final_response(self) -> Response:
        """Read to the end and give the response.

        Returns:
            The response, also an incomplete, failed or cancelled one: read its `status`.

        Raises:
            OrStreamError: Raised as by iterating; `partial` holds what was received.
        """
        await self.until_done()
        return self._final_response()

    async def get_final_parsed(self, form: type[T] | TypeAdapter[T]) -> T:
        """Read to the end and parse the answer: structured output, as asked for by `connect(text_format=...)`.

        Args:
            form: A pydantic model, any other type that pydantic knows, or a `TypeAdapter`.

        Returns:
            The value.

        Raises:
            OutputParseError: Raised as by `Response.parse_text`; `partial` is the response.
            OrStreamError: Raised as by iterating.
        """
        return self._parsed(await self.get_final_response(), form)

    async def get_final_text(self) -> str:
        """Read to the end and give the text of the messages.

        Raises:
            OrStreamError: Raised as by iterating.
        """
        await self.until_done()
        return self.output_text

    async def aclose(self) -> None:
        """Close the connection. Does nothing the second time.

        While another task waits for bytes, its connection is closed, if it has one, and it gets `StreamClosed`.
        """
        if self._closed:
            return
        self._ready = iter(())
        self._stop_reading()
        if not self._lock.acquire(blocking=False):
            self._closed = True
            await self._source.abort()
            return
        try:
            await self._shut()
        finally:
            self._lock.release()

    # One step at a time

    async def _next_batch(self) -> list[Event]:
        events = list(self._ready) or await self._next_events()
        if not events:
            raise StopAsyncIteration
        return events

    def _next_events(self) -> Coroutine[Any, Any, list[Event]]:
        return self._pull(self._intake.decode) if self._ahead is None else self._take(self._ahead)

    async def _take(self, ahead: Buffer) -> list[Event]:
        if self._reader is None:
            message = "read_ahead reads inside of `async with stream:`, and there was none"
            raise RuntimeError(message)
        if not self._taking.acquire(blocking=False):
            raise self._concurrent()
        try:
            # Events that wait are taken without waiting: give way once for each batch of them.
            await checkpoint()
            events = await ahead.take()
        finally:
            self._taking.release()
        return events or await self._pull(self._intake.decode)

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()

    async def _read_ahead(self, buffer: Buffer, scope: CancelScope) -> None:
        # What it raises is remembered, and raised to the consumer behind the last event.
        with scope, suppress(OrStreamError):
            await buffer.fill(partial(self._pull, self._intake.decode), lambda: self._intake.assembler.bytes_seen)

    async def _open(self) -> None:
        """Check the reply."""
        if not self._begin():
            return
        try:
            try:
                await self._source.open()
            except (OrStreamError, MemoryError):
                raise
            except Exception as cause:
                raise self._broken(cause) from cause
        except GeneratorExit:
            raise
        except BaseException as error:
            await self._abandon(error)
            raise
        finally:
            self._lock.release()

    async def _pull(self, take: Callable[[Chunk | None], list[Event]]) -> list[Event]:
        """The next events, none at the end."""
        # What runs once a chunk is what a stream costs beside its decoder: it is written out here.
        if not self._begin():
            return []
        intake = self._intake
        try:
            if intake.faulty:
                intake.settle()
            while not intake.ended:
                try:
                    chunk = await self._next_chunk()
                except (OrStreamError, MemoryError):
                    raise
                except Exception as cause:
                    raise self._broken(cause) from cause
                self._unyielding += READ_COST + len(chunk or b"")
                if self._closed:
                    raise self._closed_error()
                events = take(chunk) if self._clocks is None else self._timed_take(self._clocks, take, chunk)
                if events:
                    return events
            await self._finish()
        except GeneratorExit:
            # The event loop has dropped this coroutine: nothing can be awaited any more.
            raise
        except BaseException as error:
            await self._abandon(error)
            raise
        finally:
            self._lock.release()
        return []

    def _next_chunk(self) -> Coroutine[Any, Any, Chunk | None]:
        reading = self._source.read() if self._unyielding < YIELD_BYTES else self._watched_read()
        return reading if self._clocks is None and not self._intake.ending else self._timed_read(reading)

    async def _timed_read(self, reading: Coroutine[Any, Any, Chunk | None]) -> Chunk | None:
        """Read until the first clock runs out."""
        if self._deadline is None:
            self._deadline = make_deadline()
        now = self._read_at = self._deadline.now()
        late = FOREVER if self._clocks is None else self._clocks.deadline(now)
        # What may still follow an error or the sentinel gets little time (rules E10, S3).
        end = now + ENDING_SECONDS if self._intake.ending else FOREVER
        if late <= now and self._clocks is not None:
            reading.close()
            raise self._clocks.stalled(now)
        try:
            return await self._deadline.wait(reading, min(late, end))
        except Late:
            if end <= late or self._clocks is None:
                return None
            raise self._clocks.stalled(now) from None

    def _timed_take(
        self, clocks: Clocks, take: Callable[[Chunk | None], list[Event]], chunk: Chunk | None
    ) -> list[Event]:
        """Take a chunk and tell the clocks what it brought."""
        assembler = self._intake.assembler
        seen, idle = assembler.events_seen, assembler.idle_events_seen
        events = take(chunk)
        new, new_idle = assembler.events_seen - seen, assembler.idle_events_seen - idle
        if self._deadline is not None:
            clocks.waited(self._deadline.now() - self._read_at, event=new > 0, progress=new > new_idle)
        return events

    async def _watched_read(self) -> Chunk | None:
        """Read when it is time to give way: if the last such read was served from a buffer, give way first."""
        # Before the read and not behind it: whoever is cancelled here holds nothing that could be lost.
        if self._must_yield:
            await checkpoint()
        reading = Watched(self._source.read())
        chunk: Chunk | None = await reading
        if self._must_yield or reading.suspended:
            self._unyielding = 0
        self._must_yield = not (self._must_yield or reading.suspended)
        return chunk

    async def _finish(self) -> None:
        self._over = True
        self._fault = self._intake.verdict()
        with suppress(Exception):
            await self._shut()
        if self._fault is not None:
            raise self._fault

    async def _abandon(self, error: BaseException) -> None:
        self._failed(error)
        with suppress(Exception):
            await self._shut()

    async def _shut(self) -> None:
        """Close the source, once; after the terminal event its connection is worth a little reading first."""
        if self._released:
            return
        self._released = True
        try:
            if self._may_drain():
                await self._drain()
        finally:
            self._closed = True
            if self._deadline is not None:
                self._deadline.close()
            # Shielded: a cancelled task must not leave its connection open.
            with move_on_after(CLOSE_SECONDS, shield=True):
                await self._source.aclose()

    async def _drain(self) -> None:
        left = DRAIN_BYTES
        with move_on_after(DRAIN_SECONDS), suppress(Exception):
            while left > 0 and (chunk := await self._source.read()) is not None:
                left -= len(chunk)
