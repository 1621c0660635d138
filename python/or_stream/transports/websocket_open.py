"""Opening a WebSocket. Needs the `websockets` library, which is asyncio only."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from ..errors import OrStreamError, TransportError
from ..stream.sources.faults import transport_error
from ..stream.sources.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ssl import SSLContext

CLOSE_SECONDS = 1.0
"""How long the server may take to answer our closing."""


class _Connect(connect):
    """Follows no redirect: the caller's headers may hold a key that is meant for one host."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def open_websocket(
    url: str,
    *,
    headers: Mapping[str, str],
    ssl: SSLContext | None,
    max_bytes: int | None,
    open_timeout: float | None,
) -> ClientConnection:
    """Connect and shake hands.

    Args:
        url: `ws` or `wss`; `http` and `https` are taken for these.
        headers: Added to the handshake.
        ssl: For `wss`; None for the default.
        max_bytes: The size of a message that closes the connection.
        open_timeout: Seconds for all of it; None waits for ever.

    Raises:
        ServerStreamError: Raised when the server refuses with its error as JSON.
        TransportError: Raised when it refuses otherwise, or cannot be reached.
        ValueError: Raised when the URL is none of a WebSocket.
        RuntimeError: Raised outside asyncio.
    """
    _require_asyncio()
    only_if_given: dict[str, Any] = {} if ssl is None else {"ssl": ssl}
    opening = _Connect(
        _websocket_url(url),
        additional_headers=dict(headers),
        # As over HTTP: nothing has to be inflated that could be a bomb (F11).
        compression=None,
        max_size=max_bytes,
        open_timeout=open_timeout,
        close_timeout=CLOSE_SECONDS,
        # While a slow consumer holds the reading up no pong is seen; silence is the idle timeout's business.
        ping_timeout=None,
        **only_if_given,
    )
    try:
        return await opening
    except InvalidStatus as cause:
        raise _refusal(cause) from cause
    except Exception as cause:
        raise transport_error(cause, what=f"no WebSocket at {url}") from cause


def _websocket_url(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    scheme = {"http": "ws", "https": "wss"}.get(scheme.lower(), scheme.lower())
    if not separator or scheme not in ("ws", "wss"):
        message = f"the URL of a WebSocket begins with ws:// or wss://, not {url[:40]!r}"
        raise ValueError(message)
    return f"{scheme}://{rest}"


def _require_asyncio() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        message = "ResponsesWebSocket runs on asyncio only, as the websockets library does"
        raise RuntimeError(message) from None


def _refusal(cause: InvalidStatus) -> OrStreamError:
    """What a server that refused the handshake said, as over HTTP."""
    response = cause.response
    headers = {name.lower(): value for name, value in response.headers.raw_items()}
    reply = Reply(response.status_code, headers, strict=True)
    body = bytes(response.body or b"")
    if reply.refused:
        try:
            reply.add(body)
            reply.add(None)
        except OrStreamError as error:
            return error
    return TransportError(str(cause), status=response.status_code, body=body[:2048])
