"""One JSON text as RFC 8259 has it, which is stricter than Python's `json`, and what was odd about it."""

import json
import math
from dataclasses import dataclass, field
from typing import Any

MAX_DEPTH = 128
MAX_DIGITS = 4300


class NotJSONError(ValueError):
    """The text is not JSON, or holds a number that no double can hold."""


class OverLimitError(ValueError):
    """The text is JSON, but deeper or with longer numbers than we take by default."""


@dataclass
class Pairs:
    """An object before its repeated keys are lost."""

    pairs: list[tuple[str, Any]] = field(default_factory=list)


def parse(text: str) -> tuple[Any, list[str]]:
    """Read one JSON text.

    Returns:
        The value (repeated keys: the last one wins) and the keys that the outermost object repeats.

    Raises:
        NotJSONError: Raised when the text is not one JSON value.
        OverLimitError: Raised when it nests deeper than 128 or has a number of more than 4,300 digits.
    """
    if depth(text) > MAX_DEPTH:
        raise OverLimitError("depth")
    if text.startswith("\ufeff"):
        raise NotJSONError("byte order mark")
    try:
        tree = json.loads(
            text, object_pairs_hook=Pairs, parse_constant=refuse, parse_float=finite, parse_int=integer, strict=True
        )
    except (ValueError, RecursionError) as error:
        if isinstance(error, OverLimitError):
            raise
        raise NotJSONError(str(error)) from error
    return plain(tree), repeated(tree)


def depth(text: str) -> int:
    """How deep brackets nest, strings left out."""
    deepest = level = 0
    in_string = escaped = False
    for char in text:
        if in_string:
            in_string = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            in_string, escaped = True, False
        elif char in "[{":
            level += 1
            deepest = max(deepest, level)
        elif char in "]}":
            level -= 1
    return deepest


def refuse(constant: str) -> None:
    """NaN and Infinity are Python's, not JSON's."""
    raise NotJSONError(constant)


def finite(digits: str) -> float:
    """A float, if a double can hold it (promises.md, JSON: 1e999 is undecodable)."""
    if len(digits) > MAX_DIGITS:
        raise OverLimitError("digits")
    value = float(digits)
    if not math.isfinite(value):
        raise NotJSONError("number out of range")
    return value


def integer(digits: str) -> int:
    """An exact integer of any size up to the limit."""
    if len(digits) > MAX_DIGITS:
        raise OverLimitError("digits")
    return int(digits)


def plain(tree: Any) -> Any:
    """The tree with dicts for objects."""
    if isinstance(tree, Pairs):
        return {key: plain(value) for key, value in tree.pairs}
    if isinstance(tree, list):
        return [plain(value) for value in tree]
    return tree


def repeated(tree: Any) -> list[str]:
    """Keys that the outermost object holds more than once."""
    if not isinstance(tree, Pairs):
        return []
    keys = [key for key, _ in tree.pairs]
    return sorted({key for key in keys if keys.count(key) > 1})
