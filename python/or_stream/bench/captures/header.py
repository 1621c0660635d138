"""The header of a capture file, the same in the compact and the readable format."""

from __future__ import annotations

import json
from typing import Any, cast

from .capture import VERSION
from .errors import CaptureError


def read_header(text: bytes | str, where: str) -> dict[str, Any]:
    """Read a header.

    Args:
        text: JSON.
        where: The file, for messages.

    Raises:
        CaptureError: Raised when it is none, or of another version.
    """
    value: Any
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict) or "orx" not in value:
        message = f"{where}: this is no capture: its header is not a JSON object with 'orx'"
        raise CaptureError(message)
    header = cast("dict[str, Any]", value)
    if header["orx"] != VERSION:
        message = f"{where}: version {header['orx']!r} of the format, but this library reads version {VERSION}"
        raise CaptureError(message)
    return header


def fields(header: dict[str, Any]) -> dict[str, Any]:
    """Give what of a header belongs to a `Capture`; what has the wrong type counts as not said."""
    status: Any = header.get("status")
    return {
        "messages": header.get("messages") is True,
        "status": status if type(status) is int else None,
        "headers": {name: value for name, value in _object(header.get("headers")).items() if isinstance(value, str)},
        "note": _object(header.get("note")),
    }


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
