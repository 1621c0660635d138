"""What all models share: lenient towards servers, strict towards callers, and a round trip that loses nothing."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, get_origin

from pydantic import BaseModel, ConfigDict, Field, Strict, ValidationError, ValidationInfo, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, to_json

from .contract import LATEST
from .readers import MISFIT, plain
from .unread import Unread, as_sent
from .wire import check_finite, is_object, parse_json

if TYPE_CHECKING:
    from pydantic import ModelWrapValidatorHandler

    from .contract import Spec
    from .violations import Violation

Int = Annotated[int, Strict()]
Bool = Annotated[bool, Strict()]
Number = Annotated[
    Annotated[int, Strict()] | Annotated[float, Strict(), Field(allow_inf_nan=False)],
    Field(union_mode="left_to_right"),
]
"""An int or a float, kept as the one that was sent."""

_TOLD = 3  # violations that an error names

BUILDING = object()  # the validation context of a constructor call


class Record(BaseModel):
    """One JSON object of the contract, frozen, with every field that was sent.

    What the contract does not name is in `model_extra`. What a constructor is given must fit; see `Model` for what a
    server sends.
    """

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        protected_namespaces=(),
        defer_build=True,
        serialize_by_alias=True,
        ser_json_inf_nan="constants",
    )

    _constants: ClassVar[frozenset[str]] = frozenset()

    if not TYPE_CHECKING:

        def __init__(self, /, **data: Any) -> None:
            try:
                self.__pydantic_validator__.validate_python(data, self_instance=self, context=BUILDING)
            except ValidationError as error:
                raise _readable(error) from None
            # A caller need not repeat `type`, yet a server must be sent it.
            self.__pydantic_fields_set__.update(self._constants)

        # Without this mark pydantic would call `__init__` for each object that it validates, and set what was not sent.
        __init__.__pydantic_base_init__ = True

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        fields = cls.__pydantic_fields__.items()
        cls._constants = frozenset(name for name, field in fields if get_origin(field.annotation) is Literal)

    @classmethod
    def _read(cls, value: Any) -> Any:
        """Read a value as `open_json` gives it; `MISFIT` where it does not fit in every part."""
        try:
            return cls.model_validate(plain(value))
        except ValidationError:
            return MISFIT

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Parse a JSON text into this model, exactly: see `to_json`.

        Args:
            json_data: The JSON text of one object.
            **options: As pydantic's `model_validate` takes them.

        Returns:
            The model.

        Raises:
            pydantic.ValidationError: Raised when the text is not JSON (NaN and Infinity are not) or no object.
        """
        try:
            value = parse_json(json_data)
        except ValueError as error:
            kind = PydanticCustomError("json_invalid", "Invalid JSON: {error}", {"error": str(error)})
            details = InitErrorDetails(type=kind, input=json_data)
            raise ValidationError.from_exception_data(cls.__name__, [details], input_type="json") from None
        return cls.model_validate(value, **options)

    def to_dict(self) -> dict[str, Any]:
        """Give back the JSON object that came in: nothing added, nothing lost.

        Returns:
            A new dict of plain Python values that shares nothing with the model. What was not sent is not in it, what
            was sent as null is None. For an `Unknown` that was no JSON object it is that very value.
        """
        sent = as_sent(self)
        return self.model_dump(mode="json", exclude_unset=True, by_alias=True) if sent is None else sent

    def to_json(self) -> bytes:
        """Give back the JSON object that came in, as UTF-8 text without white space.

        Returns:
            The JSON text. Values are those that came in, integers of any size included; the spelling of numbers and
            strings and the order of keys may differ.

        Raises:
            ValueError: Raised when a number is NaN or infinite, which JSON cannot say.
        """
        sent = as_sent(self)
        write = self.__pydantic_serializer__.to_json
        text = write(self, exclude_unset=True, by_alias=True) if sent is None else to_json(sent)
        if b"Infinity" in text or b"NaN" in text:
            check_finite(text)
        return text

    def validate(  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride] - pydantic's is retired
        self, *, strict: bool = False, spec: "Spec" = LATEST
    ) -> "list[Violation]":
        """Hold this object against the contract, which reading it does not do: see `violations`.

        Args:
            strict: Raise when it breaks the contract.
            spec: The version of the contract.

        Returns:
            What breaks the contract; empty when nothing does.

        Raises:
            ValueError: Raised in strict mode, with the first places that break it; also when the contract has no such
                version or object.
        """
        from .violations import violations  # noqa: PLC0415 - it knows all models, and so this one

        found = violations(self, spec=spec)
        if strict and found:
            more = f" and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
            told = "; ".join(str(one) for one in found[:_TOLD])
            raise ValueError(f"{type(self).__name__} breaks Open Responses {spec}: {told}{more}")
        return found

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Show what was sent, and nothing else: pydantic's protocol for `repr`."""
        yield from ((name, getattr(self, name)) for name in self.__pydantic_fields__ if name in self.model_fields_set)
        yield from (self.model_extra or {}).items()


class Model(Unread, Record):
    """A record that reads whatever a server sends.

    Null and absent are the same (rule E15). A text, list or count that the contract requires reads as empty or 0 when
    it is absent, anything else as None. A value that does not fit its field counts as absent too; it is kept in
    `model_extra` under its name, so that it can be looked at and is sent on as it came. The constructor is not
    lenient: what you build yourself must fit, or `pydantic.ValidationError` is raised.
    """

    @model_validator(mode="wrap")
    @classmethod
    def _keep_misfits(cls, value: Any, handler: "ModelWrapValidatorHandler[Self]", info: ValidationInfo) -> Self:
        try:
            return handler(value)
        except ValidationError as error:
            if info.context is BUILDING or not is_object(value):
                raise
            details = error.errors(include_url=False, include_context=False, include_input=False)
            misfits = {detail["loc"][0] for detail in details}
        model = handler({name: member for name, member in value.items() if name not in misfits})
        extra = model.__pydantic_extra__
        if extra is not None:  # never None under `extra="allow"`
            extra.update((name, member) for name, member in value.items() if name in misfits)
        return model

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy this model with some fields changed; see pydantic's `model_copy`.

        Args:
            update: The new values by field name; they are not checked. One for a field whose value did not fit takes
                that value's place.
            deep: Copy the members too.

        Returns:
            The copy.
        """
        copied = super().model_copy(update=update, deep=deep)
        extra = copied.__pydantic_extra__
        for name, field in self.__pydantic_fields__.items():
            if extra and update and name in update:
                extra.pop(field.alias or name, None)
        return copied


def _readable(error: ValidationError) -> ValidationError:
    """The same findings without the schema's inner names in their places, which run over hundreds of characters."""
    details = [
        InitErrorDetails(
            type=detail["type"],
            loc=tuple(step for step in detail["loc"] if isinstance(step, int) or "[" not in step),
            input=detail["input"],
            ctx=detail.get("ctx", {}),
        )
        for detail in error.errors()
    ]
    return ValidationError.from_exception_data(error.title, details)
