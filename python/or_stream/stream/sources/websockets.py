"""Connections of the `websockets` library as sources: every message is one event, with no SSE framing."""

from __future__ import annotations

from typing import Any

from .source import AsyncSource, Chunk, Source


class WebSocketSource(Source):
    """A connection of `websockets.sync`, read up to its close."""

    messages = True

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def read(self) -> Chunk | None:
        """Wait for the next message; a connection that is closed in good order is the end."""
        from websockets.exceptions import ConnectionClosedOK  # noqa: PLC0415 - whoever has a connection has it

        try:
            return _bytes(self._connection.recv())
        except ConnectionClosedOK:
            return None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def abort(self) -> None:
        """Close the connection, which wakes a thread that waits for it."""
        self._connection.close()


class AsyncWebSocketSource(AsyncSource):
    """A connection of `websockets.asyncio`, read up to its close."""

    messages = True

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def read(self) -> Chunk | None:
        """Wait for the next message; a connection that is closed in good order is the end."""
        from websockets.exceptions import ConnectionClosedOK  # noqa: PLC0415 - whoever has a connection has it

        try:
            return _bytes(await self._connection.recv())
        except ConnectionClosedOK:
            return None

    async def aclose(self) -> None:
        """Close the connection."""
        await self._connection.close()

    async def abort(self) -> None:
        """Close the connection, which wakes a task that waits for it."""
        await self._connection.close()


def _bytes(message: str | bytes) -> bytes:
    return message.encode() if isinstance(message, str) else message
