"""Judging an object by the contract: what is missing, null, of the wrong type or not among the allowed values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from .annotations import Annotation
from .base import Record
from .compact import CompactRequest, CompactResource
from .contract import LATEST, Spec
from .faults import ErrorPayload, IncompleteDetails, ResponseError
from .input_items import InputMessage, ItemReference
from .items import Item
from .options import Format, ReasoningConfig, StreamOptions, TextConfig
from .parts import ContentPart, LogProb, TopLogProb
from .requests import CreateResponse
from .response import Response
from .shapes import Contract, Field, Shape, Type, contract
from .tools import AllowedTools, FunctionToolChoice, Tool, UnknownToolChoice
from .usage import InputTokensDetails, OutputTokensDetails, Usage
from .wire import is_list, is_object

Kind: TypeAlias = Literal["missing", "null", "type", "enum", "unknown"]

_SHAPE_OF_CLASS: dict[type, str] = {
    Response: "ResponseResource",
    CompactResource: "CompactResource",
    CreateResponse: "CreateResponseBody",
    CompactRequest: "CompactResponseMethodPublicBody",
    InputMessage: "ItemParam",
    ItemReference: "ItemParam",
    LogProb: "LogProb",
    TopLogProb: "TopLogProb",
    Usage: "Usage",
    InputTokensDetails: "InputTokensDetails",
    OutputTokensDetails: "OutputTokensDetails",
    ErrorPayload: "ErrorPayload",
    ResponseError: "Error",
    IncompleteDetails: "IncompleteDetails",
    TextConfig: "TextField",
    ReasoningConfig: "Reasoning",
    StreamOptions: "StreamOptionsParam",
    FunctionToolChoice: "ToolChoice",
    AllowedTools: "ToolChoice",
    UnknownToolChoice: "ToolChoice",
    **dict.fromkeys(get_args(Item), "ItemField"),
    **dict.fromkeys(get_args(ContentPart), "MessagePart"),
    **dict.fromkeys(get_args(Annotation), "Annotation"),
    **dict.fromkeys(get_args(Tool), "Tool"),
    **dict.fromkeys(get_args(Format), "Format"),
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where an object breaks the contract.

    Args:
        path: The place, as a JSON path: `$.output[0].status`.
        kind: `missing` (a required field), `null` (where it may not be), `type`, `enum` (none of the texts allowed),
            `unknown` (an object of a type that the contract does not have and that is no `slug:name`).
        reason: What is wrong, in one line.
    """

    path: str
    kind: Kind
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def violations(value: Record | dict[str, Any], *, shape: str | None = None, spec: Spec = LATEST) -> list[Violation]:
    """Judge an object by the contract's OpenAPI document: required, nullable, types and enumerations.

    Fields and `slug:name` types that the contract does not have are legal; lengths, ranges and patterns are not looked
    at.

    Args:
        value: A model, or the dict of an event, a response or an item (`event.data`).
        shape: The name of a schema of the document (`CreateResponseBody`), of an event type, or `Event`, `ItemField`,
            `ItemParam`, `Part`, `MessagePart`, `Annotation`, `Tool`. Default: by the model's class; for a dict by its
            `type` or `object`, as an event, output item or response.
        spec: The version of the contract.

    Returns:
        What breaks the contract, in the contract's order of fields; empty when nothing does.

    Raises:
        ValueError: Raised when the contract has no such version or shape.
    """
    rules = contract(spec)
    name = shape or _shape_of(value)
    if name not in rules.types:
        raise ValueError(f"Open Responses {spec} has no {name!r}")
    plain = value.to_dict() if isinstance(value, Record) else value
    return list(_check(plain, rules.types[name], "$", rules))


def _shape_of(value: Record | dict[str, Any]) -> str:
    if not isinstance(value, Record):
        return "Anything"
    return next((_SHAPE_OF_CLASS[kind] for kind in type(value).__mro__ if kind in _SHAPE_OF_CLASS), "Anything")


def _check(value: Any, allowed: Type, path: str, rules: Contract) -> Iterator[Violation]:
    if "any" in allowed.plain:
        return
    if value is None:
        if "null" not in allowed.plain:
            yield Violation(path, "null", f"must not be null but {allowed}")
    elif is_object(value) and allowed.shapes:
        yield from _check_object(value, allowed, path, rules)
    elif is_list(value) and allowed.element is not None:
        for index, element in enumerate(value):
            yield from _check(element, allowed.element, f"{path}[{index}]", rules)
    elif isinstance(value, str) and allowed.texts and "str" not in allowed.plain:
        if value not in allowed.texts:
            yield Violation(path, "enum", f"must be one of {allowed}")
    elif not _is_plain(value, allowed.plain):
        reason = "must not be sent" if "never" in allowed.plain else f"must be {allowed}"
        yield Violation(path, "type", reason)


def _check_object(value: dict[str, Any], allowed: Type, path: str, rules: Contract) -> Iterator[Violation]:
    candidates = [rules.shapes[name] for name in allowed.shapes]
    shape = _meant(value, candidates)
    if shape is None:
        yield from _check_kind(value.get("type"), f"{path}.type")
        return
    for name, rule in shape.items():
        if name in value:
            yield from _check(value[name], rule.type, f"{path}.{name}", rules)
        elif rule.required:
            yield Violation(f"{path}.{name}", "missing", "is required")


def _check_kind(kind: object, path: str) -> Iterator[Violation]:
    if not isinstance(kind, str):
        yield Violation(path, "missing", "is required, as one of the contract's types")
    elif ":" not in kind:  # `slug:name` is an extension's
        yield Violation(path, "unknown", f"{kind[:64]!r} is no type of the contract")


def _meant(value: dict[str, Any], candidates: list[Shape]) -> Shape | None:
    """The shape whose fixed texts (`type`, `role`, `object`) the object has, else the nearest of the same `type`."""
    for shape in candidates:
        if all(_has(value, name, rule) for name, rule in shape.items()):
            return shape
    named = isinstance(value.get("type"), str)
    near = [shape for shape in candidates if not named or "type" not in shape or _has(value, "type", shape["type"])]
    if len(near) < 2:
        return near[0] if near else None
    return _merged(near) if named else None


def _merged(shapes: list[Shape]) -> Shape:
    """What shapes have in common, each field with any of their types: for an object that says not which it is."""
    first, *others = shapes
    merged = dict(first)
    for shape in others:
        merged = {
            name: Field(rule.required, rule.type | shape[name].type) for name, rule in merged.items() if name in shape
        }
    return merged


def _has(value: dict[str, Any], name: str, rule: Field) -> bool:
    if len(rule.type.texts) != 1 or rule.type.plain - {"null"}:
        return True  # not a fixed text
    found = value.get(name)
    return found in rule.type.texts or (found is None and not rule.required)


def _is_plain(value: object, plain: frozenset[str]) -> bool:
    match value:
        case bool():
            return "bool" in plain
        case str():
            return "str" in plain
        case int():
            return "int" in plain or "number" in plain
        case float():
            # As in JSON schema, where 1.0 is an integer.
            return "number" in plain or ("int" in plain and value.is_integer())
        case _:
            if not is_object(value):
                return False
            return "object" in plain or ("{str}" in plain and all(isinstance(text, str) for text in value.values()))
