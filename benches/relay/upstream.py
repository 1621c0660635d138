"""The server of the streams, in the process of the clients: it sends when it is told to, an event or all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from ..sockets.server import HEAD, LAST_CHUNK, http_chunks

BACKLOG = 2048


class Connection(asyncio.Protocol):
    """One connection; those that wait for their body stand in `waiting`."""

    def __init__(self, waiting: "list[Connection]") -> None:
        self._waiting = waiting
        self._request = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to write."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Send the head when the request is there whole; none here has a body."""
        self._request += data
        if self._request.endswith(b"\r\n\r\n"):
            self._request = b""
            self.transport.write(HEAD)
            self._waiting.append(self)


class Upstream:
    """Streams of one length."""

    def __init__(self, events: int) -> None:
        self.waiting: list[Connection] = []
        self.chunks = http_chunks(events)
        self.address = ""

    def send(self, event: int) -> None:
        """Send one event of each stream."""
        for connection in self.waiting:
            connection.transport.write(self.chunks[event])

    def send_all(self) -> None:
        """Send every event of each stream, in one piece."""
        for connection in self.waiting:
            connection.transport.write(b"".join(self.chunks))

    def end(self) -> None:
        """End every stream."""
        for connection in self.waiting:
            connection.transport.write(LAST_CHUNK)
        self.waiting.clear()


@asynccontextmanager
async def serving(events: int) -> AsyncIterator[Upstream]:
    """A server on a free port."""
    upstream = Upstream(events)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(upstream.waiting), "127.0.0.1", 0, backlog=BACKLOG)
    upstream.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield upstream
