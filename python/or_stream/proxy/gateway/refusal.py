"""Requests that the gateway answers itself, since they must not or cannot go to the server."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic_ns, time
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from .forwarding import leaves_the_base

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.websockets import WebSocket

    from .books import Asked

_DENIAL = "websocket.http.response"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not sent on.

    Attributes:
        status: The HTTP status of the answer.
        code: The error's code, which is the reason in the usage log too.
        message: What is wrong, in one line.
    """

    status: int
    code: str
    message: str

    def answer(self) -> JSONResponse:
        """Give the answer, in the contract's error shape."""
        error = {"type": "invalid_request_error", "code": self.code, "message": self.message, "param": None}
        return JSONResponse({"error": error}, self.status)

    def record(self, asked: Asked) -> dict[str, Any]:
        """Give the line of the usage log: see `usage_record`."""
        return {
            "time": round(time(), 3),
            "path": asked.path,
            "stream": asked.stream,
            "model": asked.model,
            "response_id": None,
            "status": self.status,
            "outcome": "error",
            "reason": self.code,
            "usage": None,
            "ttft_ms": None,
            "seconds": round((monotonic_ns() - asked.began_ns) / 1e9, 6),
            "bytes_in": 0,
            "bytes_out": 0,
            "client_gone": False,
            "error": self.message,
            "log_error": None,
        }


LEAVES_THE_BASE = Refusal(400, "invalid_path", "the path has a segment '.' or '..': nothing was sent to the server")
NO_WEBSOCKET = Refusal(
    501,
    "websocket_not_relayed",
    "WebSocket is relayed at /v1/responses only, and by a server with a WebSocket library (pip install websockets)",
)
UNREAD = Refusal(
    501, "websocket_not_relayed", "this gateway rewrites what it relays, which a WebSocket would pass unread"
)


def refusal_of(request: Request) -> Refusal | None:
    """Say why a request is not sent on; None where it is."""
    if leaves_the_base(request.scope["path"]):
        return LEAVES_THE_BASE
    # A server without a WebSocket library takes the handshake for a plain GET.
    is_handshake = request.headers.get("upgrade", "").lower() == "websocket"
    return NO_WEBSOCKET if is_handshake else None


async def deny(socket: WebSocket, answer: Response) -> None:
    """Answer a WebSocket handshake by HTTP; with a bare 403 where the server can say no more than that."""
    if _DENIAL in socket.scope.get("extensions", {}):
        await socket.send_denial_response(answer)
    else:
        await socket.close()
