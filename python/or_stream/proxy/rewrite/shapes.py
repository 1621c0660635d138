"""JSON of a server, taken for what it is."""

from __future__ import annotations

from typing import Any, TypeGuard


def as_object(value: object) -> dict[str, Any]:
    """Give a JSON value if it is an object, and an empty one otherwise."""
    return value if _is_object(value) else {}


def as_list(value: object) -> list[Any]:
    """Give a JSON value if it is a list, and an empty one otherwise."""
    return value if _is_list(value) else []


def objects(value: object) -> list[dict[str, Any]]:
    """Give the objects in a JSON list."""
    return [entry for entry in as_list(value) if _is_object(entry)]


def _is_object(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)
