"""What came in goes out: every JSON value, whatever a server sends."""

import json
import pickle
from collections.abc import Iterator
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_values import json_values, objects, same, wire_values
from pydantic import ValidationError

from or_stream import models
from or_stream.models import CompactRequest, CompactResource, CreateResponse, Response, Unknown, load_field

FIELDS = ["response", "item", "part", "annotation", "error"]


def assert_round_trip(model: models.Record, sent: object) -> None:
    assert same(model.to_dict(), sent)
    assert same(json.loads(model.to_json()), sent)


def misfits(model: models.Record) -> Iterator[tuple[str, object]]:
    """All values but nulls, at any depth, that did not fit their field."""
    for name in type(model).model_fields:
        value = (model.model_extra or {}).get(name)
        if value is not None:
            yield name, value
        for member in members if isinstance(members := getattr(model, name), list) else [members]:
            if isinstance(member, models.Record):
                yield from misfits(member)


def test_sample(sample):
    text = json.dumps(sample).encode()
    response = Response.model_validate_json(text)
    assert_round_trip(response, sample)
    assert Response.model_validate_json(response.to_json()) == response
    assert same(Response.model_validate(sample).to_dict(), sample)


def test_members_of_sample(sample):
    for item in sample["output"] or []:
        if item is not None:
            assert_round_trip(load_field("item", json.dumps(item).encode()), item)
        content = item.get("content") if isinstance(item, dict) else None
        for part in content if isinstance(content, list) else []:
            assert_round_trip(load_field("part", json.dumps(part).encode()), part)
            for annotation in (isinstance(part, dict) and part.get("annotations")) or []:
                assert_round_trip(load_field("annotation", json.dumps(annotation).encode()), annotation)


def test_recorded_responses_and_items(recorded_events):
    assert len(recorded_events) >= 281
    seen = dict.fromkeys(FIELDS, 0)
    for name, events in recorded_events.items():
        for event in events:
            if event.get("object") == "response":
                assert_round_trip(Response.model_validate_json(json.dumps(event)), event)
            for field in FIELDS:
                sent = event.get(field)
                if isinstance(sent, dict):
                    model = load_field(field, json.dumps(sent).encode())
                    assert_round_trip(model, sent)
                    # Real servers send nothing but types that have a class here, in shapes that fit it.
                    assert not isinstance(model, Unknown), (name, sent)
                    assert list(misfits(model)) == [], (name, sent)
                    seen[field] += 1
    assert seen["response"] > 800
    assert seen["item"] > 900
    assert seen["part"] > 200
    assert seen["annotation"] > 20


def test_recorded_logprobs(recorded_events):
    count = 0
    for events in recorded_events.values():
        for event in events:
            if event.get("logprobs"):
                loaded = load_field("logprobs", json.dumps(event["logprobs"]).encode())
                assert same([one.to_dict() for one in loaded], event["logprobs"])
                count += 1
    assert count > 100


@given(wire_values | objects(wire_values))
@settings(max_examples=400, deadline=None)
def test_any_value_in_any_field_of_an_event(value):
    text = json.dumps(value).encode()
    for field in ("item", "part", "annotation"):
        assert_round_trip(load_field(field, text), value)
    assert all(isinstance(one, models.LogProb) for one in load_field("logprobs", text))
    assert isinstance(load_field("error", text), models.ErrorPayload)
    response = load_field("response", text)
    if isinstance(value, dict):
        assert_round_trip(response, value)
        assert_round_trip(load_field("error", text), value)
    else:
        assert response is None


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "output": st.lists(objects(wire_values), max_size=3) | wire_values,
            "input": st.lists(objects(wire_values), max_size=3) | wire_values,
            "tools": st.lists(objects(wire_values), max_size=2) | wire_values,
            "text": objects(wire_values),
            "usage": objects(wire_values),
            "acme": json_values,
        },
    )
)
@settings(max_examples=200, deadline=None)
def test_any_value_in_any_field_of_a_response_or_request(value):
    for kind in (Response, CreateResponse, CompactRequest, CompactResource):
        model = kind.model_validate_json(json.dumps(value))
        assert_round_trip(model, value)
        assert_round_trip(kind.model_validate(value), value)
        assert pickle.loads(pickle.dumps(model)) == model
        repr(model)


@pytest.mark.parametrize(
    "text",
    [
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775809",
        "1" * 4300,
        "1.0",
        "-0.0",
        "1e22",
        "5e-324",
        "0.1",
        '"\\ud83d\\ude00"',
        '"\\u0000\\u2028"',
    ],
)
def test_values_that_are_easily_bent(text):
    for name in ("created_at", "top_logprobs", "acme"):
        sent = json.loads(f'{{"{name}": {text}, "output": [{{"type": "acme:x", "n": {text}}}]}}')
        response = Response.model_validate_json(f'{{"{name}": {text}, "output": [{{"type": "acme:x", "n": {text}}}]}}')
        assert_round_trip(response, sent)


def test_nothing_is_shared_with_what_was_given_or_is_given(load_sample):
    sent = load_sample("vendor")
    response = Response.model_validate(deepcopy(sent))
    given_out = response.to_dict()
    given_out["x_trace"]["deep"].clear()
    given_out["output"].clear()
    assert same(response.to_dict(), sent)


@pytest.mark.parametrize("text", ["NaN", '{"a": NaN}', '{"a": -Infinity}', '{"a": 1', "", "[]", "5", "\ufeff{}"])
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(ValidationError):
        Response.model_validate_json(text)


def test_a_lone_surrogate_becomes_the_replacement_character():
    text = b'{"id": "a\\ud83d", "acme": ["\\ude00\\ud83d\\ude00"], "n": 18446744073709551616, "f": 1.0}'
    response = Response.model_validate_json(text)
    expected = {"id": "a\ufffd", "acme": ["\ufffd😀"], "n": 2**64, "f": 1.0}
    assert_round_trip(response, expected)
    assert same(load_field("response", text).to_dict(), expected)


def test_an_infinite_number_is_never_written():
    response = Response.model_validate_json('{"acme": 1e999, "text": "NaN"}')
    with pytest.raises(ValueError, match="Infinity is not JSON"):
        response.to_json()
    with pytest.raises(ValueError, match="Infinity is not JSON"):
        load_field("response", b'{"acme": 1e999}').to_json()
    assert Response.model_validate_json('{"acme": "Infinity or NaN"}').to_json() == b'{"acme":"Infinity or NaN"}'


def test_deep_nesting_is_a_clear_error():
    deepest = '{"acme":' * 190 + "1" + "}" * 190
    assert_round_trip(load_field("item", deepest.encode()), json.loads(deepest))
    with pytest.raises(ValueError, match="recursion limit"):
        load_field("item", b"[" * 5000 + b"]" * 5000)
