"""From a field's annotation to its reader: what decodes the field's JSON when somebody asks for it.

Pydantic judges what callers build. What a server sent is read by these, which judge alike (a test compares the two) but
one field at a time, and need none of pydantic's schemas, which take half a second to build.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .._core import open_json
from .wire import parse_json

MISFIT: Final = object()
"""What a reader gives for a value that does not fit."""

Reader: TypeAlias = Callable[[Any], Any]
"""From a value as `open_json` gives it, JSON text or plain, to the value of the field or `MISFIT`."""


class Choice(ABC):
    """Annotates a union of which each value says itself to which member it belongs."""

    @abstractmethod
    def reader(self, members: tuple[Any, ...]) -> Reader:
        """Give the reader of a union of these members."""


@dataclass(frozen=True, slots=True)
class ReadField:
    """How one field of a model is read.

    Args:
        key: Its name on the wire.
        read: Its reader.
        default: Makes its value where nothing was sent that fits.
    """

    key: str
    read: Reader
    default: Callable[[], Any]


@cache
def fields_of(kind: type[BaseModel]) -> Mapping[str, ReadField]:
    """Tell how each field of a model is read, by name and in the model's order."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: ReadField(field.alias or name, reader_of(hints[name]), _default_of(field))
        for name, field in kind.__pydantic_fields__.items()
    }


def reader_of(annotation: Any) -> Reader:
    """Give the reader of an annotation, of those that the models use.

    Raises:
        AttributeError: Raised for any other.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        choice = next((mark for mark in arguments if isinstance(mark, Choice)), None)
        return choice.reader(get_args(arguments[0])) if choice else reader_of(arguments[0])
    if origin in {Union, UnionType}:
        return _first_fit(
            [reader_of(member) for member in arguments if member is not NoneType], nullable=NoneType in arguments
        )
    if origin is Literal:
        return _one_of(frozenset(arguments))
    if origin is dict:
        return _object_of(reader_of(arguments[1]))
    if origin in {list, Sequence}:
        return _list_of(reader_of(arguments[0]))
    return _PLAIN.get(annotation) or annotation._read


def plain(value: Any) -> Any:
    """Decode in full what `open_json` gave."""
    return parse_json(value) if type(value) is bytes else value


def is_text_of(value: Any, opening: bytes) -> bool:
    """Whether a value that `open_json` gave is the JSON text of an object (`{`), an array or a string."""
    return type(value) is bytes and value.startswith(opening)


def _default_of(field: FieldInfo) -> Callable[[], Any]:
    default: Any = field.default
    return list if field.default_factory else lambda: default


def _string(value: Any) -> Any:
    if type(value) is str:
        return value
    return parse_json(value) if is_text_of(value, b'"') else MISFIT


def _int(value: Any) -> Any:
    return value if type(value) is int else MISFIT


def _float(value: Any) -> Any:
    return value if type(value) is float and isfinite(value) else MISFIT


def _bool(value: Any) -> Any:
    return value if type(value) is bool else MISFIT


def _null(value: Any) -> Any:
    return None if value is None else MISFIT


_PLAIN: dict[Any, Reader] = {str: _string, int: _int, float: _float, bool: _bool, NoneType: _null, Any: plain}


def _first_fit(readers: list[Reader], *, nullable: bool) -> Reader:
    def read(value: Any) -> Any:
        if value is None and nullable:  # as with pydantic, null is for no other member then
            return None
        for one in readers:
            if (found := one(value)) is not MISFIT:
                return found
        return MISFIT

    return read


def _one_of(texts: frozenset[Any]) -> Reader:
    return lambda value: value if type(value) is str and value in texts else MISFIT


def _list_of(element: Reader) -> Reader:
    def read(value: Any) -> Any:
        if not is_text_of(value, b"["):
            return MISFIT
        found: list[Any] = []
        for one in open_json(value):
            found.append(element(one))
            if found[-1] is MISFIT:
                return MISFIT
        return found

    return read


def _object_of(member: Reader) -> Reader:
    def read(value: Any) -> Any:
        if not is_text_of(value, b"{"):
            return MISFIT
        if member is plain:
            return parse_json(value)
        found = {name: member(one) for name, one in open_json(value).items()}
        return MISFIT if any(one is MISFIT for one in found.values()) else found

    return read
