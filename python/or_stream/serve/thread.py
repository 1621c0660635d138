"""`ServerThread`: a server with a loop and a thread of its own, for those who have no loop."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Self

from .exact import exact_loop
from .server import Server

if TYPE_CHECKING:
    from types import TracebackType

    from .http import Request
    from .program import Program


class ServerThread:
    """A server beside a thread, to be used as `with ServerThread(program) as server:`.

    Args:
        program: As of `Server`.
        port: As of `Server`.

    Raises:
        OSError: Raised when it is entered and the port cannot be had.
    """

    def __init__(self, program: Program, *, port: int = 0) -> None:
        self._server = Server(program, port=port)
        self._thread = threading.Thread(target=self._run, name="or-stream-serve", daemon=True)
        self._ready = threading.Event()
        self._fault: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._leave: asyncio.Event | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._fault is not None:
            raise self._fault
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._loop is not None and self._leave is not None:
            self._loop.call_soon_threadsafe(self._leave.set)
        self._thread.join()

    @property
    def url(self) -> str:
        """As of `Server`."""
        return self._server.url

    @property
    def websocket_url(self) -> str:
        """As of `Server`."""
        return self._server.websocket_url

    @property
    def origin(self) -> str:
        """As of `Server`."""
        return self._server.origin

    @property
    def requests(self) -> list[Request]:
        """As of `Server`: a copy."""
        return list(self._server.requests)

    def play(self, program: Program) -> None:
        """Play another program from the next request on."""
        self._server.play(program)

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=exact_loop) as runner:
                runner.run(self._serve())
        except BaseException as error:
            self._fault = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        async with self._server:
            self._loop = asyncio.get_running_loop()
            self._leave = asyncio.Event()
            self._ready.set()
            await self._leave.wait()
