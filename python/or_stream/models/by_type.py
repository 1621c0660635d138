"""Choosing the class of a JSON object by its `type`, without a Python call and without ever failing."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

from pydantic_core import core_schema

from .._core import open_json
from .base import BUILDING
from .readers import MISFIT, Choice, Reader, is_text_of, plain
from .unread import read_json
from .wire import is_object

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, ValidationInfo

    from .base import Model
    from .unknown import Unknown


class ByType(Choice):
    """Annotates a union of models: the class whose `type` was sent, else the one for unknown types.

    Classes of the union that share a `type` are tried in their order.

    Args:
        unknown: The member of the union for every other value, JSON objects and not.
        untyped: The member for objects that have no `type` but all of the names in `marks`.
        marks: See `untyped`.
    """

    def __init__(
        self, unknown: "type[Unknown]", *, untyped: "type[Model] | None" = None, marks: frozenset[str] = frozenset()
    ) -> None:
        self.unknown = unknown
        self.untyped = untyped
        self.marks = marks

    def __get_pydantic_core_schema__(self, source: Any, handler: "GetCoreSchemaHandler") -> core_schema.CoreSchema:
        """Build the schema: pydantic's protocol for annotations."""
        by_type: dict[str, list[core_schema.CoreSchema]] = {}
        for member in get_args(source):
            if member is not self.unknown:
                schema = handler.generate_schema(member)
                for name in get_args(member.__pydantic_fields__["type"].annotation):
                    by_type.setdefault(name, []).append(schema)
        choices: list[core_schema.CoreSchema] = [
            core_schema.tagged_union_schema({name: _first_fit(s) for name, s in by_type.items()}, "type")
        ]
        if self.untyped is not None:
            untyped = handler.generate_schema(self.untyped)
            choices.append(core_schema.no_info_before_validator_function(self._check_untyped, untyped))
        unknown = handler.generate_schema(self.unknown)
        refuse_known = partial(_refuse_known, frozenset(by_type))
        choices.append(core_schema.with_info_before_validator_function(refuse_known, unknown))
        return _first_fit(choices)

    def reader(self, members: tuple[Any, ...]) -> Reader:
        """Give the reader, which chooses as the schema does: the protocol of `Choice`."""
        by_type = _classes_by_type(member for member in members if member is not self.unknown)
        unknown, untyped, marks = self.unknown, self.untyped, self.marks

        def read(value: Any) -> Any:
            if not is_text_of(value, b"{"):
                return unknown.model_validate(plain(value))
            found = open_json(value)
            kind = found.get("type", MISFIT)
            if kind is MISFIT and untyped is not None and marks.issubset(found):
                return read_json(untyped, found)
            return read_json(by_type.get(kind, unknown), found)

        return read

    def _check_untyped(self, value: Any) -> Any:
        if is_object(value) and "type" not in value and self.marks.issubset(value):
            return value
        raise ValueError("not an object of this kind")


def _classes_by_type(classes: Iterable[Any]) -> dict[Any, Any]:
    """The first class for each `type`."""
    found: dict[Any, Any] = {}
    for member in classes:
        for name in get_args(member.__pydantic_fields__["type"].annotation):
            found.setdefault(name, member)
    return found


def _refuse_known(known: frozenset[str], value: Any, info: "ValidationInfo") -> Any:
    # What a server sent with a known type always fits its class; what a caller built may not, and must be told.
    if info.context is BUILDING and is_object(value) and value.get("type") in known:
        raise ValueError("an object of a known type must fit its class")
    return value


def _first_fit(schemas: list[core_schema.CoreSchema]) -> core_schema.CoreSchema:
    # A model knows how to serialize itself; asking each member of the union would only cost time.
    as_it_is = core_schema.simple_ser_schema("any")
    if len(schemas) == 1:
        return schemas[0]
    return core_schema.union_schema([*schemas], mode="left_to_right", serialization=as_it_is)
