"""What a client is answered whose stream never began."""

from __future__ import annotations

import json
from typing import Any

from ..errors import OrStreamError, ServerStreamError, TransportError

MESSAGE_CHARS = 300
_BAD_GATEWAY = 502
_LEAST_ERROR = 400


def refusal(error: BaseException) -> tuple[int, bytes]:
    """Give the server's status and its error in the contract's shape; ours where it did not say one.

    Args:
        error: Why there is no stream.

    Returns:
        The HTTP status, 502 where the server refused nothing, and the body as JSON.
    """
    told = error.status if isinstance(error, TransportError | ServerStreamError) else None
    body: dict[str, Any] = {"type": "server_error", "code": "upstream_error", "message": one_line(error)}
    if isinstance(error, ServerStreamError) and error.error_json:
        body = json.loads(error.error_json)
    return told if told is not None and told >= _LEAST_ERROR else _BAD_GATEWAY, json.dumps({"error": body}).encode()


def one_line(error: BaseException) -> str:
    """Say in one line of bounded length what went wrong."""
    text = str(error) if isinstance(error, OrStreamError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())[:MESSAGE_CHARS]
