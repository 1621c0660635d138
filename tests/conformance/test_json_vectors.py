"""What is JSON and what is not: our own lists, each value inside an event, through `Decoder.feed_message`.

`vectors/json_accept.jsonl` and `json_reject.jsonl`: `name`, the value's bytes as `input_b64` (`input_rle` for giants:
`[[base64, times], ...]`), `whole` where the bytes are the whole message instead of a value in one, `note`.
"""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from or_stream import Decoder, LimitExceeded
from tests.twin import decode as twin_decode
from tests.twin.jsontext import OverLimitError
from tests.twin.text import whole_halves

VECTORS = Path(__file__).parent.parent / "vectors"


def load(name: str) -> list[Any]:
    lines = (VECTORS / name).read_text(encoding="ascii").splitlines()
    return [pytest.param(vector, id=vector["name"]) for vector in map(json.loads, lines)]


def message_of(vector: dict[str, Any], before: bytes = b"", after: bytes = b"") -> bytes:
    """The vector's value as a field of an event, or the message that it is."""
    runs = vector.get("input_rle") or [[vector["input_b64"], 1]]
    value = b"".join(base64.b64decode(piece) * times for piece, times in runs)
    return value if vector.get("whole") else b'{"type":"acme:x",' + before + b'"v":' + value + after + b"}"


PLACES = [pytest.param(b"", b"", id="last"), pytest.param(b'"u":[0],', b',"w":"z"', id="between")]


@pytest.mark.parametrize(("before", "after"), PLACES)
@pytest.mark.parametrize("vector", load("json_accept.jsonl"))
def test_accept(vector: dict[str, Any], before: bytes, after: bytes) -> None:
    message = message_of(vector, before, after)
    (event,) = Decoder().feed_message(message)
    (due,) = twin_decode(message)
    assert str(event.type) == "acme:x"
    assert not due.is_malformed
    assert event.raw == message
    assert same(event.data, whole_halves(due.data))


def same(ours: Any, due: Any) -> bool:
    """Equal, numbers by type too: an integer that turned into a float is another number."""
    return bool(ours == due) and repr(ours) == repr(due)


@pytest.mark.parametrize(("before", "after"), PLACES)
@pytest.mark.parametrize("vector", load("json_reject.jsonl"))
def test_reject(vector: dict[str, Any], before: bytes, after: bytes) -> None:
    message = message_of(vector, before, after)
    assert twin_refuses(message)
    try:
        events = Decoder().feed_message(message)
    except LimitExceeded:
        events = []
    if not events:
        assert vector["name"].startswith(("depth", "number"))
        return
    assert [event.type for event in events] == ["or_stream.malformed"]
    assert events[0].raw == message


def twin_refuses(message: bytes) -> bool:
    """Whether the twin says that this is no event, or one beyond our limits."""
    try:
        (event,) = twin_decode(message)
    except OverLimitError:
        return True
    return event.is_malformed
