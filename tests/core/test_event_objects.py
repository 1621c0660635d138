"""The event objects themselves: classes, fields, raw data, copying."""

from __future__ import annotations

import copy
import gc
import json
import pickle

import pytest

import or_stream as ors
from or_stream import _core

DELTA = {
    "type": "response.output_text.delta",
    "sequence_number": 7,
    "item_id": "msg_1",
    "output_index": 0,
    "content_index": 2,
    "delta": "héllo",
    "obfuscation": "abc",
    "vendor": {"x": [1, 2.5, None, True]},
}


def one(event: object) -> ors.Event:
    [made] = ors.Decoder().feed_message(json.dumps(event))
    return made


def test_a_delta_has_its_fields_its_data_and_its_bytes():
    text = json.dumps(DELTA)
    [event] = ors.Decoder().feed(f"data: {text}\n\n".encode())
    assert isinstance(event, ors.OutputTextDelta)
    assert (event.type, event.delta, event.item_id) == (DELTA["type"], "héllo", "msg_1")
    assert (event.output_index, event.content_index, event.sequence_number, event.index) == (0, 2, 7, 0)
    assert event.obfuscation == "abc"
    assert event.logprobs is None
    assert event.raw == text.encode()
    assert event.data == DELTA
    assert event.data is event.data


def test_events_are_immutable_and_hashable_by_identity():
    first, second = one(DELTA), one(DELTA)
    for name in ("delta", "type", "index", "raw", "unheard_of"):
        with pytest.raises(AttributeError):
            setattr(first, name, "x")
    assert len({first, second, first}) == 2
    assert first != second
    with pytest.raises(TypeError):
        ors.OutputTextDelta()
    with pytest.raises(TypeError):
        type("Mine", (ors.OutputTextDelta,), {})


@pytest.mark.parametrize("made", [DELTA, {"type": "acme:x", "n": 1}, {"type": "ping"}, {"error": {"message": "m"}}])
def test_events_can_be_copied_and_pickled(made):
    [_, event] = ors.Decoder().feed(b"data: {}\n\ndata: " + json.dumps(made).encode() + b"\n\n")
    for twin in (pickle.loads(pickle.dumps(event)), copy.copy(event), copy.deepcopy(event)):
        assert type(twin) is type(event)
        assert (twin.raw, twin.index, twin.data, twin.type) == (event.raw, event.index, event.data, event.type)


def test_an_event_whose_line_alone_tells_its_type_stays_what_it_is():
    # Rule E1: the data has no type, and neither a copy nor an assembler that takes the event sees the event line.
    body = (
        b'event: response.output_text.delta\ndata: {"item_id":"m","output_index":0,"content_index":0,"delta":"Hi"}\n\n'
    )
    (event,) = ors.Decoder().feed(body)
    assert isinstance(event, ors.OutputTextDelta)
    for twin in (pickle.loads(pickle.dumps(event)), copy.copy(event)):
        assert (type(twin), twin.type, twin.raw) == (ors.OutputTextDelta, event.type, event.raw)
    assembler = ors.Assembler()
    assembler.push(event)
    assert assembler.output_text == "Hi"


def test_a_pickled_event_keeps_the_white_space_around_its_data():
    event = ors.Decoder().feed(b'data:  {"type":"response.output_text.delta","delta":"a"} \n\n')[0]
    twin = pickle.loads(pickle.dumps(event))
    assert twin.raw == event.raw == b' {"type":"response.output_text.delta","delta":"a"} '
    assert (twin.delta, twin.data) == (event.delta, event.data)


def test_a_malformed_event_can_be_pickled():
    [event] = ors.Decoder().feed(b"data: {\n\n")
    twin = pickle.loads(pickle.dumps(event))
    assert (twin.raw, twin.reason, twin.offset) == (event.raw, event.reason, event.offset)


def test_repr_is_short_and_readable():
    event = one({**DELTA, "delta": "x" * 500})
    assert repr(event).startswith(
        "OutputTextDelta(sequence_number=7, item_id='msg_1', output_index=0, content_index=2, d"
    )
    assert len(repr(event)) < 200
    assert repr(one({"type": "acme:x"})) == "UnknownEvent(type='acme:x')"


def test_item_part_and_response_fields_are_models():
    added = one({"type": "response.output_item.added", "item": {"type": "message", "id": "m", "new": 1}})
    assert isinstance(added, ors.OutputItemAdded)
    assert isinstance(added.item, ors.models.Message)
    assert added.item is added.item
    done = one({"type": "response.content_part.done", "part": {"type": "acme:part", "x": 1}})
    assert isinstance(done, ors.ContentPartDone)
    assert done.part is not None
    assert done.part.to_dict() == {"type": "acme:part", "x": 1}
    created = one({"type": "response.created", "response": {"id": "r", "object": "response", "metadata": {"a": "b"}}})
    assert isinstance(created, ors.Created)
    assert isinstance(created.response, ors.models.Response)
    assert created.response.id == "r"


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "error", "error": {"type": "server_error", "code": "c", "message": "m", "param": None}},
        {"type": "error", "code": "c", "message": "m", "param": None, "sequence_number": 3},
        {"type": "error", "status": 429, "error": {"code": "c", "message": "m"}},
        {"error": {"code": "c", "message": "m"}},
    ],
)
def test_an_error_reads_the_same_in_each_of_its_shapes(shape):
    event = one(shape)
    assert isinstance(event, ors.ErrorEvent)
    assert (event.code, event.message, event.param) == ("c", "m", None)
    assert event.error.code == "c"
    assert event.status == shape.get("status")


def test_every_class_of_the_table_is_exported():
    for name in ors.events.__all__:
        assert getattr(ors, name) is getattr(ors.events, name)
    made = {name for name in dir(_core) if isinstance(getattr(_core, name), type)}
    made = {name for name in made if issubclass(getattr(_core, name), _core.BaseEvent)}
    assert made | {"Event"} == set(ors.events.__all__)


def test_kept_events_are_not_tracked_by_the_collector():
    events = ors.Decoder().feed(b"".join(b"data: " + json.dumps(DELTA).encode() + b"\n\n" for _ in range(100)))
    assert not any(gc.is_tracked(event) for event in events)
