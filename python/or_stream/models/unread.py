"""Models of JSON that a server sent: a field decodes when it is first read, what nobody reads costs nothing.

Fields that were read stand where pydantic keeps them, in the instance's dict; the JSON of the others waits there too,
under a name that no field can have. A field that is not there yet reaches `__getattr__`. Whoever takes a model apart,
to compare, copy, pickle or dump it, asks for its `__dict__` or for pydantic's own slots: then pydantic reads all of it,
and the model is one like any other.
"""

from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel

from .._core import open_json
from .readers import MISFIT, ReadField, fields_of, is_text_of, plain
from .wire import is_list, is_object

UnreadT = TypeVar("UnreadT", bound="Unread")

_fields = BaseModel.__dict__["__dict__"].__get__
_set_fields = BaseModel.__dict__["__dict__"].__set__
_UNREAD: Final = "\ud800"  # half a surrogate pair, which no key of a server's can be
_READ: Final = object()


class Unread(BaseModel):
    """What models have that can be read field by field. Only this library's own classes are: see `read_json`."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            read = _fields(self)
            if _UNREAD not in read:
                return super().__getattr__(name)
            field = fields_of(type(self)).get(name)
            value = MISFIT if field is None else _read_field(field, name, read)
            if value is MISFIT:
                _read_all(self, read)
                return getattr(self, name)
            return value

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
    unread: dict[str, Any] | bytes | None = read.get(_UNREAD)
    if not isinstance(unread, dict):
        whole: dict[str, Any] | None = plain(unread)
        return whole
    known = _known(model, read)
    return {key: _again(known[key]) if key in known else plain(sent) for key, sent in unread.items()}


def _read_field(field: ReadField, name: str, read: dict[str, Any]) -> Any:
    """Read one field and keep its value, not its text; of two threads that do so at once, both get the value of one."""
    members = read[_UNREAD]
    if type(members) is bytes:
        members = read[_UNREAD] = open_json(members)
    if field.key not in members:
        return read.setdefault(name, field.default())
    sent = members[field.key]
    value = read[name] if sent is _READ else field.read(sent)
    if value is not MISFIT:
        value = read.setdefault(name, value)
        members[field.key] = _READ
    return value


def _read_all(model: Unread, read: dict[str, Any]) -> dict[str, Any]:
    """Read what is left, and have all that a model has that pydantic made: its fields, by name."""
    known, unread = _known(model, read), read[_UNREAD]
    members = plain(unread) if type(unread) is bytes else unread
    twin = type(model).model_validate({key: plain(sent) for key, sent in members.items() if key not in known})
    table = fields_of(type(model))
    sent = {name for name in read if name != _UNREAD and table[name].key in members}
    fields: dict[str, Any] = _fields(twin) | read
    del fields[_UNREAD]
    object.__setattr__(model, "__pydantic_fields_set__", twin.__pydantic_fields_set__ | sent)
    object.__setattr__(model, "__pydantic_extra__", twin.__pydantic_extra__)
    object.__setattr__(model, "__pydantic_private__", twin.__pydantic_private__)
    _set_fields(model, fields)
    return fields


def _known(model: BaseModel, read: dict[str, Any]) -> dict[str, Any]:
    """The values of the fields that were read, by their names on the wire."""
    fields = fields_of(type(model))
    return {fields[name].key: value for name, value in read.items() if name != _UNREAD}


def _again(value: Any) -> Any:
    """What a read field has, as plain values that share nothing with it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_unset=True) if (sent := as_sent(value)) is None else sent
    if is_list(value):
        return [_again(element) for element in value]
    return {name: _again(member) for name, member in value.items()} if is_object(value) else value
