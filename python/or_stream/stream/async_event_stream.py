"""`AsyncEventStream`: events of an asynchronous source, pulled by a task, on asyncio and trio."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self, TypeVar

from anyio import move_on_after
from anyio.lowlevel import checkpoint

from ..errors import OrStreamError
from .intake import Intake
from .iteration import AsyncBatches, AsyncTextDeltas
from .progress import DRAIN_BYTES, DRAIN_SECONDS, Progress
from .sources import AsyncSource, open_async_source
from .suspension import Watched

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from pydantic import TypeAdapter

    from .._core import Limits
    from ..events import Event
    from ..models import Response
    from ..outcome import Outcome
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

    Raises:
        TypeError: Raised when the source gives no bytes, or would block the event loop.
    """

    def __init__(
        self,
        source: Any,
        *,
        limits: Limits | None = None,
        strict: bool = False,
        require_terminal: bool = True,
        output_source: OutputSource = "auto",
    ) -> None:
        opened = open_async_source(source, strict=strict)
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

    async def __aenter__(self) -> Self:
        """Check the HTTP reply, so that an error of the server is raised here."""
        await self._pull(None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        # The shortest way to "the next one, if there is one": every event but the first of its chunk goes here.
        for event in self._ready:
            return event
        events = await self._pull(self._intake.decode)
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
        await self._pull(self._intake.fold)
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
        rest = list(self._ready)
        return rest or await self._pull(self._intake.decode)

    async def _pull(self, take: Callable[[Chunk | None], list[Event]] | None) -> list[Event]:
        """The next events, none at the end; without `take` only open the source."""
        if not self._begin():
            return []
        try:
            return await (self._open() if take is None else self._advance(take))
        except GeneratorExit:
            # The event loop has dropped this coroutine: nothing can be awaited any more.
            raise
        except BaseException as error:
            await self._abandon(error)
            raise
        finally:
            self._lock.release()

    async def _open(self) -> list[Event]:
        try:
            await self._source.open()
        except (OrStreamError, MemoryError):
            raise
        except Exception as cause:
            raise self._broken(cause) from cause
        return []

    async def _advance(self, take: Callable[[Chunk | None], list[Event]]) -> list[Event]:
        intake = self._intake
        if not intake.ended:
            intake.settle()
        while not intake.ended:
            try:
                chunk = await (self._source.read() if self._unyielding < YIELD_BYTES else self._watched_read())
            except (OrStreamError, MemoryError):
                raise
            except Exception as cause:
                raise self._broken(cause) from cause
            self._unyielding += READ_COST + len(chunk or b"")
            if self._closed:
                raise self._closed_error()
            events = take(chunk)
            if events:
                return events
        await self._finish()
        return []

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
            # Shielded: a cancelled task must not leave its connection open.
            with move_on_after(CLOSE_SECONDS, shield=True):
                await self._source.aclose()

    async def _drain(self) -> None:
        left = DRAIN_BYTES
        with move_on_after(DRAIN_SECONDS), suppress(Exception):
            while left > 0 and (chunk := await self._source.read()) is not None:
                left -= len(chunk)
