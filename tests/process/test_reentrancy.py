"""Objects that call back while they are taken in: their call is served first, or refused; never half of both."""

from __future__ import annotations

import gc
import sys

import pytest

import or_stream as ors
from tests.core.wire import answer, frame

BODY = b"".join(map(frame, answer([" word"] * 50)))


@pytest.mark.skipif(sys.version_info < (3, 12), reason="buffers written in Python need 3.12")
@pytest.mark.parametrize("make", [ors.Decoder, ors.Assembler, ors.SSEDecoder], ids=lambda make: make.__name__)
def test_a_buffer_that_feeds_the_same_reader(make):
    reader = make()

    class Buffer:
        def __buffer__(self, flags: int) -> memoryview:
            reader.feed(BODY)
            return memoryview(b": over\n")

    reader.feed(Buffer())
    assert reader.bytes_seen == len(BODY) + len(b": over\n")
    assert reader.events_seen == len(answer([" word"] * 50))


def test_a_path_that_parses():
    class Path:
        def __fspath__(self) -> str:
            assert ors.parse_many([BODY])[0].error is None
            return "/none"

    (recording,) = ors.parse_many([Path()])
    assert isinstance(recording.error, FileNotFoundError)


def test_a_path_that_fails():
    class Path:
        def __fspath__(self) -> str:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ors.parse_many([BODY, Path()])


def test_a_number_that_feeds():
    decoder = ors.Decoder()

    class Number:
        def __index__(self) -> int:
            assert decoder.feed(BODY)
            return 3

    limits = ors.Limits(max_items=Number())
    assert (limits.max_items, decoder.bytes_seen) == (3, len(BODY))


def test_a_finalizer_that_feeds_while_events_are_made():
    decoder = ors.Decoder()
    outcomes: list[str] = []

    class Cycle:
        def __init__(self) -> None:
            self.self = self

        def __del__(self) -> None:
            try:
                decoder.feed(b"")
                outcomes.append("fed")
            except ors.ConcurrentUse:
                outcomes.append("refused")

    threshold = gc.get_threshold()
    gc.set_threshold(1, 1, 1)
    try:
        total = 0
        for start in range(0, len(BODY), 100):
            Cycle()
            total += len(decoder.feed(BODY[start : start + 100]))
            _ = [{"a": 1} for _ in range(3)]
    finally:
        gc.set_threshold(*threshold)
    gc.collect()
    assert len(outcomes) == len(range(0, len(BODY), 100))
    assert total == len(answer([" word"] * 50))
