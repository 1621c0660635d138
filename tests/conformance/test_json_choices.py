"""JSON where the standard leaves a choice: our answers, as docs/explanation.md lists them."""

import math
from typing import Any

import pytest

from or_stream import Decoder, LimitExceeded, MalformedEvent

READ: list[tuple[bytes, Any]] = [
    (b"-123123123123123123123123123123123", -123123123123123123123123123123123),
    (b"100000000000000000000", 10**20),
    (b"9" * 4300, 10**4300 - 1),
    (b"1e-999", 0.0),
    (b"-0.0", -0.0),
    (b'"\\uD800"', "\ufffd"),
    (b'"\\uDFAA"', "\ufffd"),
    (b'"\\uD888\\u1234"', "\ufffd\u1234"),
    (b'"\\uD800\\uD800\\n"', "\ufffd\ufffd\n"),
    (b'"\\ud800abc"', "\ufffdabc"),
    (b'"\\uDd1e\\uD834"', "\ufffd\ufffd"),
    (b'{"\\ud800": 1}', {"\ufffd": 1}),
    (b'"\xff"', "\ufffd"),
    (b'"\xed\xa0\x80"', "\ufffd\ufffd\ufffd"),
    (b'"\xf4\xbf\xbf\xbf"', "\ufffd\ufffd\ufffd\ufffd"),
    (b'"\xc0\xaf"', "\ufffd\ufffd"),
    (b'"\xe6\x97\xa5\xd1\x88\xfa"', "日ш\ufffd"),
    (b'{"a": 1, "a": 2}', {"a": 2}),
    (b"[" * 127 + b"]" * 127, None),
]
MALFORMED = [
    b"1e999",
    b"-1e9999",
    b"1.5e+9999",
    b"123123e100000",
    b"0.4e0066999999999999999999999999999999999999",
    b"\xef\xbb\xbf1",
    '"é"'.encode("utf-16"),
    b"NaN",
    b"-Infinity",
    b"[1,]",
    b"1 // one",
]
TOO_MUCH = [(b"[" * 128 + b"]" * 128, "max_json_depth"), (b"9" * 4301, "max_number_digits")]


def event_of(value: bytes) -> Any:
    [event] = Decoder().feed_message(b'{"type": "acme:x", "v": ' + value + b"}")
    return event


@pytest.mark.parametrize(("value", "due"), READ, ids=repr)
def test_read(value: bytes, due: Any) -> None:
    told = event_of(value).data["v"]
    if due is not None:
        assert told == due
        assert type(told) is type(due)
    if isinstance(due, float):
        assert math.copysign(1, told) == math.copysign(1, due)


@pytest.mark.parametrize("value", MALFORMED, ids=repr)
def test_malformed(value: bytes) -> None:
    event = event_of(value)
    assert isinstance(event, MalformedEvent)
    assert value in event.raw
    assert event.reason


@pytest.mark.parametrize(("value", "limit"), TOO_MUCH, ids=["depth", "digits"])
def test_too_much(value: bytes, limit: str) -> None:
    with pytest.raises(LimitExceeded) as caught:
        event_of(value)
    assert caught.value.limit == limit
