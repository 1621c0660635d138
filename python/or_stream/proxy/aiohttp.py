"""Relaying in an aiohttp server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

from aiohttp import web

from .downstream import ClientGone, Downstream
from .relay import Relay

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .options import RelayOptions

_LOOK_SECONDS = 0.02


class AiohttpDownstream(Downstream):
    """The client of an aiohttp request."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self.response = web.StreamResponse()

    async def start(self, status: int, headers: list[tuple[str, str]]) -> None:
        """Send the head of the response."""
        self.response.set_status(status)
        for name, value in headers:
            self.response.headers.add(name, value)
        await self._or_gone(self.response.prepare(self._request))

    async def send(self, data: bytes) -> None:
        """Send some of the body; `write` waits while the client does not read."""
        await self._or_gone(self.response.write(data))

    async def finish(self) -> None:
        """End the body."""
        await self._or_gone(self.response.write_eof())

    async def gone(self) -> None:
        """Wait until the connection is lost. aiohttp tells nobody who does not write, so one timer looks for all."""
        await _Lookout.of_this_loop().lost(self._request)

    async def _or_gone(self, writing: Any) -> None:
        try:
            await writing
        except ConnectionError as error:
            raise ClientGone from error


class _Lookout:
    """Looks at the connections of one event loop, all with one timer."""

    _of_loop: ClassVar[WeakKeyDictionary[asyncio.AbstractEventLoop, _Lookout]] = WeakKeyDictionary()

    def __init__(self) -> None:
        self._watched: dict[asyncio.Future[None], web.Request] = {}
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def of_this_loop(cls) -> _Lookout:
        return cls._of_loop.setdefault(asyncio.get_running_loop(), cls())

    async def lost(self, request: web.Request) -> None:
        loop = asyncio.get_running_loop()
        lost: asyncio.Future[None] = loop.create_future()
        self._watched[lost] = request
        if self._timer is None:
            self._timer = loop.call_later(_LOOK_SECONDS, self._look, loop)
        try:
            await lost
        finally:
            del self._watched[lost]

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        for lost, request in self._watched.items():
            transport = request.transport
            if (transport is None or transport.is_closing()) and not lost.done():
                lost.set_result(None)
        self._timer = loop.call_later(_LOOK_SECONDS, self._look, loop) if self._watched else None


async def relay_aiohttp(request: web.Request, upstream: Any, **options: Unpack[RelayOptions]) -> web.StreamResponse:
    """Relay a stream as the response of an aiohttp handler.

    Args:
        request: The request of the handler.
        upstream: The server's response or an awaitable of it, see `Relay`. It is closed in the end.
        options: See `RelayOptions`; `on_end` tells how it ended.

    Returns:
        The response, which has been sent: return it from the handler.
    """
    client = AiohttpDownstream(request)
    await Relay(upstream, **options).run(client)
    return client.response
