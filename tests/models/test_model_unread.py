"""Fields that decode when they are read: the same model as the one that pydantic makes, at any moment."""

import copy
import json
import pickle
import subprocess
import sys
import threading
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_values import json_values, objects, same, wire_values
from pydantic import BaseModel, TypeAdapter

import or_stream
from or_stream import models
from or_stream.models import FunctionCall, LogProb, Message, OutputText, Response, Usage
from or_stream.models.readers import fields_of
from or_stream.models.unread import Unread, read_json

CLASSES = [thing for thing in vars(models).values() if isinstance(thing, type) and issubclass(thing, Unread)]


def unread(kind: type[Any], value: object) -> Any:
    return read_json(kind, json.dumps(value).encode())


def assert_alike(model: Any, twin: Any) -> None:
    """Field by field, as no `==` does it: 1 is not 1.0, and what was sent is part of it."""
    assert type(model) is type(twin)
    if isinstance(twin, BaseModel):
        assert list(vars(model)) == list(vars(twin))
        assert model.model_fields_set == twin.model_fields_set
        assert_alike(model.model_extra, twin.model_extra)
        for name, member in vars(twin).items():
            assert_alike(getattr(model, name), member)
    elif isinstance(twin, list):
        assert len(model) == len(twin)
        for element, other in zip(model, twin, strict=True):
            assert_alike(element, other)
    elif isinstance(twin, dict):
        assert model.keys() == twin.keys()
        for name, member in twin.items():
            assert_alike(model[name], member)
    else:
        assert same(model, twin)


# Pydantic's reading is the oracle


def test_every_class_of_the_contract_can_be_read():
    assert len(CLASSES) > 60
    for kind in CLASSES:
        assert list(fields_of(kind)) == list(kind.model_fields)
        assert_alike(unread(kind, {}), kind.model_validate({}))
        nulls = {field.alias or name: None for name, field in kind.model_fields.items()}
        assert_alike(unread(kind, nulls), kind.model_validate(nulls))


def test_samples_and_recordings_read_as_pydantic_reads_them(sample, recorded_events):
    assert_alike(unread(Response, sample), Response.model_validate(sample))
    for events in recorded_events.values():
        for response in (event["response"] for event in events[-1:] if isinstance(event.get("response"), dict)):
            assert_alike(unread(Response, response), Response.model_validate(response))


@given(objects(wire_values), st.sampled_from(CLASSES), st.data())
@settings(max_examples=600, deadline=None)
def test_any_object_reads_as_pydantic_reads_it(value, kind, data):
    twin = kind.model_validate(value)
    names = [*kind.model_fields, *(name for name in value if not hasattr(kind, name))]
    for name in data.draw(st.lists(st.sampled_from(names or ["x"]), max_size=4), label="read before"):
        model = unread(kind, value)
        assert_alike(getattr(model, name, None), getattr(twin, name, None))
        assert same(model.to_dict(), value)
        assert_alike(model, twin)
    assert unread(kind, value) == twin
    assert twin == unread(kind, value)
    assert len(repr(unread(kind, value))) == len(repr(twin))  # what was not asked for stands in the order it was sent
    assert dict(unread(kind, value)) == dict(twin)


@given(st.lists(objects(wire_values) | json_values, max_size=3), st.sampled_from(["output", "tools", "instructions"]))
@settings(max_examples=200, deadline=None)
def test_any_list_of_a_response_reads_as_pydantic_reads_it(members, name):
    assert_alike(unread(Response, {name: members}), Response.model_validate({name: members}))


@pytest.mark.parametrize(
    "dump",
    [
        lambda model: model.to_dict(),
        lambda model: json.loads(model.to_json()),
        lambda model: model.model_dump(),
        lambda model: model.model_dump(mode="json", exclude_unset=True),
        lambda model: json.loads(model.model_dump_json(by_alias=True)),
        lambda model: model.model_dump(exclude_defaults=True, exclude_none=True),
        lambda model: json.loads(TypeAdapter(list[Response]).dump_json([model])),
        copy.copy,
        copy.deepcopy,
        lambda model: pickle.loads(pickle.dumps(model)),
        lambda model: model.model_copy(update={"id": "other", "status": "failed"}, deep=True),
        lambda model: model.as_input(),
        vars,
        models.violations,
    ],
)
def test_each_way_to_take_a_model_apart(dump, sample):
    twin = Response.model_validate(sample)
    assert dump(unread(Response, sample)) == dump(twin)
    model = unread(Response, sample)
    _ = model.output_text, model.usage, model.tools
    assert dump(model) == dump(twin)


# Reading


def test_a_field_is_read_once_and_changes_no_more():
    model = unread(Response, {"output": [{"type": "message", "content": [{"type": "output_text", "text": "a"}]}]})
    assert model.output is model.output
    assert model.tools is model.tools
    (message,) = model.output
    text = message.content[0]
    assert model.output_text == "a"
    vars(model)
    assert model.output[0] is message
    vars(message)
    assert message.content[0] is text


def test_the_text_of_what_was_read_is_let_go():
    part = {"type": "output_text", "text": "x" * 1_000_000}
    json_text = json.dumps({"output": [{"type": "message", "content": [part]}]}).encode()
    tracemalloc.start()
    try:
        model = read_json(Response, json_text[:-1] + b"}")
        assert model.output_text == part["text"]
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 1_000_000 < held < 1_100_000


def test_what_a_caller_adds_to_a_list_goes_out():
    model = unread(Response, {"output": [], "metadata": {"a": 1}, "acme": [1]})
    model.output.append(FunctionCall(name="f"))
    model.metadata["b"] = [OutputText(text="x")]
    expected = {
        "output": [{"type": "function_call", "name": "f"}],
        "metadata": {"a": 1, "b": [{"type": "output_text", "text": "x"}]},
        "acme": [1],
    }
    assert model.to_dict() == expected
    assert json.loads(model.to_json()) == expected
    given_out = model.to_dict()
    given_out["metadata"]["b"].clear()
    given_out["acme"].clear()
    assert model.to_dict() == expected


def test_the_last_of_equal_keys_counts():
    model = read_json(Usage, b'{"input_tokens": 1, "input_tokens" : 2, "x": 1, "x": [2]}')
    assert (model.input_tokens, model.x) == (2, [2])


def test_a_misfit_is_absent_and_kept():
    model = unread(Message, {"status": 5, "content": "text", "role": None, "id": None})
    assert (model.status, model.content, model.role, model.id) == (None, [], None, "")
    assert model.model_extra == {"status": 5, "content": "text", "id": None}
    assert model.model_fields_set == {"role"}


def test_one_bad_log_probability_makes_the_list_a_misfit():
    fits = {"token": "a", "logprob": -1, "bytes": [97], "top_logprobs": [{"token": "b"}]}
    assert unread(OutputText, {"logprobs": [fits]}).logprobs == [LogProb.model_validate(fits)]
    bad = unread(OutputText, {"logprobs": [fits, {"token": 5}]})
    assert bad.logprobs == []
    assert bad.model_extra == {"logprobs": [fits, {"token": 5}]}


def test_names_that_nobody_sent_are_no_attributes():
    model = unread(Response, {"acme": {"deep": [1]}, "_unread": 1, "__dict__": 2})
    assert model.acme == {"deep": [1]}
    assert not hasattr(model, "nobody")
    assert not hasattr(model, "__nobody__")
    with pytest.raises(AttributeError, match="'Response' object has no attribute 'nobody'"):
        _ = model.nobody
    assert model.to_dict() == {"acme": {"deep": [1]}, "_unread": 1, "__dict__": 2}


def test_unread_models_are_frozen():
    for name in ("id", "acme"):
        model = unread(Response, {"id": "r"})
        with pytest.raises(ValueError, match="frozen"):
            setattr(model, name, "other")
        with pytest.raises(ValueError, match="frozen"):
            delattr(model, name)
        assert model.id == "r"


def test_unread_models_in_models_of_others():
    class Log(BaseModel):
        response: Response
        items: list[models.ItemField]

    response = unread(Response, {"output": [{"type": "acme:x", "n": 1}]})
    log = Log(response=response, items=response.output)
    assert log.response is response
    assert log.items[0] is response.output[0]
    assert log.model_dump(exclude_unset=True) == {
        "response": {"output": [{"type": "acme:x", "n": 1}]},
        "items": [{"type": "acme:x", "n": 1}],
    }
    assert Log.model_validate_json(log.model_dump_json(exclude_unset=True)) == log


def test_a_class_of_a_users_own_is_made_by_pydantic():
    class Mine(Response):
        acme: int = 0

        @property
        def twice(self) -> int:
            return 2 * self.acme

    mine = Mine.model_validate_json('{"acme": 2, "status": "completed"}')
    assert (mine.acme, mine.twice, mine.status) == (2, 4, "completed")
    assert mine.to_dict() == {"acme": 2, "status": "completed"}
    assert pickle.loads(pickle.dumps(unread(Response, {"acme": 2}))).acme == 2


def test_threads_that_read_at_once_get_the_same():
    sent = {"output": [{"type": "message", "id": str(number)} for number in range(20)], "tools": [{"type": "custom"}]}
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(30):
            model, together, seen = unread(Response, sent), threading.Barrier(4), []

            def look(model=model, together=together, seen=seen) -> None:
                together.wait()
                seen.append((id(model.output), model.output[3].id, id(model.tools[0]), model.to_dict() == sent))

            threads = [threading.Thread(target=look) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert set(seen) == {(id(model.output), "3", id(model.tools[0]), True)}
    finally:
        sys.setswitchinterval(interval)


# Where they come from


def test_a_snapshot_of_nothing_is_an_empty_response():
    assert or_stream.Assembler().snapshot().to_dict() == {"object": "response", "status": "in_progress", "output": []}


def test_a_snapshot_does_not_change_when_its_fields_are_read_late():
    assembler = or_stream.Assembler()
    added = {"type": "response.output_item.added", "output_index": 0, "item": {"type": "message", "content": []}}
    delta = {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "a"}
    assembler.feed_message(json.dumps(added))
    assembler.feed_message(json.dumps(delta))
    snapshot = assembler.snapshot()
    assembler.feed_message(json.dumps(delta))
    assert snapshot.output_text == "a"
    assert assembler.snapshot().output_text == "aa"


def test_a_response_in_the_place_of_an_event_may_have_white_space_around_it():
    (event,) = or_stream.Decoder().feed(b'data:   {"object": "response", "id": "r"} \n\n')
    assert event.response.id == "r"
    assert event.response.to_dict() == {"object": "response", "id": "r"}


def test_half_a_surrogate_pair_in_a_field_of_an_event():
    text = "long enough to be left unread " * 5
    data = '{"type":"response.output_item.done","item":{"type":"message","id":"\\ud83d","role":"' + text + '\\ud83d"}}'
    (event,) = or_stream.Decoder().feed_message(data)
    assert (event.item.id, event.item.role) == ("\ufffd", text + "\ufffd")
    assert read_json(Usage, b'{"\\ud800": 1, "": 2}').model_extra == {"\ufffd": 1, "": 2}
    assert getattr(read_json(Usage, b'{"": 2}'), "") == 2


def test_reading_needs_none_of_pydantics_schemas():
    # Building them takes half a second, in which a server's event loop would stand still.
    code = """
import or_stream
from or_stream import models
(event,) = or_stream.Decoder().feed_message('''{"type":"response.completed","response":{"status":"completed","output":[
  {"type":"message","content":[{"type":"output_text","text":"a"}]}],"usage":{"total_tokens":3}}}''')
response = event.response
assert (response.status, response.output_text, response.usage.total_tokens) == ("completed", "a", 3)
built = [c.__name__ for c in vars(models).values() if isinstance(c, type) and c.__dict__.get("__pydantic_complete__")]
assert not built, built
assert response.to_dict()["usage"] == {"total_tokens": 3}
dumped = response.model_dump()
assert dumped["output"][0]["content"][0]["text"] == "a", dumped
assert "total_tokens" in response.usage.model_dump_json()
"""
    subprocess.run([sys.executable, "-c", code], check=True)
