import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import or_stream as ors
from or_stream.json_text import read, write_bytes, write_text
from or_stream.models import CreateResponse, InputMessage
from or_stream.transports import websocket_turn
from or_stream.transports.request import Request
from or_stream.transports.response_create import ResponseCreate

TEXT = st.text(st.characters(exclude_categories=()))  # half surrogate pairs included
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


@given(VALUES)
def test_a_round_trip_loses_nothing(value):
    written = write_bytes(value)
    written.decode()
    whole = json.loads(json.dumps(value))  # two halves that stand side by side are one character in any JSON
    assert read(written) == whole


def test_utf8_and_no_white_space():
    assert write_bytes({"é": ["日本", 1.5, None]}) == '{"é":["日本",1.5,null]}'.encode()


@pytest.mark.parametrize("text", ["\ud83d", "a\udc80b", '"\\\ud83d', "\ud83d\\u0041"])
def test_half_a_surrogate_pair_is_escaped(text):
    written = write_bytes([text])
    assert written.isascii()
    assert json.loads(written) == [text]


def test_large_integers_are_exact():
    number = 2**70 + 1
    assert write_bytes({"n": number}) == b'{"n":%d}' % number
    assert read(b"[%d]" % number) == [number]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_what_json_cannot_say_is_refused(number):
    with pytest.raises(ValueError, match="JSON"):
        write_bytes([number])


def test_what_json_does_not_have_is_named():
    with pytest.raises(TypeError, match="set is not JSON"):
        write_text({"a": {1}})


@pytest.mark.parametrize("text", ["", "{", "NaN", "[Infinity]", b"\xff", "[" * 100_000, "1" * 5000])
def test_what_is_no_json_is_a_value_error(text):
    with pytest.raises(ValueError, match=r"."):
        read(text)


# Where it is used


def test_a_request_holds_any_text_number_and_model():
    large = 2**70 + 1
    body = {"model": "m", "input": [InputMessage(role="user", content="a\ud83d é")], "x_vendor": large}
    sent = Request.make("http://x", body, None).content
    assert json.loads(sent) == {
        "model": "m",
        "input": [{"type": "message", "role": "user", "content": "a\ud83d é"}],
        "x_vendor": large,
        "stream": True,
    }
    assert "é".encode() in sent
    assert b"\\ud83d" in sent
    assert ResponseCreate(body).encode(previous_response_id=None).startswith(b'{"type":"response.create","model":"m"')


def test_a_model_as_request_is_the_same():
    request = CreateResponse(model="m", input="a\ud83d")
    assert json.loads(Request.make("http://x", request, None).content)["input"] == "a\ud83d"


def test_a_request_that_is_no_json_is_refused_before_it_is_sent():
    with pytest.raises(TypeError, match="object is not JSON"):
        Request.make("http://x", {"model": object()}, None)


def test_a_servers_error_is_told_in_words_that_can_be_printed():
    assembler = ors.Assembler()
    error = rb'{"message":"a\ud83d","code":12345678901234567890123,"type":"t\ud83d"}'
    assembler.feed(b'data: {"type":"error","error":' + error + b"}\n\n")
    assembler.finish()
    with pytest.raises(ors.ServerStreamError) as caught:
        assembler.get_final_response()
    message = str(caught.value)
    message.encode()
    assert "12345678901234567890123" in message


def test_an_error_code_of_any_number_of_digits_is_told_in_brief():
    assembler = ors.Assembler(limits=ors.Limits(max_number_digits=None))
    assembler.feed(b'data: {"type":"error","error":{"message":"m","code":' + b"1" * 5000 + b"}}\n\n")
    assembler.finish()
    with pytest.raises(ors.ServerStreamError, match=r"1{200}") as caught:
        assembler.get_final_response()
    assert len(str(caught.value)) < 300


def test_nothing_needs_orjson():
    code = """
import sys
sys.modules["orjson"] = None
import or_stream as ors, or_stream.cli.app
from or_stream.transports.response_create import ResponseCreate
for name in ors.__all__:
    getattr(ors, name)
ResponseCreate({"model": "m"}).encode(previous_response_id=None)
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


@pytest.mark.parametrize("message", [b'{"error":' + b"[" * 100_000, b'{"error":NaN}', b'{"error":"\xff"}'])
def test_a_message_that_is_no_json_is_left_to_the_core(message):
    assert websocket_turn._members(message) == {}
