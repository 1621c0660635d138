"""A request that asks for structured output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..models import CreateResponse


def with_text_format(request: CreateResponse | Mapping[str, Any] | bytes | None, form: Any) -> dict[str, Any]:
    """Set `text.format` to the strict JSON schema of a type.

    Args:
        request: A `models.CreateResponse` or a mapping, which is not changed.
        form: A pydantic model, any other type that pydantic knows, or a `TypeAdapter`.

    Returns:
        The members of the request.

    Raises:
        TypeError: Raised when the request is bytes or None, which are sent as they are.
        ValueError: Raised when it has a text format of its own.
    """
    from ..models import JsonSchemaFormat  # noqa: PLC0415 - pydantic is loaded when it is asked for

    if not (isinstance(request, Mapping) or hasattr(request, "to_dict")):
        message = f"text_format needs a request that is a model or a mapping, not {type(request).__name__}"
        raise TypeError(message)
    members = _members(request)
    text = _members(members.get("text") or {})
    if text.get("format") is not None:
        message = "the request has a text.format of its own: text_format would replace it"
        raise ValueError(message)
    return {**members, "text": {**text, "format": JsonSchemaFormat.of(form).to_dict()}}


def _members(value: Any) -> dict[str, Any]:
    to_dict = getattr(value, "to_dict", None)
    return dict(value if to_dict is None else to_dict())
