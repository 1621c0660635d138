"""`Connection`: one client over HTTP: its requests one after another, each with its answer."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from .http import LAST_CHUNK, BadRequest, Request, RequestReader, chunked, head_of
from .player import Player
from .replies import RESPONSES, Refused, reply

if TYPE_CHECKING:
    from .house import House
    from .score import End, Score


@dataclass(frozen=True, slots=True)
class Served:
    """One answer that has come to its end.

    Args:
        request: What was asked; None where it was no request.
        status: Of the answer.
        chunks: Sent; over WebSocket, messages.
        seconds: From the request to the end.
        end: How it ended; `gone` where the client left before.
    """

    request: Request | None
    status: int
    chunks: int
    seconds: float
    end: End | str


class Connection(asyncio.Protocol):
    """Reads requests, plays answers, and hands over to a WebSocket where a client asks for one.

    Args:
        house: What is played, and who wants to know of it.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._loop = asyncio.get_running_loop()
        self._reader = RequestReader()
        self._waiting: deque[Request] = deque()
        self._player: Player | None = None
        self._score: Score | None = None
        self._request: Request | None = None
        self._started = 0.0
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)
        self._house.transports.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop what plays."""
        self._house.transports.discard(self._transport)
        if self._request is not None:
            self._tell("gone")
        if self._player is not None:
            self._player.stop()
        if self._head_timer is not None:
            self._head_timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Take what the client sends; requests that come early wait for their turn."""
        try:
            for request in self._reader.feed(data):
                if request.wants_websocket and request.path == RESPONSES and self._house.program.has_websocket:
                    self._upgrade(request)
                    return
                self._waiting.append(request)
        except BadRequest as error:
            refusal = Refused(400, "invalid_request", str(error))
            body = refusal.score().beats[0].data
            headers = {"content-type": "application/json", "content-length": str(len(body)), "connection": "close"}
            self._transport.write(head_of(400, headers) + body)
            self._transport.close()
            self._house.tell(Served(None, 400, 1, 0.0, "whole"))
            return
        self._next()

    def pause_writing(self) -> None:
        """Wait while the client does not read."""
        if self._player is not None:
            self._player.pause()

    def resume_writing(self) -> None:
        """Go on."""
        if self._player is not None:
            self._player.resume()

    def _next(self) -> None:
        if self._request is not None or not self._waiting or self._transport.is_closing():
            return
        self._request = request = self._waiting.popleft()
        self._started = self._loop.time()
        self._house.requests.append(request)
        self._score = reply(request, self._house.program)
        if self._score.delay:
            self._head_timer = self._loop.call_later(self._score.delay, self._begin)
        else:
            self._begin()

    def _begin(self) -> None:
        score, request = cast("Score", self._score), cast("Request", self._request)
        self._is_chunked = score.length is None and not request.is_old
        headers = {"content-type": score.content_type, "cache-control": "no-cache"}
        if self._is_chunked:
            headers["transfer-encoding"] = "chunked"
        elif score.length is not None:
            headers["content-length"] = str(score.length)
        if score.allow is not None:
            headers["allow"] = score.allow
        self._keeps_alive = request.keeps_alive
        if not self._keeps_alive:
            headers["connection"] = "close"
        self._transport.write(head_of(score.status, headers))
        self._player = Player(self._loop, score, self._send, self._end, self._started)
        self._player.play()

    def _send(self, beats: list[bytes]) -> None:
        self._transport.write(b"".join(map(chunked, beats) if self._is_chunked else beats))

    def _end(self) -> None:
        score = cast("Score", self._score)
        self._tell(score.end)
        if score.end == "reset":
            reset(self._transport)
        elif score.end == "close":
            self._transport.close()
        elif score.end == "whole":
            if self._is_chunked:
                self._transport.write(LAST_CHUNK)
            self._player = None
            if self._keeps_alive:
                self._next()
            else:
                self._transport.close()

    def _tell(self, end: str) -> None:
        sent = self._player.sent if self._player is not None else 0
        seconds = self._loop.time() - self._started
        self._house.tell(Served(self._request, self._score.status if self._score else 0, sent, seconds, end))
        # A stalled answer holds its connection: no other request gets its turn.
        if end != "stall":
            self._request = None

    def _upgrade(self, request: Request) -> None:
        from .turns import Turns  # noqa: PLC0415 - websockets is an extra

        self._house.requests.append(request)
        turns = Turns(self._house, self._transport)
        self._transport.set_protocol(turns)
        turns.data_received(request.head + bytes(self._reader.rest))


def reset(transport: asyncio.Transport) -> None:
    """End a connection by a reset (RST)."""
    # What is still in our buffer would be lost with it: it was sent, as far as the score is concerned.
    peer = transport.get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
