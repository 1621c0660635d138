"""`synthesize`: a finished response as the body that a server would have sent."""

import json

import pytest

from or_stream._core import Assembler, Decoder
from or_stream.encoding import encode, synthesize, synthesize_events

RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "big": 2**70,
    "output": [
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "Grüße an dich 😀", "annotations": []}],
        },
        {
            "type": "function_call",
            "id": "fc_1",
            "call_id": "call_1",
            "name": "f",
            "arguments": '{"a": 1}',
            "status": "completed",
        },
    ],
}


def deltas(body: bytes) -> list[str]:
    return [event.delta for event in Decoder(strict=True).feed(body) if event.type == "response.output_text.delta"]


def test_the_body_is_the_events_and_the_sentinel():
    frames = synthesize_events(RESPONSE)
    assert frames[-1] == b"data: [DONE]\n\n"
    assert b"".join(frames) == synthesize(RESPONSE)
    assert frames[:-1] == synthesize_events(RESPONSE, done=False)
    assert b"".join(frames[:-1]) == synthesize(RESPONSE, done=False)
    decoder = Decoder(strict=True)
    for frame in frames[:-1]:
        (event,) = decoder.feed(frame)
        assert encode(event) == frame
    decoder.feed(frames[-1])
    assert decoder.done_seen


def test_a_strict_reader_gets_the_response_back():
    assembler = Assembler(strict=True)
    assembler.feed(synthesize(RESPONSE))
    assert assembler.finish() == "completed"
    assert json.loads(assembler.snapshot_json()) == RESPONSE


def test_any_form_of_a_response_is_told_alike():
    text = json.dumps(RESPONSE, ensure_ascii=False, separators=(",", ":")).encode()
    assert synthesize(text) == synthesize(bytearray(text)) == synthesize(RESPONSE)


def test_a_model_is_told_as_what_was_sent():
    models = pytest.importorskip("or_stream.models")
    text = json.dumps(RESPONSE).encode()
    assembler = Assembler(strict=True)
    assembler.feed(synthesize(models.Response.model_validate_json(text)))
    assert json.loads(assembler.snapshot_json()) == RESPONSE


@pytest.mark.parametrize(
    ("chunk", "wanted"),
    [
        ("words", ["Grüße", " an", " dich", " 😀"]),
        ("characters", list("Grüße an dich 😀")),
        (1, ["Grüße an dich 😀"]),
        (4, ["Grüß", "e an", " dic", "h 😀"]),
        (99, list("Grüße an dich 😀")),
    ],
)
def test_chunk_is_the_size_of_deltas(chunk, wanted):
    assert deltas(synthesize(RESPONSE, chunk=chunk)) == wanted


@pytest.mark.parametrize("chunk", ["lines", "", 0, -1, 2**80])
def test_a_chunk_that_is_no_size_is_refused(chunk):
    with pytest.raises(ValueError, match="chunk must be"):
        synthesize(RESPONSE, chunk=chunk)


@pytest.mark.parametrize("chunk", [1.5, b"words", ["words"]])
def test_a_chunk_of_another_type_is_refused(chunk):
    with pytest.raises(TypeError, match="chunk must be"):
        synthesize_events(RESPONSE, chunk=chunk)


@pytest.mark.parametrize("status", ["in_progress", "queued", None])
def test_a_response_that_runs_is_refused(status):
    with pytest.raises(ValueError, match="has not ended"):
        synthesize({**RESPONSE, "status": status})


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b'{"status":"completed"} x', b'{"status":"\xff"}'])
def test_bytes_that_are_not_one_object_are_refused(text):
    with pytest.raises(ValueError, match="byte"):
        synthesize_events(text)


@pytest.mark.parametrize("response", ["{}", 7, None, [RESPONSE]])
def test_other_types_are_refused(response):
    with pytest.raises(TypeError):
        synthesize(response)
