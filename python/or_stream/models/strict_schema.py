"""A Python type as the JSON schema that servers accept for structured output with `strict`."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from .wire import is_object

# Where schemas stand in a schema: as a mapping of names, as a list, or alone.
_NAMED = frozenset({"properties", "$defs", "patternProperties"})
_LISTED = frozenset({"anyOf", "allOf", "prefixItems"})
_SINGLE = frozenset({"items", "additionalProperties", "not"})
_ANSWER = "answer"
_NAME_CHARS = 64

Schema = dict[str, Any]


def as_adapter(form: Any) -> TypeAdapter[Any]:
    """Give the adapter of a type, or the one that was given."""
    if isinstance(form, TypeAdapter):
        return form  # pyright: ignore[reportUnknownVariableType] - of whatever type
    return TypeAdapter(form)


def strict_schema(form: Any) -> Schema:
    """Write a type as JSON schema in which every object names all of its members and takes no others.

    Servers demand that every property is required: one with a default has to be told too, and may be null where its
    type says so. A type whose root is no object is left as it is, though OpenAI refuses it.

    Args:
        form: A pydantic model, any other type that pydantic knows, or a `TypeAdapter`.

    Returns:
        The schema, without `default`, `oneOf`, `discriminator`, and without keywords beside a `$ref`.
    """
    schema = as_adapter(form).json_schema()
    definitions: dict[str, Schema] = schema.get("$defs", {})
    target = schema.get("$ref")
    if target is not None:  # a recursive type: the root must be the object itself
        schema = {**_resolved(target, definitions), "$defs": definitions}
    return _strict_object(schema, definitions, frozenset())


def schema_name(schema: Mapping[str, Any]) -> str:
    """Name a schema by its title in the letters that servers allow: A-Z, a-z, 0-9, `_` and `-`, 64 at most."""
    title = str(schema.get("title") or _ANSWER)
    letters = (char if char.isascii() and (char.isalnum() or char in "_-") else "_" for char in title)
    return "".join(letters).strip("_")[:_NAME_CHARS] or _ANSWER


def _strict(schema: Any, definitions: dict[str, Schema], inlined: frozenset[str]) -> Any:
    # Where a schema may stand, true and false may stand too.
    return _strict_object(schema, definitions, inlined) if is_object(schema) else schema


def _strict_object(schema: Schema, definitions: dict[str, Schema], inlined: frozenset[str]) -> Schema:
    whole = _without_siblings(schema, definitions, inlined)
    if "$ref" in schema:
        inlined |= {schema["$ref"]}
    kept = {_KEYWORDS.get(key, key): value for key, value in whole.items() if key not in {"default", "discriminator"}}
    told = {key: _inner(key, value, definitions, inlined) for key, value in kept.items()}
    if told.get("type") == "object":
        told.setdefault("additionalProperties", False)
        told["required"] = list(told.get("properties", {}))
    return told


# Which of the alternatives it is, the value shows itself.
_KEYWORDS = {"oneOf": "anyOf"}


def _inner(key: str, value: Any, definitions: dict[str, Schema], inlined: frozenset[str]) -> Any:
    if key in _NAMED:
        return {name: _strict(schema, definitions, inlined) for name, schema in value.items()}
    if key in _LISTED:
        return [_strict(schema, definitions, inlined) for schema in value]
    return _strict(value, definitions, inlined) if key in _SINGLE else value


def _without_siblings(schema: Schema, definitions: dict[str, Schema], inlined: frozenset[str]) -> Schema:
    """Put what a reference means in its place where it has neighbours; within itself it stays a reference."""
    target = schema.get("$ref")
    if target is None or len(schema) == 1:
        return schema
    if target in inlined:
        return {"$ref": target}
    return {**_resolved(target, definitions), **{key: value for key, value in schema.items() if key != "$ref"}}


def _resolved(target: str, definitions: dict[str, Schema]) -> Schema:
    return definitions[target.removeprefix("#/$defs/").replace("~1", "/").replace("~0", "~")]
