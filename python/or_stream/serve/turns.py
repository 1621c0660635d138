"""`Turns`: one client over WebSocket: each `response.create` gets its events, one response after the other."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, cast

from websockets.frames import Frame, Opcode
from websockets.http11 import Request as Handshake
from websockets.protocol import State
from websockets.server import ServerProtocol

from ..json_text import read as read_json
from ..json_text import write_bytes
from .connection import Served, reset
from .http import Request
from .player import Player
from .replies import RESPONSES, Refused, check_create

if TYPE_CHECKING:
    from .house import House
    from .score import Score

MAX_MESSAGE = 64 << 20
_FORBIDDEN = ("stream", "stream_options", "background")


class Turns(asyncio.Protocol):
    """Speaks WebSocket by the `websockets` library's own protocol, on a connection that came by HTTP.

    Args:
        house: What is played, and who wants to know of it.
        transport: The connection.
    """

    def __init__(self, house: House, transport: asyncio.Transport) -> None:
        self._house = house
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._protocol = ServerProtocol(max_size=MAX_MESSAGE)
        self._message = bytearray()
        self._waiting: deque[bytes] = deque()
        self._player: Player | None = None
        self._score: Score | None = None
        self._request: Request | None = None
        self._started = 0.0
        self._delay: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Take what the client sends."""
        self._protocol.receive_data(data)
        self._see()

    def eof_received(self) -> None:
        """Tell the protocol; the transport closes by itself."""
        self._protocol.receive_eof()
        self._see()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop what plays."""
        self._house.transports.discard(self._transport)
        if self._delay is not None:
            self._delay.cancel()
        if self._request is not None:
            self._tell("gone")
        if self._player is not None:
            self._player.stop()

    def pause_writing(self) -> None:
        """Wait while the client does not read."""
        if self._player is not None:
            self._player.pause()

    def resume_writing(self) -> None:
        """Go on."""
        if self._player is not None:
            self._player.resume()

    def _see(self) -> None:
        for event in self._protocol.events_received():
            if isinstance(event, Handshake):
                self._protocol.send_response(self._protocol.accept(event))
            elif isinstance(event, Frame) and event.opcode in {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}:
                self._message += event.data
                if event.fin:
                    self._waiting.append(bytes(self._message))
                    self._message.clear()
        self._flush()
        self._next()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(data)
            elif self._transport.can_write_eof():
                self._transport.write_eof()
        if self._protocol.close_expected() and self._player is not None:
            self._player.stop()

    def _next(self) -> None:
        while self._request is None and self._waiting and self._protocol.state is State.OPEN:
            self._request = Request("WS", RESPONSES, {}, self._waiting.popleft())
            self._started = self._loop.time()
            self._house.requests.append(self._request)
            try:
                _check(self._request.body)
            except Refused as refusal:
                self._refuse(refusal)
                continue
            program = self._house.program
            take, number = program.next_take()
            self._score = program.staging.messages(take, number)
            self._delay = self._loop.call_later(self._score.delay, self._begin)

    def _refuse(self, refusal: Refused) -> None:
        error = {**refusal.error, "code": refusal.error["code"] or refusal.error["type"]}
        self._protocol.send_text(write_bytes({"type": "error", "status": refusal.status, "error": error}))
        self._flush()
        self._house.tell(Served(self._request, refusal.status, 1, 0.0, "whole"))
        self._request = None

    def _begin(self) -> None:
        self._player = Player(self._loop, cast("Score", self._score), self._send, self._end, self._started)
        self._player.play()

    def _send(self, messages: list[bytes]) -> None:
        if self._protocol.state is not State.OPEN:
            return
        for message in messages:
            self._protocol.send_text(message)
        self._flush()

    def _end(self) -> None:
        how = cast("Score", self._score).end
        self._tell(how)
        if how == "reset":
            reset(self._transport)
        elif how == "close":
            self._transport.close()
        elif how == "whole":
            self._player = None
            self._next()

    def _tell(self, end: str) -> None:
        sent = self._player.sent if self._player is not None else 0
        self._house.tell(Served(self._request, 101, sent, self._loop.time() - self._started, end))
        if end != "stall":
            self._request = None


def _check(message: bytes) -> None:
    value: Any
    try:
        value = read_json(message)
    except ValueError as error:
        told = f"the message is not JSON: {error}"
        raise Refused(400, "invalid_request", told) from error
    if not isinstance(value, dict) or cast("dict[str, Any]", value).get("type") != "response.create":
        raise Refused(400, "invalid_request", "the message is no response.create", "type")
    asked = cast("dict[str, Any]", value)
    for name in _FORBIDDEN:
        if name in asked:
            told = f"{name} is not for WebSocket"
            raise Refused(400, "invalid_request", told, name)
    check_create(asked)
