"""Settings that a request makes and a response echoes: text format, reasoning, streaming."""

from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import Field, TypeAdapter

from .base import Bool, Model
from .by_type import ByType
from .strict_schema import schema_name, strict_schema
from .unknown import Unknown

Form: TypeAlias = type[Any] | TypeAdapter[Any]
"""What an answer can be asked to be, and is parsed as."""


class TextFormat(Model):
    """Plain text."""

    type: Literal["text"] = "text"


class JsonObjectFormat(Model):
    """Any JSON object."""

    type: Literal["json_object"] = "json_object"


class JsonSchemaFormat(Model):
    """JSON that follows a schema. The attribute is `schema_`, the argument and the field on the wire `schema`."""

    type: Literal["json_schema"] = "json_schema"
    name: str = ""
    description: str | None = None
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")
    strict: Bool | None = None

    @classmethod
    def of(cls, form: Form, *, name: str | None = None) -> Self:
        """Ask for a value of a type, with `strict`.

        Args:
            form: A pydantic model, any other type that pydantic knows, or a `TypeAdapter`. OpenAI takes objects only.
            name: Of the schema; None for the type's own.
        """
        schema = strict_schema(form)
        return cls(name=name or schema_name(schema), schema=schema, strict=True)


class UnknownFormat(Unknown):
    """A text format of any other type, with all of its fields."""


Format: TypeAlias = TextFormat | JsonObjectFormat | JsonSchemaFormat | UnknownFormat
"""Any text format; usable with `isinstance` and `match`."""

FormatField: TypeAlias = Annotated[Format, ByType(UnknownFormat)]
"""`Format` as the type of a model's field."""


class TextConfig(Model):
    """The form of the text that is asked for; `verbosity` is low, medium or high."""

    format: FormatField | None = None
    verbosity: str | None = None


class ReasoningConfig(Model):
    """How much to reason (none to xhigh) and how to sum it up (concise, detailed, auto)."""

    effort: str | None = None
    summary: str | None = None


class StreamOptions(Model):
    """`include_obfuscation=False` leaves out the padding of delta events, where a server honours it."""

    include_obfuscation: Bool | None = None
