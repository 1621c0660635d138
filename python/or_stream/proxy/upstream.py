"""The server's side of a relay: whatever it is given as, a source of server-sent events as bytes."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from ..encoding import encode
from ..stream.async_event_stream import AsyncEventStream
from ..stream.sources import AsyncSource, open_async_source
from .ending import DONE

if TYPE_CHECKING:
    from ..stream.sources import Chunk


async def source_of(upstream: Any) -> AsyncSource:
    """Make a source, not open yet.

    Args:
        upstream: A response of an HTTP client, an awaitable of it, an `AsyncEventStream`, a WebSocket, any async
            iterable of bytes, or an `AsyncSource`.

    Raises:
        TypeError: Raised when it is nothing of that.
    """
    given = await upstream if inspect.isawaitable(upstream) else upstream
    if isinstance(given, AsyncEventStream):
        return _Events(given)
    source = open_async_source(given)
    return _Framed(source) if source.messages else source


class _Events(AsyncSource):
    """The events of a stream that somebody opened, such as one that resumes by itself, each with its own data."""

    def __init__(self, stream: AsyncEventStream) -> None:
        self._stream = stream
        self._batches = stream.batches()
        self._is_over = False

    async def read(self) -> Chunk | None:
        """Wait for the next events; behind the last of them comes the sentinel."""
        batch = await anext(self._batches, None)
        if batch is not None:
            return b"".join(map(encode, batch))
        rest, self._is_over = None if self._is_over else DONE, True
        return rest

    async def aclose(self) -> None:
        """Close the stream's connection."""
        await self._stream.aclose()


class _Framed(AsyncSource):
    """Messages of a WebSocket, each as an event of its own."""

    def __init__(self, source: AsyncSource) -> None:
        self._source = source

    async def open(self) -> None:
        """Open what is inside."""
        await self._source.open()

    async def read(self) -> Chunk | None:
        """Wait for the next message."""
        message = await self._source.read()
        return None if message is None else encode(bytes(message))

    async def aclose(self) -> None:
        """Close what is inside."""
        await self._source.aclose()
