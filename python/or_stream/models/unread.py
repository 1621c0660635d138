"""Models of JSON that a server sent: a field decodes when it is first read, what nobody reads costs nothing.

The members of the object wait in a slot. A field that was read stands where pydantic keeps it, in the instance's dict;
one that is not there yet reaches `__getattr__`. Whoever takes a model apart, to compare, copy, pickle or dump it, asks
for its `__dict__` or for pydantic's own slots: then all is read, and the model is one like any other.
"""

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from .._core import open_json
from .readers import MISFIT, fields_of, is_text_of, plain
from .wire import is_list, is_object

UnreadT = TypeVar("UnreadT", bound="Unread")


class Unread(BaseModel):
    """What models have that can be read field by field. Only this library's own classes are: see `read_json`."""

    if not TYPE_CHECKING:
        __slots__ = ("_unread",)

        def __getattr__(self, name: str) -> Any:
            members = _unread(self)
            if members is None:
                return super().__getattr__(name)
            field = fields_of(type(self)).get(name)
            if field is not None:
                value = field.of(members) if field.key in members else field.default()
                if value is not MISFIT:
                    # Of two threads that read it at once, both get the value of one.
                    return _fields(self).setdefault(name, value)
            _read_all(self, members)
            return getattr(self, name)

        @property
        def __dict__(self) -> dict[str, Any]:
            members = _unread(self)
            if members is not None:
                _read_all(self, members)
            return _fields(self)

        @__dict__.setter
        def __dict__(self, fields: dict[str, Any]) -> None:
            _set_fields(self, fields)

    @classmethod
    def _read(cls, value: Any) -> Any:
        """Read a value of a field that has this class, as `open_json` gives it."""
        return read_json(cls, value) if is_text_of(value, b"{") else MISFIT


def read_json(kind: type[UnreadT], json: bytes) -> UnreadT:
    """Make a model of a JSON object.

    Args:
        kind: One of this library's own classes.
        json: The text of the object, which the core must have checked.
    """
    return with_members(kind, open_json(json))


def with_members(kind: type[UnreadT], members: dict[str, Any]) -> UnreadT:
    """Make a model of the members of a JSON object, as `open_json` gives them."""
    model = kind.__new__(kind)
    _set_unread(model, members)
    return model


def as_sent(model: BaseModel) -> dict[str, Any] | None:
    """Give back the members of a JSON object as plain values, without reading what was not read.

    Returns:
        A new dict that shares nothing with the model, or None for a model that holds no unread members.
    """
    members = _unread(model) if isinstance(model, Unread) else None
    if members is None:
        return None
    fields = fields_of(type(model))
    read = {fields[name].key: value for name, value in _fields(model).items()}
    return {key: _again(read[key]) if key in read else plain(sent) for key, sent in members.items()}


_fields = BaseModel.__dict__["__dict__"].__get__
_set_fields = BaseModel.__dict__["__dict__"].__set__
_get_unread = Unread.__dict__["_unread"].__get__
_set_unread = Unread.__dict__["_unread"].__set__


def _unread(model: Unread) -> dict[str, Any] | None:
    try:
        members: dict[str, Any] | None = _get_unread(model)
    except AttributeError:  # made by pydantic
        return None
    return members


def _read_all(model: Unread, members: dict[str, Any]) -> None:
    """Read what is left, and have all that a model has that pydantic made."""
    table, read, extra = fields_of(type(model)), _fields(model), dict(members)
    fields: dict[str, Any] = {}
    for name, field in table.items():
        value = read[name] if name in read else field.of(members)
        fields[name] = field.default() if value is MISFIT else value
        if value is not MISFIT:
            extra.pop(field.key, None)
    sent = {name for name, field in table.items() if field.key in members and field.key not in extra}
    sent |= members.keys() - {field.key for field in table.values()}
    _set_fields(model, fields)
    object.__setattr__(model, "__pydantic_fields_set__", sent)
    object.__setattr__(model, "__pydantic_extra__", {key: plain(value) for key, value in extra.items()})
    object.__setattr__(model, "__pydantic_private__", None)
    if model.__pydantic_post_init__:
        model.model_post_init(None)
    _set_unread(model, None)


def _again(value: Any) -> Any:
    """What a read field has, as plain values that share nothing with it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_unset=True) if (sent := as_sent(value)) is None else sent
    if is_list(value):
        return [_again(element) for element in value]
    return {name: _again(member) for name, member in value.items()} if is_object(value) else value
