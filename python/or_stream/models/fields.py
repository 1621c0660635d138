"""Model-valued fields of events: the core's one way into the models."""

from collections.abc import Callable
from contextlib import suppress

from pydantic import ValidationError
from pydantic_core import to_json

from .annotations import AnnotationField
from .faults import ErrorPayload
from .items import ItemField
from .parts import ContentPartField, LogProb
from .readers import reader_of
from .response import Response
from .unread import read_json
from .wire import is_list, parse_json


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
    parse_json(json)  # only for its refusals
    return read_field(name, json)


def read_field(name: str, json: bytes) -> object:
    """As `load_field`, for a text that the core has checked."""
    return _FIELDS[name](json.strip())


def _response(json: bytes) -> Response | None:
    return read_json(Response, json) if json.startswith(b"{") else None


def _logprobs(json: bytes) -> list[LogProb]:
    value = parse_json(json)
    fitting: list[LogProb] = []
    for member in value if is_list(value) else []:
        with suppress(ValidationError):
            fitting.append(LogProb.model_validate(member))
    return fitting


def _error(json: bytes) -> ErrorPayload:
    if json.startswith(b"{"):
        return read_json(ErrorPayload, json)
    value = parse_json(json)
    return ErrorPayload(message=value if isinstance(value, str) else to_json(value).decode())


_FIELDS: dict[str, Callable[[bytes], object]] = {
    "response": _response,
    "item": reader_of(ItemField),
    "part": reader_of(ContentPartField),
    "annotation": reader_of(AnnotationField),
    "logprobs": _logprobs,
    "error": _error,
}
