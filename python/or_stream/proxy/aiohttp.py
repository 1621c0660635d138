"""Relaying in an aiohttp server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web

from .downstream import ClientGone, Downstream
from .relay import Relay

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine

    from typing_extensions import Unpack

    from .options import RelayOptions


class AiohttpDownstream(Downstream):
    """The client of an aiohttp request."""

    __slots__ = ("_request", "response")

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self.response = web.StreamResponse()

    async def start(self, status: int, headers: list[tuple[str, str]]) -> None:
        """Send the head of the response."""
        self.response.set_status(status)
        for name, value in headers:
            self.response.headers.add(name, value)
        await self._or_gone(self.response.prepare(self._request))

    def send(self, data: bytes) -> Awaitable[None]:
        """Send some of the body; `write` waits while the client does not read."""
        return self.response.write(data)

    async def finish(self) -> None:
        """End the body."""
        await self._or_gone(self.response.write_eof())

    async def gone(self) -> None:
        """Wait until the connection is lost."""
        transport = self._request.transport
        if transport is None or transport.is_closing():
            return
        ear = _Ear(transport)
        try:
            await ear.lost
        finally:
            ear.close()

    async def _or_gone(self, writing: Any) -> None:
        try:
            await writing
        except ConnectionError as error:
            raise ClientGone from error


class _Ear(asyncio.Protocol):
    """Stands before the protocol of a connection and hears when it is lost, which aiohttp tells nobody who only waits.

    What else happens on the connection goes on to the protocol, which takes its place again when the ear is closed.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport = transport
        self._protocol = cast("asyncio.Protocol", transport.get_protocol())
        transport.set_protocol(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)
        self._protocol.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._protocol.data_received(data)

    def eof_received(self) -> bool | None:
        return self._protocol.eof_received()

    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        self._protocol.resume_writing()

    def close(self) -> None:
        if self._transport.get_protocol() is self:
            self._transport.set_protocol(self._protocol)


def relay_aiohttp(
    request: web.Request, upstream: Any, **options: Unpack[RelayOptions]
) -> Coroutine[Any, Any, web.StreamResponse]:
    """Relay a stream as the response of an aiohttp handler; to be awaited.

    Args:
        request: The request of the handler.
        upstream: The server's response or an awaitable of it, see `Relay`. It is closed in the end.
        options: See `RelayOptions`; `on_end` tells how it ended.

    Returns:
        The response, which has been sent: return it from the handler.
    """
    client = AiohttpDownstream(request)
    return Relay(upstream, **options).serve(client, lambda _: client.response)
