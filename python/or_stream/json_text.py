"""JSON text that we write ourselves, and the little that we read without the core."""

from __future__ import annotations

import json
from typing import Any, NoReturn


def write_text(value: object) -> str:
    """Write a value as JSON without white space; integers of any size stay exact, models are taken.

    Raises:
        TypeError: Raised when it holds something that JSON does not have.
        ValueError: Raised when it holds NaN, Infinity or itself.
    """
    return json.dumps(value, default=_plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def write_bytes(value: object) -> bytes:
    r"""Write a value as UTF-8 JSON; half a surrogate pair, which UTF-8 cannot hold, is escaped (`\ud83d`).

    Raises:
        TypeError: As for `write_text`.
        ValueError: As for `write_text`.
    """
    # A surrogate stands only within a string, where Python's escape of it is JSON's too.
    return write_text(value).encode("utf-8", "backslashreplace")


def read(text: str | bytes) -> Any:
    """Read one JSON text.

    Raises:
        ValueError: Raised when it is not JSON, NaN and Infinity included, when it nests too deeply, or when an integer
            has more than 4,300 digits.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        message = "nested too deeply"
        raise ValueError(message) from error


def _plain(value: object) -> object:
    """Give a model as JSON's own types."""
    to_dict = getattr(value, "to_dict", None)
    if to_dict is None:
        message = f"{type(value).__name__} is not JSON"
        raise TypeError(message)
    return to_dict()


def _refuse(constant: str) -> NoReturn:
    message = f"{constant} is not JSON"
    raise ValueError(message)
