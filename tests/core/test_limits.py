"""The limits: their defaults, their names, and what crossing each of them does."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest

import or_stream as ors

DEFAULTS = {
    "max_line_bytes": 64 << 20,
    "max_event_bytes": 64 << 20,
    "max_response_bytes": 256 << 20,
    "max_items": 4096,
    "max_parts_per_item": 4096,
    "max_annotations_per_part": 65536,
    "max_json_depth": 128,
    "max_number_digits": 4300,
    "max_id_bytes": 64 << 10,
    "max_event_name_bytes": 64 << 10,
}


def event(kind: str, **fields: object) -> bytes:
    return b"data: " + json.dumps({"type": f"response.{kind}", **fields}).encode() + b"\n\n"


IN_PART = {"item_id": "m", "output_index": 0, "content_index": 0}
OVER = {
    "max_line_bytes": b"data: " + b"x" * 10,
    "max_event_bytes": b"data: 1234\ndata: 1234\n",
    "max_response_bytes": event("output_text.delta", **IN_PART, delta="x" * 10),
    "max_items": event("output_item.added", output_index=0, item={"type": "message", "id": "m"}),
    "max_parts_per_item": event("output_text.delta", **IN_PART, delta="x"),
    "max_annotations_per_part": event("output_text.annotation.added", **IN_PART, annotation_index=0, annotation={}),
    "max_json_depth": event("x", deep=[[[]]]),
    "max_number_digits": event("x", number=123456789),
    "max_id_bytes": b"id: 123456789\n",
    "max_event_name_bytes": b"event: 123456789\n",
}
SETTINGS = {"max_items": 0, "max_parts_per_item": 0, "max_annotations_per_part": 0, "max_json_depth": 3}


def test_the_defaults_are_those_of_the_stub():
    limits = ors.Limits()
    assert {name: getattr(limits, name) for name in DEFAULTS} == DEFAULTS
    stub = (Path(inspect.getfile(ors)).parent / "_core.pyi").read_text()
    told = re.findall(r"(max_\w+): int \| None = (\d+)", stub)
    assert {name: int(value) for name, value in told} == DEFAULTS


@pytest.mark.parametrize("name", DEFAULTS)
def test_crossing_a_limit_names_it(name):
    limits = ors.Limits(**{name: SETTINGS.get(name, 8)})
    assembler = ors.Assembler(limits=limits)
    with pytest.raises(ors.LimitExceeded, match=name) as caught:
        assembler.feed(OVER[name])
    assert (caught.value.limit, caught.value.value) == (name, SETTINGS.get(name, 8))


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_limit_can_be_switched_off(name):
    assembler = ors.Assembler(limits=ors.Limits(**{name: None}))
    assembler.feed(OVER[name])


def test_limits_are_values():
    assert ors.Limits(max_items=3) == ors.Limits(max_items=3) != ors.Limits()
    assert "max_items=3" in repr(ors.Limits(max_items=3))
    with pytest.raises(TypeError):
        ors.Limits(max_everything=1)


def test_a_limit_is_a_number_that_is_not_negative():
    with pytest.raises(ValueError, match="max_event_bytes must be 0 or more, or None for no limit, not -1"):
        ors.Limits(max_event_bytes=-1)
