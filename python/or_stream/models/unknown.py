"""JSON values of a type that this library does not know, kept whole (rule E12)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from pydantic import PrivateAttr, SerializerFunctionWrapHandler, ValidationInfo, model_serializer, model_validator

from .base import BUILDING, Model, Record
from .wire import is_object

if TYPE_CHECKING:
    from pydantic import ModelWrapValidatorHandler


class Unknown(Model):
    """A value of a vendor's or a future type; its fields are attributes and in `model_extra`.

    What was no JSON object at all (a string, a null) is held too, and goes out again as it came.
    """

    type: str = ""

    _no_object: tuple[Any] | None = PrivateAttr(default=None)

    @property
    def raw(self) -> Any:
        """The JSON value as it was sent: almost always a dict."""
        return self.to_dict()

    @model_validator(mode="wrap")
    @classmethod
    def _keep_any_value(cls, value: Any, handler: "ModelWrapValidatorHandler[Self]", info: ValidationInfo) -> Self:
        if is_object(value) or isinstance(value, Record) or info.context is BUILDING:
            return handler(value)
        unknown = handler({})
        unknown._no_object = (value,)
        return unknown

    @model_serializer(mode="wrap")
    def _as_sent(self, handler: SerializerFunctionWrapHandler) -> Any:
        return handler(self) if self._no_object is None else self._no_object[0]

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Show what was sent: pydantic's protocol for `repr`."""
        return super().__repr_args__() if self._no_object is None else [(None, self._no_object[0])]
