"""`Server`: an HTTP/1.1 and WebSocket server that plays streams, on one port and one event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from .connection import Connection
from .house import House
from .replies import RESPONSES

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from .connection import Served
    from .http import Request
    from .program import Program

_BACKLOG = 4096


class Server:
    """Plays a program to whoever asks, to be used as `async with Server(program) as server:`; asyncio only.

    Args:
        program: What to play; `play` changes it.
        host: Where to listen.
        port: Where to listen; 0 for any port that is free.
        on_served: Called for each answer that has come to its end, in the loop.

    Raises:
        OSError: Raised when it is entered and the address cannot be had.
    """

    def __init__(
        self,
        program: Program,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        on_served: Callable[[Served], None] | None = None,
    ) -> None:
        self._house = House(program, on_served or _nobody)
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self._house), self._host, self._port, backlog=_BACKLOG, reuse_address=True
        )
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._server is None:
            return
        self._server.close()
        for transport in tuple(self._house.transports):
            transport.abort()
        await asyncio.sleep(0)  # the loop tells each connection that it is lost
        await self._server.wait_closed()

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def url(self) -> str:
        """The URL of the `responses` endpoint."""
        return self.origin + RESPONSES

    @property
    def websocket_url(self) -> str:
        """The same for WebSocket."""
        return "ws" + self.url.removeprefix("http")

    @property
    def requests(self) -> list[Request]:
        """What was asked so far, in order of arrival; each WebSocket message counts as one, of method `WS`."""
        return self._house.requests

    def play(self, program: Program) -> None:
        """Play another program from the next request on."""
        self._house.program = program


def _nobody(served: Served) -> None:
    """Nobody wants to know."""
