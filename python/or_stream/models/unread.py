"""Models of JSON that a server sent: a field decodes when it is first read, what nobody reads costs nothing.

Fields that were read stand where pydantic keeps them, in the instance's dict; the JSON of the others waits there too,
under a name that no field can have. A field that is not there yet reaches `__getattr__`. Whoever takes a model apart,
to compare, copy, pickle or dump it, asks for its `__dict__` or for pydantic's own slots: then pydantic reads all of it,
and the model is one like any other.
"""

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from .._core import open_json
from .readers import MISFIT, fields_of, is_text_of, plain
from .wire import is_list, is_object

UnreadT = TypeVar("UnreadT", bound="Unread")

_fields = BaseModel.__dict__["__dict__"].__get__
_set_fields = BaseModel.__dict__["__dict__"].__set__
_UNREAD = "\ud800"  # half a surrogate pair, which no key of a server's can be


class Unread(BaseModel):
    """What models have that can be read field by field. Only this library's own classes are: see `read_json`."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            read = _fields(self)
            if _UNREAD not in read:
                return super().__getattr__(name)
            field = fields_of(type(self)).get(name)
            if field is not None:
                key, members = field.key, _members(read)
                value = field.read(members[key]) if key in members else field.default()
                if value is not MISFIT:
                    # Of two threads that read it at once, both get the value of one.
                    return read.setdefault(name, value)
            _read_all(self, read)
            return getattr(self, name)

        def _all_fields(self) -> dict[str, Any]:
            read = _fields(self)
            return _read_all(self, read) if _UNREAD in read else read

        __dict__ = property(_all_fields, _set_fields)

    @classmethod
    def _read(cls, value: Any) -> Any:
        """Read a value of a field that has this class, as `open_json` gives it."""
        return read_json(cls, value) if is_text_of(value, b"{") else MISFIT


def read_json(kind: type[UnreadT], json: bytes | dict[str, Any]) -> UnreadT:
    """Make a model of a JSON object.

    Args:
        kind: One of this library's own classes.
        json: The text of the object, which the core must have checked, or its members as `open_json` gives them.
    """
    model = kind.__new__(kind)
    _set_fields(model, {_UNREAD: json})
    return model


def as_sent(model: BaseModel) -> dict[str, Any] | None:
    """Give back the members of a JSON object as plain values, without reading what was not read.

    Returns:
        A new dict that shares nothing with the model, or None for a model that pydantic has made.
    """
    read = _fields(model)
    if _UNREAD not in read:
        return None
    if len(read) == 1:
        return _plain_members(read)
    fields = fields_of(type(model))
    known = {fields[name].key: value for name, value in read.items() if name != _UNREAD}
    members = _members(read).items()
    return {key: _again(known[key]) if key in known else plain(sent) for key, sent in members}


def _members(read: dict[str, Any]) -> dict[str, Any]:
    """What waits, opened."""
    unread = read[_UNREAD]
    if type(unread) is bytes:
        unread = read[_UNREAD] = open_json(unread)
    members: dict[str, Any] = unread
    return members


def _plain_members(read: dict[str, Any]) -> dict[str, Any]:
    """What waits, decoded in full."""
    unread: Any = plain(read[_UNREAD])
    return {key: plain(sent) for key, sent in unread.items()}


def _read_all(model: Unread, read: dict[str, Any]) -> dict[str, Any]:
    """Read what is left, and have all that a model has that pydantic made: its fields, by name."""
    twin = type(model).model_validate(_plain_members(read))
    for slot in ("__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__"):
        object.__setattr__(model, slot, getattr(twin, slot))
    fields: dict[str, Any] = _fields(twin) | read
    del fields[_UNREAD]
    _set_fields(model, fields)
    return fields


def _again(value: Any) -> Any:
    """What a read field has, as plain values that share nothing with it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_unset=True) if (sent := as_sent(value)) is None else sent
    if is_list(value):
        return [_again(element) for element in value]
    return {name: _again(member) for name, member in value.items()} if is_object(value) else value
