from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Generic, Literal, TypeVar

import pytest
from pydantic import BaseModel, Field, TypeAdapter

from or_stream.models import JsonSchemaFormat
from or_stream.models.strict_schema import schema_name, strict_schema

T = TypeVar("T")


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Cat(BaseModel):
    kind: Literal["cat"]
    colour: Colour = Field(description="of its fur")
    default: int = 1  # a property may have the name of a keyword


class Dog(BaseModel):
    kind: Literal["dog"]
    friends: list["Pet"] = []


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


class Home(BaseModel):
    pet: Pet
    note: str | None = None


class Node(BaseModel):
    value: int
    left: "Node" = Field(description="smaller")
    right: "Node | None" = None


class Page(BaseModel, Generic[T]):
    items: list[T]


@dataclass
class Point:
    x: float
    y: float = 0.0


def schemas_of(schema):
    """Every schema within a schema, itself included: written from the JSON schema standard, without our table."""
    yield schema
    for key, value in schema.items():
        match key:
            case "properties" | "$defs":
                inner = list(value.values())
            case "anyOf" | "oneOf" | "allOf" | "prefixItems":
                inner = value
            case "items" | "additionalProperties" if isinstance(value, dict):
                inner = [value]
            case _:
                inner = []
        for one in inner:
            yield from schemas_of(one)


@pytest.mark.parametrize("form", [Home, Node, Page[Home], Point, Colour, list[Home], TypeAdapter(Cat | Dog)], ids=str)
def test_every_object_is_closed_and_tells_all(form):
    for schema in schemas_of(strict_schema(form)):
        if schema.get("type") == "object":
            assert schema["additionalProperties"] is False
            assert set(schema["required"]) == set(schema.get("properties", {}))
        assert "oneOf" not in schema
        assert "discriminator" not in schema
        assert "default" not in schema
        assert "$ref" not in schema or set(schema) == {"$ref"}


@pytest.mark.parametrize("form", [Home, Node, Page[Home], Point])
def test_the_root_is_an_object_and_references_lead_somewhere(form):
    schema = strict_schema(form)
    assert schema["type"] == "object"
    for inner in schemas_of(schema):
        if "$ref" in inner:
            assert inner["$ref"].removeprefix("#/$defs/") in schema["$defs"]


def test_a_property_named_default_is_none_of_our_business():
    assert set(strict_schema(Cat)["properties"]) == {"kind", "colour", "default"}


def test_what_stands_beside_a_reference_is_kept():
    colour = strict_schema(Cat)["properties"]["colour"]
    assert (colour["description"], colour["enum"]) == ("of its fur", ["red", "blue"])


def test_free_mappings_stay_as_they_are():
    assert strict_schema(dict[str, int])["additionalProperties"] == {"type": "integer"}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Home", "Home"),
        ("Page[Home]", "Page_Home"),
        ("Größe", "Gr__e"),
        ("", "answer"),
        ("éé", "answer"),
        ("x" * 99, "x" * 64),
    ],
)
def test_names_have_the_letters_that_servers_allow(title, name):
    assert schema_name({"title": title}) == name


def test_the_text_format():
    format_ = JsonSchemaFormat.of(Point)
    assert format_.to_dict() == {
        "type": "json_schema",
        "name": "Point",
        "schema": strict_schema(Point),
        "strict": True,
    }
    assert JsonSchemaFormat.of(list[Any], name="list").name == "list"


def test_openai_writes_the_same():
    """Ours beside openai's own, where that one has an answer."""
    pydantic = pytest.importorskip("openai.lib._pydantic")
    for model in (Home, Point):
        form = model if model is Home else TypeAdapter(model)
        theirs = pydantic.to_strict_json_schema(form)
        assert strict_schema(form).keys() == theirs.keys()
        assert strict_schema(form)["required"] == theirs["required"]
