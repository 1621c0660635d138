"""Sources that go on over a new connection where the last one broke off."""

from __future__ import annotations

from threading import Event as ThreadEvent
from typing import TYPE_CHECKING, Any, TypeVar

from anyio import Event, move_on_after

from ..errors import IdleTimeout, OrStreamError, ResumeFailed
from ..stream.deadline import Late, make_deadline
from ..stream.sources import AsyncSource, Chunk, Source, open_async_source, open_source

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from ..stream.clocks import Clocks
    from ..stream.deadline import Deadline
    from .request import Request
    from .resume import Resumption

T = TypeVar("T")

_CLOSE_SECONDS = 5.0


class ResumingSource(Source):
    """A reply, and the replies that continue it, for a thread."""

    def __init__(self, response: Any, send: Callable[[Request], Any], resumption: Resumption, *, strict: bool) -> None:
        self._inner = open_source(response, strict=strict)
        _describe(self, self._inner)
        self._send = send
        self._resumption = resumption
        self._strict = strict
        self._fault: ResumeFailed | None = None
        self._aborted = ThreadEvent()

    def open(self) -> None:
        """Check the first reply."""
        self._inner.open()

    def read(self) -> Chunk | None:
        """Wait for whole new events; empty when bytes came and none was finished."""
        if self._fault is not None:
            raise self._fault
        try:
            chunk = self._inner.read()
        except (OrStreamError, MemoryError):
            raise
        except Exception as cause:
            if self._aborted.is_set() or self._resumption.is_over:
                raise
            return self._go_on(cause)
        if chunk is not None:
            return self._resumption.take(chunk)
        if self._resumption.end_of_body():
            return self._resumption.rest() or None
        return self._go_on(None)

    def _go_on(self, cause: Exception | None) -> bytes:
        self._inner.close()
        try:
            self._resumption.cut(cause)
            while not self._reopened(self._resumption.wait_seconds()):
                pass
        except ResumeFailed as fault:
            self._fault = fault
            # What is held of an unfinished event was received: it goes on before the error.
            return self._resumption.rest()
        self._resumption.opened()
        return b""

    def _reopened(self, seconds: float) -> bool:
        if self._aborted.wait(seconds):
            message = "closed while it was to be resumed"
            raise ConnectionError(message)
        inner: Source | None = None
        try:
            inner = open_source(self._send(self._resumption.request()), strict=self._strict)
            inner.open()
            _refuse_json(inner)
        except Exception as cause:
            if inner is not None:
                inner.close()
            self._resumption.refused(cause, *_told(inner))
            return False
        except BaseException:
            if inner is not None:
                inner.close()
            raise
        self._inner = inner
        _describe(self, inner)
        return True

    def close(self) -> None:
        """Close the connection of now."""
        self._aborted.set()
        self._inner.close()

    def abort(self) -> None:
        """Wake a thread that waits for bytes or for its next attempt."""
        self._aborted.set()
        self._inner.abort()


class AsyncResumingSource(AsyncSource):
    """A reply, and the replies that continue it, for a task.

    A connection that is silent for longer than the stream's `idle_timeout` is given up as one that broke.
    """

    def __init__(
        self,
        response: Any,
        send: Callable[[Request], Awaitable[Any]],
        resumption: Resumption,
        clocks: Clocks | None,
        *,
        strict: bool,
    ) -> None:
        self._inner = open_async_source(response, strict=strict)
        _describe(self, self._inner)
        self._send = send
        self._resumption = resumption
        self._strict = strict
        self._idle_timeout = None if clocks is None else clocks.give_idle()
        self._deadline: Deadline | None = None
        self._fault: ResumeFailed | None = None
        self._aborted = Event()

    async def open(self) -> None:
        """Check the first reply."""
        await self._soon(self._inner.open())

    async def read(self) -> Chunk | None:
        """Wait for whole new events; empty when bytes came and none was finished."""
        if self._fault is not None:
            raise self._fault
        try:
            chunk = await self._soon(self._inner.read())
        except IdleTimeout as stall:
            if self._resumption.is_over:
                raise
            return await self._go_on(stall)
        except (OrStreamError, MemoryError):
            raise
        except Exception as cause:
            if self._aborted.is_set() or self._resumption.is_over:
                raise
            return await self._go_on(cause)
        if chunk is not None:
            return self._resumption.take(chunk)
        if self._resumption.end_of_body():
            return self._resumption.rest() or None
        return await self._go_on(None)

    async def _go_on(self, cause: Exception | None) -> bytes:
        await self._inner.aclose()
        try:
            self._resumption.cut(cause)
            while not await self._reopened(self._resumption.wait_seconds()):
                pass
        except ResumeFailed as fault:
            self._fault = fault
            # What is held of an unfinished event was received: it goes on before the error.
            return self._resumption.rest()
        self._resumption.opened()
        return b""

    async def _reopened(self, seconds: float) -> bool:
        with move_on_after(seconds):
            await self._aborted.wait()
        if self._aborted.is_set():
            message = "closed while it was to be resumed"
            raise ConnectionError(message)
        inner: AsyncSource | None = None
        try:
            response = await self._soon(self._ask())
            inner = open_async_source(response, strict=self._strict)
            await self._soon(inner.open())
            _refuse_json(inner)
        except Exception as cause:
            await _drop(inner)
            self._resumption.refused(cause, *_told(inner))
            return False
        except BaseException:
            await _drop(inner)
            raise
        self._inner = inner
        _describe(self, inner)
        return True

    async def _ask(self) -> Any:
        return await self._send(self._resumption.request())

    async def _soon(self, value: Coroutine[Any, Any, T]) -> T:
        """Wait for the next bytes, and no longer than silence may last."""
        if self._idle_timeout is None:
            return await value
        if self._deadline is None:
            self._deadline = make_deadline()
        try:
            return await self._deadline.wait(value, self._deadline.now() + self._idle_timeout)
        except Late:
            message = f"no byte came for {self._idle_timeout} s (idle_timeout)"
            raise IdleTimeout(message) from None

    async def aclose(self) -> None:
        """Close the connection of now."""
        self._aborted.set()
        if self._deadline is not None:
            self._deadline.close()
        await self._inner.aclose()

    async def abort(self) -> None:
        """Wake a task that waits for bytes or for its next attempt."""
        self._aborted.set()
        await self._inner.abort()


async def _drop(inner: AsyncSource | None) -> None:
    """Close the connection of an attempt that came to nothing, also in a task that is cancelled meanwhile."""
    if inner is not None:
        with move_on_after(_CLOSE_SECONDS, shield=True):
            await inner.aclose()


def _refuse_json(inner: Source | AsyncSource) -> None:
    if "json" in inner.headers.get("content-type", ""):
        message = f"HTTP {inner.status} with JSON where an event stream was due"
        raise ValueError(message)


def _told(inner: Source | AsyncSource | None) -> tuple[int | None, Mapping[str, str]]:
    return (None, {}) if inner is None else (inner.status, inner.headers)


def _describe(source: Source | AsyncSource, inner: Source | AsyncSource) -> None:
    """Show what is known of the connection of now."""
    source.status, source.headers = inner.status, inner.headers
    source.http_response, source.reusable = inner.http_response, inner.reusable
