"""Model-valued fields of events: the core's one way into the models."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import to_json

from .annotations import Annotation, UnknownAnnotation
from .base import Model
from .faults import ErrorPayload
from .items import Item, UnknownItem
from .parts import ContentPart, LogProb, UnknownPart
from .response import Response
from .unknown import Unknown
from .wire import is_list, is_object, parse_json


def load_field(name: str, json: bytes) -> object:
    """Read one field of an event as its model, whatever was sent there.

    Args:
        name: `response`, `item`, `part`, `annotation`, `logprobs` or `error`.
        json: The JSON text of the field, any value but null.

    Returns:
        A `Response`, `Item`, `ContentPart`, `Annotation`, list of `LogProb` or `ErrorPayload`. What is not of that
        shape becomes: for an item, part or annotation an `Unknown…` whose `raw` it is; for a response None; for log
        probabilities a list of those that fit; for an error an `ErrorPayload` with it as `message`.

    Raises:
        ValueError: Raised when the text nests deeper than 200 levels, which a core with its default limits never hands
            out, or is not JSON.
    """
    return _FIELDS[name](parse_json(json))


def _by_type(union: Any, unknown: type[Unknown]) -> Callable[[Any], Model]:
    # Not a `TypeAdapter`, which would build the schemas of all classes for the first one that is met.
    classes: dict[str, type[Model]] = {
        name: member
        for member in get_args(union)
        if member is not unknown
        for name in get_args(member.__pydantic_fields__["type"].annotation)
    }

    def read(value: Any) -> Model:
        kind = value.get("type") if is_object(value) else None
        return (classes.get(kind, unknown) if isinstance(kind, str) else unknown).model_validate(value)

    return read


def _response(value: Any) -> Response | None:
    return Response.model_validate(value) if is_object(value) else None


def _logprobs(value: Any) -> list[LogProb]:
    fitting: list[LogProb] = []
    for member in value if is_list(value) else []:
        with suppress(ValidationError):
            fitting.append(LogProb.model_validate(member))
    return fitting


def _error(value: Any) -> ErrorPayload:
    if is_object(value):
        return ErrorPayload.model_validate(value)
    return ErrorPayload(message=value if isinstance(value, str) else to_json(value).decode())


_FIELDS: dict[str, Callable[[Any], object]] = {
    "response": _response,
    "item": _by_type(Item, UnknownItem),
    "part": _by_type(ContentPart, UnknownPart),
    "annotation": _by_type(Annotation, UnknownAnnotation),
    "logprobs": _logprobs,
    "error": _error,
}
