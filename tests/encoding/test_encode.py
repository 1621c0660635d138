"""`encode`: an event as bytes, which a reader turns into the same event."""

import json

import pytest

from or_stream._core import Decoder, SSEDecoder
from or_stream.encoding import encode
from or_stream.models import Response


def decoded(body: bytes) -> list:
    decoder = Decoder()
    return decoder.feed(body) + decoder.finish()


RELAYED = {
    "any key order, spacing and escapes": b'{ "delta" : "\\u003c\\ud83d" , "type":"response.output_text.delta" }',
    "an unknown type": b'{"type":"acme:trace","sequence_number":3,"x":[1e99,12345678901234567890123]}',
    "a heartbeat": b'{"type":"keepalive"}',
    "bytes that are not UTF-8": b'{"type":"response.output_text.delta","delta":"\xff\xe2\x80\xa8"}',
    "a type with an escape": b'{"type":"acme:\\u0074race"}',
    "spaces around it": b'  {"type":"acme:trace"} ',
}


@pytest.mark.parametrize("raw", RELAYED.values(), ids=RELAYED.keys())
def test_an_untouched_event_is_written_byte_for_byte(raw):
    (event,) = decoded(b"data: " + raw + b"\n\n")
    assert encode(event) == b"event: " + event.type.encode() + b"\ndata: " + raw + b"\n\n"


@pytest.mark.parametrize("raw", [b": PROCESSING", b'{"type":"response.created"', b'{"a":1} {"b":2}'])
def test_a_malformed_event_is_passed_on_without_a_name(raw):
    (event,) = decoded(b"event: x\ndata: " + raw + b"\n\n")
    assert event.type == "or_stream.malformed"
    assert encode(event) == b"data: " + raw + b"\n\n"


def test_data_of_several_lines_stays_so():
    body = b'event: acme:x\ndata: {"type":\ndata: "acme:x"\ndata: }\n\n'
    (event,) = decoded(body)
    assert event.raw == b'{"type":\n"acme:x"\n}'
    assert encode(event) == body


def test_a_carriage_return_becomes_a_line_feed():
    pretty = b'{\r\n"type":\r"acme:x"\n}'
    (event,) = Decoder().feed_message(pretty)
    for written in (encode(event), encode(pretty)):
        (read,) = SSEDecoder().feed(written)
        assert (read.event, read.data) == ("acme:x", '{\n"type":\n"acme:x"\n}')


def test_an_event_without_a_type_is_named_by_what_it_means():
    (event,) = decoded(b'data: {"error":{"message":"m"}}\n\n')
    assert encode(event).startswith(b"event: error\n")
    (event,) = decoded(b'data: {"a":1}\n\n')
    assert encode(event) == b'data: {"a":1}\n\n'


@pytest.mark.parametrize(
    ("event", "written"),
    [
        ({"type": "acme:x", "n": 2**70, "t": "é\n"}, '{"type":"acme:x","n":1180591620717411303424,"t":"é\\n"}'),
        (b'{ "type":"acme:x"}', '{ "type":"acme:x"}'),
        (bytearray(b'{"type":"acme:x"}'), '{"type":"acme:x"}'),
        (memoryview(b'{"type":"acme:x"}'), '{"type":"acme:x"}'),
    ],
)
def test_a_new_event_is_named_by_its_type(event, written):
    assert encode(event) == f"event: acme:x\ndata: {written}\n\n".encode()


def test_a_mapping_may_hold_models():
    models = pytest.importorskip("or_stream.models")
    response = models.Response(id="r", status="completed")
    (event,) = decoded(encode({"type": "response.completed", "sequence_number": 0, "response": response}))
    assert event.response == response


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "", None, 7])
def test_a_type_that_cannot_be_a_name_is_not_written_as_one(name):
    event = {"type": name}
    assert encode(event) == f"data: {json.dumps(event, separators=(',', ':'))}\n\n".encode()


@pytest.mark.parametrize("event", [b"", b"[]", b"{", b'{"a":01}', b'{"a":"\xff"}', b"{}{}"])
def test_bytes_that_are_not_one_object_are_refused(event):
    with pytest.raises(ValueError, match="byte"):
        encode(event)


@pytest.mark.parametrize("event", [{"a": float("nan")}, {"a": "\ud83d"}])
def test_a_mapping_that_json_cannot_say_is_refused(event):
    with pytest.raises(ValueError):
        encode(event)


@pytest.mark.parametrize("event", ["{}", 7, None, {"a": object()}, [b"{}"]])
def test_other_types_are_refused(event):
    with pytest.raises(TypeError):
        encode(event)


def test_a_response_is_no_event():
    response = Response.model_validate({"id": "r", "object": "response", "status": "completed", "output": []})
    with pytest.raises(TypeError, match="synthesize"):
        encode(response)
