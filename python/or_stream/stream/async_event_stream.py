"""`AsyncEventStream`: events of an asynchronous source, pulled by a task, on asyncio and trio."""

from __future__ import annotations

from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, Self, TypeVar

from anyio import CancelScope, create_task_group, move_on_after
from anyio.lowlevel import checkpoint

from .._core import AsyncBatches, AsyncEvents
from ..errors import OrStreamError
from .clocks import FOREVER, Clocks, Timeouts
from .deadline import Late, in_time, make_deadline
from .intake import Intake
from .iteration import AsyncTextDeltas
from .progress import DRAIN_BYTES, DRAIN_SECONDS, ENDING_SECONDS, Progress
from .read_ahead import Buffer, ReadAhead
from .sources import AsyncSource, open_async_source
from .sources.recording import open_tape, recorded_async_source

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from os import PathLike
    from types import TracebackType
    from typing import NoReturn

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


class AsyncEventStream(AsyncEvents, Progress[AsyncSource]):
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

    _yield = staticmethod(checkpoint)

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
        library_read = opened.library_read
        self._read: Callable[[], Awaitable[Chunk | None]] = library_read or opened.read
        self._ends_empty = library_read is not None
        self._waited = 0.0
        self._seen = (0, 0)
        self._deadline: Deadline | None = None
        self._clocks = opened.clocks or (Clocks(timeouts) if timeouts else None)
        self._ahead = None if read_ahead is None else Buffer(read_ahead, coalesces=coalesce)
        self._reader: TaskGroup | None = None
        self._reading: CancelScope | None = None
        self._left = False
        self._taking = Lock()

    async def __aenter__(self) -> Self:
        """Check the HTTP reply, so that an error of the server is raised here, and start to read ahead if asked to."""
        await self._open()
        if self._ahead is not None and self._reader is None:
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
            if self._reader is not None and not self._left:
                self._left = True
                # Without the block's own error, which would come back wrapped in a group.
                await self._reader.__aexit__(None, None, None)
        finally:
            await self.aclose()

    def __aiter__(self) -> Self:
        return self

    def batches(self) -> AsyncBatches:
        """Iterate over lists of events, one list for each chunk that completed any: the fast way."""
        return AsyncBatches(self)

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
        self._take_ready()
        if self._ahead is None:
            await self._to_end()
        else:
            async for _ in self.batches():
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
        self._take_ready()
        self._stop_reading()
        if not self._acquire():
            self._closed = True
            await self._source.abort()
            return
        try:
            await self._shut()
        finally:
            self._release()

    # One step at a time

    async def _take(self) -> list[Event]:
        """The next events that were read ahead, none at the end."""
        if self._ahead is None or self._reader is None:
            message = "read_ahead reads inside of `async with stream:`, and there was none"
            raise RuntimeError(message)
        if not self._taking.acquire(blocking=False):
            raise self._concurrent()
        try:
            # Events that wait are taken without waiting: give way once for each batch of them.
            await checkpoint()
            events = await self._ahead.take()
            if not events:
                # Where a cancel has ended the reader it is about to reach its consumer, who is to hear of that first.
                await checkpoint()
        finally:
            self._taking.release()
        return events or await self._next_chunk()

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()

    async def _read_ahead(self, buffer: Buffer, scope: CancelScope) -> None:
        # What it raises is remembered, and raised to the consumer behind the last event.
        with scope, suppress(OrStreamError):
            await buffer.fill(self._next_chunk, lambda: self._intake.assembler.bytes_seen)

    async def _open(self) -> None:
        """Check the reply."""
        if not self._begin():
            return
        try:
            await in_time(self._source.open(), self._clocks)
        except GeneratorExit:
            # The event loop has dropped this coroutine: nothing can be awaited any more.
            raise
        except BaseException as error:
            await self._lose(error, reading=True)
        finally:
            self._release()

    async def _timed_read(self) -> Chunk | None:
        """Read until the first clock runs out."""
        if self._deadline is None:
            self._deadline = make_deadline()
        now = self._deadline.now()
        late = FOREVER
        if self._clocks is not None:
            self._tell(self._clocks)
            late = self._clocks.deadline(now)
        # What may still follow an error or the sentinel gets little time (rules E10, S3).
        end = now + ENDING_SECONDS if self._intake.ending else FOREVER
        if late <= now and self._clocks is not None:
            raise self._clocks.stalled(now)
        try:
            chunk = await self._deadline.wait(self._source.read(), min(late, end))
        except Late:
            if end <= late or self._clocks is None:
                return None
            raise self._clocks.stalled(now) from None
        self._waited = self._deadline.now() - now
        return chunk

    def _tell(self, clocks: Clocks) -> None:
        """Tell the clocks what the last read brought, which by now is decoded."""
        assembler = self._intake.assembler
        events = assembler.events_seen
        progress = events - assembler.idle_events_seen
        clocks.waited(self._waited, event=events > self._seen[0], progress=progress > self._seen[1])
        self._seen = (events, progress)

    async def _finish(self) -> None:
        """End behind the last event: in peace, or by what is to be raised there."""
        self._over = True
        fault = self._intake.verdict()
        if fault is not None:
            self._failed(fault)
        with suppress(Exception):
            await self._shut()
        if self._fault is not None:
            raise self._fault

    async def _lose(self, error: BaseException, *, reading: bool) -> NoReturn:
        """Close behind an error, and raise it."""
        try:
            if reading and isinstance(error, Exception) and not isinstance(error, (OrStreamError, MemoryError)):
                raise self._broken(error) from error
            raise error
        except BaseException as told:
            self._failed(told)
            with suppress(Exception):
                await self._shut()
            raise

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
            if self._source.closes_at_once:
                await self._source.aclose()
            else:
                # Shielded: a cancelled task must not leave its connection open.
                with move_on_after(CLOSE_SECONDS, shield=True):
                    await self._source.aclose()

    async def _drain(self) -> None:
        left = DRAIN_BYTES
        with move_on_after(DRAIN_SECONDS), suppress(Exception):
            while left > 0 and (chunk := await self._source.read()) is not None:
                left -= len(chunk)
