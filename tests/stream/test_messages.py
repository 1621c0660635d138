"""A synchronous source of whole messages, as lines of JSON and WebSockets give them."""

import json

import pytest
from stream_wire import HELLO

import or_stream as ors
from or_stream.stream.sources import Source


class Lines(Source):
    messages = True

    def __init__(self, lines):
        self.lines = iter(lines)
        self.closed = False

    def read(self):
        return next(self.lines, None)

    def close(self):
        self.closed = True


MESSAGES = [block.partition(b"data: ")[2].strip() for block in HELLO]


def test_messages_are_events():
    source = Lines(MESSAGES)
    with ors.EventStream(source) as stream:
        assert [event.raw for event in stream] == MESSAGES[:-1]
        assert stream.get_final_response().output_text == "Hello"
    assert source.closed


def test_a_cut_is_told_and_nothing_is_taken_for_framing():
    text = json.dumps({"type": "x", "text": "data: [DONE]"}).encode()
    with ors.EventStream(Lines([MESSAGES[0], text, b"not json"])) as stream:
        events = [next(stream) for _ in range(3)]
        with pytest.raises(ors.StreamTruncated):
            next(stream)
    assert [type(event) for event in events] == [ors.Created, ors.UnknownEvent, ors.MalformedEvent]
    assert events[1].raw == text
