"""A server that replays a recorded stream: HTTP/1.1 over a real socket, one chunk an event."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Self, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n"
    b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
)
_NOT_FOUND = (
    b"HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 84\r\nconnection: close\r\n\r\n"
    b'{"error":{"type":"not_found","code":null,"message":"POST /v1/responses","param":""}}'
)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds to wait: before the first content, and between one delta and the next (a cycle)."""

    first: float = 0.4
    gaps: tuple[float, ...] = (0.012, 0.031, 0.017, 0.024, 0.010, 0.038, 0.021, 0.015)


INSTANT = Pace(first=0.0, gaps=(0.0,))


class ReplayServer:
    """Answers `POST /v1/responses` with a recording, at a pace of its own; `url` is set once it is entered.

    Args:
        recording: The bytes of an event stream with LF line ends.
        pace: How fast to replay it.
    """

    def __init__(self, recording: bytes, pace: Pace) -> None:
        self._events = [block + b"\n\n" for block in recording.split(b"\n\n") if block]
        self._pace = pace
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/v1/responses"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            for connection in self._connections:
                connection.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = cast("asyncio.Task[None]", asyncio.current_task())
        self._connections.add(connection)
        # Cancelled only by our own exit; the task ends here, and asyncio would report one that ends cancelled.
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._answer(reader, writer)
        self._connections.discard(connection)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_content_length(head))
        if head.startswith(b"POST /v1/responses "):
            await self._replay(writer)
        else:
            writer.write(_NOT_FOUND)
        await writer.drain()

    async def _replay(self, writer: asyncio.StreamWriter) -> None:
        writer.write(_HEAD)
        for pause, event in zip(self._pauses(), self._events, strict=True):
            await asyncio.sleep(pause)
            writer.write(b"%x\r\n%b\r\n" % (len(event), event))
            await writer.drain()
        writer.write(b"0\r\n\r\n")

    def _pauses(self) -> Iterator[float]:
        """One pause before each event: a model thinks before its deltas and sends the rest at once."""
        gaps = cycle(self._pace.gaps)
        waited = False
        for event in self._events:
            is_delta = b".delta\n" in event[:120]
            yield (next(gaps) if waited else self._pace.first) if is_delta else 0.0
            waited = waited or is_delta


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0
