"""What a relay notes of each chunk."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

import or_stream as ors
from or_stream.proxy import Relay
from or_stream.proxy.passage import Passage
from tests.streams import wire
from tests.streams.answers import HELLO
from tests.streams.script import events

from .clients import Kept

BODY = wire.body(events(HELLO))
EVENT = b'data: {"type":"keepalive"}\n\n'


def straight() -> Passage:
    passage = Passage(ors.Tap())
    passage.straight = True
    return passage


def test_whole_events_go_as_they_came() -> None:
    passage = straight()
    assert passage.take(EVENT) is EVENT
    assert (passage.bytes_in, passage.bytes_out) == (len(EVENT), 0)
    assert passage.send_began == passage.last_sent == pytest.approx(time.monotonic(), abs=5)
    passage.sent()
    assert (passage.bytes_out, passage.send_began) == (len(EVENT), None)


@pytest.mark.parametrize("chunk", [EVENT[:-1], bytearray(EVENT), memoryview(EVENT)], ids=["cut", "bytearray", "view"])
def test_what_is_cut_or_can_change_does_not(chunk: Any) -> None:
    passage = straight()
    assert passage.take(chunk) is None
    assert (passage.bytes_in, passage.send_began) == (len(chunk), None)


def test_nothing_goes_straight_that_must_not() -> None:
    passage = straight()
    passage.beats()
    assert passage.take(EVENT) is None
    passage = straight()
    passage.leave()
    assert passage.take(EVENT) is None
    assert passage.bytes_in == passage.bytes_in_when_left + len(EVENT) == len(EVENT)


def test_what_was_not_taken_was_not_sent() -> None:
    passage = straight()
    passage.take(EVENT)
    passage.unsent()
    passage.sent()
    assert (passage.bytes_out, passage.send_began) == (0, None)
    passage.sends(7)
    passage.sent()
    assert passage.bytes_out == 7


@pytest.mark.anyio
async def test_a_tap_with_a_feed_of_its_own_sees_every_chunk() -> None:
    class Mine(ors.Tap):
        seen = b""

        def feed(self, chunk: Any, t_ns: int | None = None) -> None:
            self.seen += bytes(chunk)
            super().feed(chunk, t_ns)

    async def chunks() -> AsyncIterator[bytes]:
        for event in BODY.split(b"\n\n")[:-1]:
            yield event + b"\n\n"

    tap, client = Mine(), Kept()
    end = await Relay(chunks(), tap=tap).run(client)
    assert (client.body, tap.seen, end.outcome) == (BODY, BODY, ors.Outcome.COMPLETED)
