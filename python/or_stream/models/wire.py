"""JSON text as it comes from a server, turned into Python values without a loss."""

import json
from typing import Any, NoReturn, TypeGuard

from pydantic_core import from_json


def parse_json(text: str | bytes | bytearray) -> Any:
    """Parse one JSON text: integers of any size stay exact, floats stay floats, NaN and Infinity are refused.

    Half a surrogate pair that stands alone becomes U+FFFD, since no `str` that cannot be encoded may be handed out
    (rule E3).

    Args:
        text: The JSON text, UTF-8 when bytes.

    Returns:
        The value, of Python's plain types.

    Raises:
        ValueError: Raised when the text is not JSON, nests deeper than 200 levels or holds a number of more than 4,300
            digits.
    """
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError:
        return _parse_with_surrogates(text)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a parsed JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a parsed JSON value is a list."""
    return isinstance(value, list)


def check_finite(text: bytes) -> None:
    """Refuse a JSON text with NaN or Infinity as a value; as text within a string they are fine.

    Args:
        text: The JSON text.

    Raises:
        ValueError: Raised when there is one.
    """
    json.loads(text, parse_constant=_refuse)


def _parse_with_surrogates(text: str | bytes | bytearray) -> Any:
    """Parse what the fast parser refuses only for its surrogates; anything else raises the fast parser's error."""
    if isinstance(text, str):
        text = text.encode("utf-8", "surrogatepass")
    if b"\\u" not in text:
        return from_json(text, allow_inf_nan=False)
    try:
        # The standard library alone reads half a pair; UTF-16 is where the halves that do belong together join.
        loose = json.dumps(json.loads(text, parse_constant=_refuse), ensure_ascii=False)
        text = loose.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
    except (ValueError, RecursionError):
        pass  # not a matter of surrogates
    return from_json(text, allow_inf_nan=False)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
