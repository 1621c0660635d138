"""The contract's table, read: types and fields by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from .contract import Spec, definitions

_PLAIN = frozenset({"str", "int", "number", "bool", "object", "{str}", "any", "null", "never"})


@dataclass(frozen=True, slots=True)
class Type:
    """What a value may be: plain types, exact texts, shapes by name, a list of elements."""

    plain: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    element: "Type | None" = None

    def __or__(self, other: "Type") -> "Type":
        elements = self.element and other.element and self.element | other.element
        return Type(
            self.plain | other.plain,
            tuple(dict.fromkeys(self.texts + other.texts)),
            tuple(dict.fromkeys(self.shapes + other.shapes)),
            elements or self.element or other.element,
        )

    def __str__(self) -> str:
        lists = [] if self.element is None else [f"[{self.element}]"]
        return "|".join([*self.shapes, *sorted(self.plain), *map(repr, self.texts), *lists])


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a shape."""

    required: bool
    type: Type


Shape = Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Contract:
    """One version of the contract.

    Args:
        types: What each name of the table stands for; a shape stands for itself.
        shapes: The fields of each shape and event.
    """

    types: Mapping[str, Type]
    shapes: Mapping[str, Shape]


@cache
def contract(spec: Spec) -> Contract:
    """Read the table of one version.

    Args:
        spec: The version.

    Returns:
        The contract, the same object for each call.

    Raises:
        ValueError: Raised when there is no such version.
    """
    texts = definitions(spec)
    named = {name: text for name, text in texts.items() if text.startswith("= ")}
    types = {name: Type(shapes=(name,)) for name in texts if name not in named}
    # A type may be defined by another, at any place of the table.
    while pending := named.keys() - types.keys():
        for name in pending:
            if all(word in types for word in _names(named[name][2:])):
                types[name] = _type(named[name][2:], types)
    shapes: dict[str, Shape] = {}
    for name, text in texts.items():
        if name not in named:
            shapes[name] = dict(_fields(text, types, shapes))
    return Contract(types, shapes)


def _fields(text: str, types: Mapping[str, Type], shapes: Mapping[str, Shape]) -> Iterator[tuple[str, Field]]:
    for member in text.split(","):
        name, _, type_text = member.strip().partition(" ")
        if name.startswith("+"):
            yield from shapes[name[1:]].items()
        else:
            yield name.removesuffix("?"), Field(not name.endswith("?"), _type(type_text, types))


def _type(text: str, types: Mapping[str, Type]) -> Type:
    read = Type()
    for alternative in _alternatives(text):
        if alternative.startswith("["):
            read |= Type(element=_type(alternative[1:-1], types))
        elif alternative.startswith("'"):
            read |= Type(texts=(alternative[1:-1],))
        elif alternative in _PLAIN:
            read |= Type(frozenset({alternative}))
        else:
            read |= types[alternative]
    return read


def _alternatives(text: str) -> list[str]:
    # Bars within a list belong to the list.
    head, bracket, rest = text.partition("[")
    if not bracket:
        return text.split("|")
    inner, _, tail = rest.rpartition("]")
    return [*filter(None, head.split("|")), f"[{inner}]", *filter(None, tail.split("|"))]


def _names(text: str) -> Iterator[str]:
    return (word for word in _alternatives(text) if word[0] not in "'[" and word not in _PLAIN)
