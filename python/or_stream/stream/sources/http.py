"""HTTP responses as sources: httpx2, httpx and aiohttp."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .reply import Reply
from .source import AsyncSource, Chunk, Source

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator


class HTTPXSource(Source):
    """A response of a synchronous httpx2 or httpx client."""

    def __init__(self, response: Any, *, strict: bool) -> None:
        if not (response.is_stream_consumed or hasattr(response.stream, "__iter__")):
            message = "a response of an asynchronous client: read it with AsyncEventStream"
            raise TypeError(message)
        self._response = self.http_response = response
        self.status = response.status_code
        self.headers = response.headers
        self.reusable = response.http_version != "HTTP/2"
        self._reply = Reply(response.status_code, response.headers, strict=strict)
        self._chunks: Generator[bytes] = response.iter_raw() if _is_raw(response) else response.iter_bytes()

    def open(self) -> None:
        """Tell at once what came instead of a stream."""
        while self._reply.refused:
            self._reply.add(next(self._chunks, None))

    def read(self) -> Chunk | None:
        """Wait for the next chunk of the body."""
        while self._reply.refused or self._reply.unsure:
            self._reply.add(next(self._chunks, None))
        return self._reply.take() or next(self._chunks, None)

    def close(self) -> None:
        """Give the connection back, or close it when the body was not read to its end."""
        self._chunks.close()
        if not self._response.is_closed:
            self._response.close()

    def abort(self) -> None:
        """Shut the socket down, which wakes a thread that waits for it."""
        stream: Any = self._response.extensions.get("network_stream")
        connection: Any = stream.get_extra_info("socket") if stream is not None and self.reusable else None
        if connection is not None:
            with suppress(OSError):
                # An SSL socket's own `shutdown` would first throw away what the waiting thread is using.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)


class AsyncHTTPXSource(AsyncSource):
    """A response of an asynchronous httpx2 or httpx client."""

    def __init__(self, response: Any, *, strict: bool) -> None:
        if not (response.is_stream_consumed or hasattr(response.stream, "__aiter__")):
            message = "a response of a synchronous client: read it with EventStream"
            raise TypeError(message)
        self._response = self.http_response = response
        self.status = response.status_code
        self.headers = response.headers
        self.reusable = response.http_version != "HTTP/2"
        self._reply = Reply(response.status_code, response.headers, strict=strict)
        self._chunks: AsyncGenerator[bytes, None] = (
            response.aiter_raw() if _is_raw(response) else response.aiter_bytes()
        )

    async def open(self) -> None:
        """Tell at once what came instead of a stream."""
        while self._reply.refused:
            self._reply.add(await anext(self._chunks, None))

    async def read(self) -> Chunk | None:
        """Wait for the next chunk of the body."""
        if self._reply.settled:
            return await anext(self._chunks, None)
        while self._reply.refused or self._reply.unsure:
            self._reply.add(await anext(self._chunks, None))
        return self._reply.take() or await anext(self._chunks, None)

    async def aclose(self) -> None:
        """Give the connection back, or close it when the body was not read to its end."""
        if not self._response.is_closed:
            await self._response.aclose()
            if self.reusable:
                await self._unwind()
        await self._chunks.aclose()

    async def _unwind(self) -> None:
        # The client iterates through nested generators and leaves the inner ones to the garbage collector, of which
        # trio complains and for which asyncio starts tasks. A read from the closed connection ends them all instead.
        with suppress(Exception):
            while await anext(self._chunks, None) is not None:
                pass

    async def abort(self) -> None:
        """Close the response, which wakes a task that waits for it."""
        await self._response.aclose()


class AiohttpSource(AsyncSource):
    """A response of an aiohttp client, whose body aiohttp has decoded already."""

    reusable = True
    closes_at_once = True

    def __init__(self, response: Any, *, strict: bool) -> None:
        self._response = self.http_response = response
        self.status = response.status
        self.headers = response.headers
        self._reply = Reply(response.status, response.headers, strict=strict)
        self._next: Callable[[], Awaitable[bytes]] = response.content.readany

    async def open(self) -> None:
        """Tell at once what came instead of a stream."""
        while self._reply.refused:
            self._reply.add(await self._next() or None)

    async def read(self) -> Chunk | None:
        """Wait for the next bytes of the body."""
        if self._reply.settled:
            return await self._next() or None
        while self._reply.refused or self._reply.unsure:
            self._reply.add(await self._next() or None)
        return self._reply.take() or await self._next() or None

    @property
    def is_released(self) -> bool:
        """Whether aiohttp has the whole body."""
        return self._response.connection is None

    @property
    def library_read(self) -> Callable[[], Awaitable[bytes]] | None:
        """What `read` has come down to once the reply is judged."""
        return self._next if self._reply.settled else None

    async def aclose(self) -> None:
        """Close the connection; aiohttp has taken it back itself when the body was read to its end."""
        self._response.close()

    async def abort(self) -> None:
        """Close the response, which wakes a task that waits for it."""
        await self.aclose()


def _is_raw(response: Any) -> bool:
    """Whether the bytes on the wire are the body: not compressed, and not read into memory before."""
    coding: str = response.headers.get("content-encoding", "identity")
    return coding.strip().lower() in ("", "identity") and not response.is_stream_consumed
