"""A client's WebSocket joined to one of the server's: messages pass as they are, and each turn has its books."""

from __future__ import annotations

import json
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

import anyio
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

from ..ending import closing_event
from ..options import Drain
from ..refusing import one_line

if TYPE_CHECKING:
    from starlette.websockets import WebSocket
    from websockets.asyncio.client import ClientConnection

    from ..ending import Reason
    from ..options import RelayOptions
    from .turns import Turn, Turns

_FOREVER = float("inf")
_CLOSE_SECONDS = 5.0
_GOODBYE_SECONDS = 1.0
_POLICY, _TOO_BIG, _SERVER_FAILED = 1008, 1009, 1011
_OWN_CODES = range(3000, 5000)
_CODES = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015)})


class JoinedWebSockets:
    """Two open connections, until one of them ends; the server's is closed in the end.

    The server is not read while the client does not read. The protocol has no cancel: where the client leaves within
    a turn, the server's connection is closed, or read to the end of the turn if the options say "drain".

    Args:
        client: Not accepted yet.
        server: Open, and read by nobody else.
        turns: The books.
        options: Of these count `send_timeout`, `max_duration` (of one turn), `on_client_gone` and `drain`.
    """

    def __init__(self, client: WebSocket, server: ClientConnection, turns: Turns, options: RelayOptions) -> None:
        self._client = client
        self._server = server
        self._turns = turns
        self._send_timeout = options.get("send_timeout")
        self._max_duration = options.get("max_duration")
        self._drains = options.get("on_client_gone") == "drain"
        self._drain_seconds = (options.get("drain") or Drain()).max_seconds
        self._client_gone = False
        self._patience = anyio.CancelScope()

    async def run(self) -> None:
        """Relay to the end. Nothing that server or client do is raised."""
        try:
            await self._client.accept()
            async with anyio.create_task_group() as group:
                group.start_soon(self._listen, group.cancel_scope)
                await self._relay()
                group.cancel_scope.cancel()
        finally:
            with anyio.move_on_after(_CLOSE_SECONDS, shield=True):
                reason: Reason = "client_gone" if self._client_gone else "cancelled"
                await self._turns.close(reason, client_gone=self._client_gone)
                await self._server.close()

    # From the client to the server

    async def _listen(self, scope: anyio.CancelScope) -> None:
        while True:
            message = await self._client.receive()
            if message["type"] != "websocket.receive":
                break
            told: str | bytes = message.get("text") or message.get("bytes") or ""
            await self._turns.ask(told)
            self._patience.deadline = self._deadline()
            try:
                await self._server.send(told)
            except ConnectionClosed:
                return  # the relaying meets it, too, behind what the server said before
        self._client_gone = True
        if self._drains and self._turns.running is not None:
            await anyio.sleep(self._drain_seconds)
        scope.cancel()

    # From the server to the client

    async def _relay(self) -> None:
        try:
            while (message := await self._receive()) is not None:
                turn = self._turns.answer(message)
                await self._send(message, turn)
                if turn is not None:
                    await self._turns.settle(turn)
                if self._client_gone and self._turns.running is None:
                    return
            await self._end("max_duration", f"the turn took longer than {self._max_duration} s")
        except ConnectionClosedOK as closed:
            await self._end("upstream_end", "the server closed the WebSocket before its end", closed)
        except ConnectionClosed as closed:
            is_too_big = closed.sent is not None and closed.sent.code == _TOO_BIG and not closed.rcvd_then_sent
            await self._end("max_event_bytes" if is_too_big else "upstream_error", one_line(closed), closed)
        except TimeoutError:
            await self._turns.close("send_timeout")
            await self._close(_POLICY, "the client does not read")

    async def _receive(self) -> str | bytes | None:
        """Wait for the server's next message; None where its turn takes too long."""
        with anyio.CancelScope(deadline=self._deadline()) as self._patience:
            return await self._server.recv()
        return None

    def _deadline(self) -> float:
        turn = self._turns.running
        if turn is None or self._max_duration is None:
            return _FOREVER
        return anyio.current_time() + turn.began + self._max_duration - monotonic()

    async def _send(self, message: str | bytes, turn: Turn | None) -> None:
        if self._client_gone:
            return
        name = "text" if isinstance(message, str) else "bytes"
        try:
            with anyio.fail_after(self._send_timeout):
                await self._client.send({"type": "websocket.send", name: message})
        except (WebSocketDisconnect, RuntimeError):
            return  # the listening hears of it, too
        if turn is not None:
            turn.bytes_out += len(message)

    # The end

    async def _end(self, reason: Reason, message: str, error: ConnectionClosed | None = None) -> None:
        """Give the client the end that a turn is owed, and close as the server did."""
        turn = self._turns.running
        if turn is not None and not turn.has_failed:
            code = "upstream_error" if reason == "upstream_end" else reason
            turn.tap.finish()
            await self._send(json.dumps(closing_event(turn.tap, code, message)), turn)
        await self._turns.close(reason, error, client_gone=self._client_gone)
        told = error.rcvd if error is not None else None
        if told is not None and (told.code in _CODES or told.code in _OWN_CODES):
            await self._close(told.code, told.reason)
        else:
            await self._close(_POLICY if reason == "max_duration" else _SERVER_FAILED, "")

    async def _close(self, code: int, reason: str) -> None:
        with anyio.move_on_after(_GOODBYE_SECONDS), suppress(WebSocketDisconnect, RuntimeError):
            await self._client.close(code, reason)
