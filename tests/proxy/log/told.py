"""What the logs of these tests hold: an answer in events, each an entry of its own."""

from or_stream.proxy.log import Entry
from or_stream.proxy.rewrite.blocks import split
from tests.streams import wire
from tests.streams.answers import AGENT
from tests.streams.script import events

BODY = wire.body(events(AGENT)).removesuffix(b"data: [DONE]\n\n") + b"data: [DONE]\n\n"
DONE = b"data: [DONE]\n\n"
EVENTS = [block for block in split(BODY) if block != DONE]
ENTRIES = [Entry(block, number, number) for number, block in enumerate(EVENTS)]
RESPONSE_ID = "resp_0001"


def rest_after(number):
    """The bytes that a reader lacks who has the events up to a number."""
    return b"".join(EVENTS[number + 1 :]) + DONE
