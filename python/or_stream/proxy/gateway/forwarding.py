"""Answers that are no streams: passed on as they are, while somebody waits for them."""

from __future__ import annotations

import json
from contextlib import suppress
from time import monotonic_ns, time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp
import anyio
from starlette.responses import Response
from yarl import URL

from ..downstream import HOP_BY_HOP
from ..refusing import error_body
from ..rewrite.shapes import as_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.types import Receive, Scope, Send

    from .books import Asked

_MOST_JSON = 8 << 20
_BAD_GATEWAY = 502
_NS = 1e9
# The body is passed on decoded.
_NOT_PASSED = HOP_BY_HOP | {"content-length", "content-encoding", "date", "server"}
_NOT_SENT = HOP_BY_HOP | {"host", "content-length", "accept-encoding"}


def request_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Give the headers that the server shall see: the client's own, but for what belongs to one connection."""
    told = list(headers)
    named = {word.strip().lower() for name, value in told if name.lower() == "connection" for word in value.split(",")}
    own = [(name, value) for name, value in told if name.lower() not in _NOT_SENT | named]
    return [*own, ("accept-encoding", "identity")]


def handshake_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give the headers of a WebSocket handshake that the server shall see: what is none of the two connections'."""
    return {name: value for name, value in request_headers(headers) if not name.lower().startswith("sec-websocket-")}


def leaves_the_base(path: str) -> bool:
    """Say whether a decoded path has a dot segment, by which a server may go above the base that it was given."""
    return not {".", ".."}.isdisjoint(path.replace("\\", "/").split("/"))


def target(upstream: str, scope: Scope) -> URL:
    """Give the server's URL for a request: its path and query as the client wrote them, escapes too."""
    path = scope.get("raw_path") or quote(scope["path"]).encode()
    query = scope.get("query_string", b"")
    told = path + b"?" + query if query else path
    return URL(upstream + told.decode("latin-1"), encoded=True)


class Forwarded(Response):
    """The server's answer, as it comes; its connection is closed when the client leaves.

    Args:
        asking: Sends the request when the answer is awaited.
        asked: The request, for the record.
        on_end: Called with the record of it, once.
    """

    def __init__(self, asking: Any, asked: Asked, on_end: Callable[[dict[str, Any]], None]) -> None:
        super().__init__()
        self._asking = asking
        self._asked = asked
        self._on_end = on_end
        self._body = bytearray()
        self._bytes = self._bytes_out = 0
        self._status: int | None = None
        self._error: str | None = None
        self._reason = "client_gone"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the answer on to its end."""
        began = monotonic_ns()
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._watch, receive, group.cancel_scope)
                await self._pass_on(send)
                group.cancel_scope.cancel()
        finally:
            self._asking.close()
            self._on_end(self._record((monotonic_ns() - began) / _NS))

    async def _watch(self, receive: Receive, scope: anyio.CancelScope) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        scope.cancel()

    async def _pass_on(self, send: Send) -> None:
        try:
            async with await self._asking as answer:
                self._status = answer.status
                await _start(send, answer.status, _passed_on(answer))
                is_json = answer.content_type == "application/json"
                async for chunk in answer.content.iter_any():
                    self._bytes += len(chunk)
                    if is_json and self._bytes <= _MOST_JSON:
                        self._body += chunk
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                    self._bytes_out += len(chunk)
            await send({"type": "http.response.body", "body": b""})
            self._reason = "upstream_end"
        except (aiohttp.ClientError, TimeoutError) as error:
            self._reason = "upstream_error"
            self._error = " ".join(f"{type(error).__name__}: {error}".split())
            if self._status is not None:
                raise  # the answer has begun: only a broken connection says that it is not whole
            await _start(send, _BAD_GATEWAY, [(b"content-type", b"application/json")])
            await send({"type": "http.response.body", "body": error_body("upstream_error", self._error)})

    def _record(self, seconds: float) -> dict[str, Any]:
        told: Any = None
        if self._reason == "upstream_end" and self._bytes <= _MOST_JSON:
            with suppress(ValueError):
                told = json.loads(bytes(self._body))
        response = as_object(told)
        failed = self._status is None or self._status >= 400
        outcome = response.get("status") if not failed else "error"
        usage = response.get("usage")
        return {
            "time": round(time(), 3),
            "path": self._asked.path,
            "stream": False,
            "model": response.get("model") or self._asked.model,
            "response_id": response.get("id"),
            "status": self._status,
            "outcome": outcome if isinstance(outcome, str) else str(self._status),
            "reason": self._reason,
            "usage": usage if isinstance(usage, dict) else None,
            "ttft_ms": None,
            "seconds": round(seconds, 6),
            "bytes_in": self._bytes,
            "bytes_out": self._bytes_out,
            "client_gone": self._reason == "client_gone",
            "error": self._error or (f"HTTP {self._status}" if failed else None),
            "log_error": None,
        }


async def _start(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


def _passed_on(answer: aiohttp.ClientResponse) -> list[tuple[bytes, bytes]]:
    names = ((name.lower(), value) for name, value in answer.headers.items())
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in names if name not in _NOT_PASSED]
