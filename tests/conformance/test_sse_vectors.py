"""WHATWG framing: our vectors through `SSEDecoder` and through the twin, however the bytes are cut.

The small vectors run whole, byte by byte, at every cut in two and at random cuts. The big ones, of up to 7 MB, run
whole, in pieces of 1,400 bytes and at seeded random cuts; of each the first and last 20,000 bytes go in byte by byte.
"""

import base64
import json
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from or_stream import SSEDecoder
from tests.streams.wire import chunks
from tests.twin import framing

from .cuts import bytewise, halves, shreds

VECTORS = Path(__file__).parent.parent / "vectors"
ENDS = 20_000

STEADY = settings(deadline=None, derandomize=True, database=None)

Told = tuple[list[dict[str, Any]], dict[str, Any]]


def load(name: str) -> dict[str, dict[str, Any]]:
    lines = (VECTORS / name).read_text(encoding="utf-8").splitlines()
    return {vector["name"]: vector for vector in map(json.loads, lines)}


SMALL, BIG = load("sse.jsonl"), load("sse_big.jsonl")


@cache
def body_of(name: str) -> bytes:
    """A vector's bytes, its run lengths written out."""
    vector = SMALL.get(name) or BIG[name]
    if "input_b64" in vector:
        return base64.b64decode(vector["input_b64"])
    return b"".join(base64.b64decode(piece) * times for piece, times in vector["input_rle"])


def expected(vector: dict[str, Any]) -> Told:
    """What a vector must give: its events and the state at the end."""
    events = [event for event, times in vector.get("events_rle", []) for _ in range(times)] or vector["events"]
    return [plain(event) for event in events], clamped(vector["final"])


def plain(event: dict[str, Any]) -> dict[str, Any]:
    if "data_rle" not in event:
        return clamped(event)
    rest = {key: value for key, value in event.items() if key != "data_rle"}
    return clamped({**rest, "data": "".join(text * times for text, times in event["data_rle"])})


def clamped(fields: dict[str, Any]) -> dict[str, Any]:
    """`retry` beyond 64 bits is clamped, which the one vector that has such a number allows."""
    retry = fields.get("retry")
    return fields if retry is None else {**fields, "retry": min(retry, 2**64 - 1)}


def decode(pieces: Iterable[bytes]) -> Told:
    decoder = SSEDecoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    decoder.finish()
    return [fields_of(event) for event in events], {"last_event_id": decoder.last_event_id, "retry": decoder.retry}


def told(framed: framing.Framed) -> Told:
    """The twin's reading in the vectors' terms."""
    events = [
        {"event": event.event, "data": event.text, "id": event.id}
        | ({} if event.retry is None else {"retry": event.retry})
        for event in framed.events
    ]
    return events, {"last_event_id": framed.last_event_id, "retry": framed.retry}


def fields_of(event: Any) -> dict[str, Any]:
    fields = {"event": event.event, "data": event.data, "id": event.id}
    return fields if event.retry is None else {**fields, "retry": event.retry}


small = pytest.mark.parametrize("name", SMALL)
big = pytest.mark.parametrize("name", BIG)


@small
def test_whole_and_at_every_cut(name: str) -> None:
    body, due = body_of(name), expected(SMALL[name])
    assert decode([body]) == due
    assert decode(bytewise(body)) == due
    for cut in halves(body):
        assert decode(cut) == due, f"cut at {len(cut[0])}"
    for seed in range(5):
        assert decode(shreds(body, seed)) == due


@small
def test_twin(name: str) -> None:
    assert told(framing.parse(body_of(name))) == expected(SMALL[name])


@STEADY
@given(st.sampled_from(sorted(SMALL)), st.data())
def test_random_cuts(name: str, data: st.DataObject) -> None:
    body = body_of(name)
    places = sorted(data.draw(st.sets(st.integers(0, len(body)), max_size=12)))
    edges = [0, *places, len(body)]
    assert decode(body[a:b] for a, b in pairwise(edges)) == expected(SMALL[name])


@big
@pytest.mark.parametrize("cutting", ["whole", "1400", "random", "bytewise ends"])
def test_big(name: str, cutting: str) -> None:
    body = body_of(name)
    pieces = {
        "whole": lambda: [body],
        "1400": lambda: chunks(body, 1400),
        "random": lambda: [body[:ENDS], *shreds(body[ENDS : 20 * ENDS], seed=2), body[20 * ENDS :]],
        "bytewise ends": lambda: [*bytewise(body[:ENDS]), body[ENDS:-ENDS], *bytewise(body[-ENDS:])],
    }[cutting]()
    assert decode(pieces) == expected(BIG[name])


# Bodies made of what framing turns on: any of them must be read as the twin reads it.
FRAGMENTS = st.sampled_from(
    [
        *(b"data", b"event", b"id", b"retry", b":", b" ", b"\r", b"\n", b"\r\n", b"\0", b"x", b"12", b"[DONE]"),
        *(b"\xef\xbb\xbf", b"\xf0\x9f", b"\x99\x82", b"\xe2\x80\xa8", b"\x85", b"\x0b", b"data: y\n\n"),
    ]
)


@STEADY
@given(st.lists(FRAGMENTS, max_size=40).map(b"".join), st.integers(0, 1000))
def test_any_body_as_the_twin_reads_it(body: bytes, seed: int) -> None:
    due = told(framing.parse(body))
    assert decode([body]) == due
    assert decode(shreds(body, seed)) == due
    assert decode(bytewise(body)) == due
