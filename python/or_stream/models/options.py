"""Settings that a request makes and a response echoes: text format, reasoning, streaming."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from .base import Bool, Model
from .by_type import ByType
from .unknown import Unknown


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
