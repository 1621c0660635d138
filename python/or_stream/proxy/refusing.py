"""What a client is answered whose stream never began."""

from __future__ import annotations

import json
from typing import Any

from ..errors import OrStreamError, ServerStreamError, TransportError

MESSAGE_CHARS = 300
_BAD_GATEWAY = 502
_LEAST_ERROR = 400


def refusal(error: BaseException, code: str = "upstream_error") -> tuple[int, bytes]:
    """Give the server's status and its error in the contract's shape; ours where it did not say one.

    Args:
        error: Why there is no stream.
        code: The code of ours.

    Returns:
        The HTTP status, 502 where the server refused nothing, and the body as JSON.
    """
    told = error.status if isinstance(error, TransportError | ServerStreamError) else None
    status = told if told is not None and told >= _LEAST_ERROR else _BAD_GATEWAY
    return status, error_body(code, one_line(error), server_error(error))


def server_error(error: BaseException) -> dict[str, Any] | None:
    """Give the error that a server told in its refusal, in the contract's shape; None where it told none."""
    return json.loads(error.error_json) if isinstance(error, ServerStreamError) and error.error_json else None


def error_body(code: str, message: str, told: dict[str, Any] | None = None) -> bytes:
    """Write the body of a refusal: the error that was told, or one of ours."""
    own = {"type": "server_error", "code": code, "message": message, "param": None}
    return json.dumps({"error": told or own}).encode()


def one_line(error: BaseException) -> str:
    """Say in one line of bounded length what went wrong."""
    text = str(error) if isinstance(error, OrStreamError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())[:MESSAGE_CHARS]
