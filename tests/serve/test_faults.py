"""Every fault does what it says, and the same seed gives the same bytes."""

import asyncio
import json
from random import Random
from time import monotonic

import pytest

import or_stream as ors
from or_stream.serve import (
    Cut,
    Faults,
    FaultsInTurn,
    Pace,
    RandomFaults,
    Staging,
    Stop,
    Synthetic,
    Take,
)
from or_stream.serve.cut import Beat
from or_stream.serve.take import texts

from .clients import fetch, request, serving

SOURCE = Synthetic(tokens=30, rate=3000, ttft=0.0)
BODY = SOURCE.capture().body
EVENTS = [beat.data for beat in Take.of(SOURCE).events]


def answer(**staging):
    async def told():
        async with serving(SOURCE, **staging) as server:
            return await asyncio.wait_for(fetch(server), 10)

    return asyncio.run(told())


NOT_STREAMED = request(body=b'{"model":"m","input":"hi","stream":false}')


def answer_whole(**staging):
    async def told():
        async with serving(SOURCE, **staging) as server:
            return await asyncio.wait_for(fetch(server, NOT_STREAMED), 10)

    return asyncio.run(told())


@pytest.mark.parametrize("at", [0, 1, 300])
@pytest.mark.parametrize(("how", "seen"), [("reset", "reset"), ("close", "closed")])
def test_a_body_that_is_not_streamed_stops_too(how, seen, at):
    whole = answer_whole()
    assert (whole.how, json.loads(whole.body)) == ("whole", SOURCE.response())
    found = answer_whole(faults=Faults(stop=Stop(how, at)))
    assert found.how == seen
    assert whole.body[:at].startswith(found.body)
    if how == "close":
        assert found.body == whole.body[:at]
        assert b"content-length: %d\r\n" % len(whole.body) in found.head


def test_a_body_that_is_not_streamed_is_late_and_of_another_type():
    start = monotonic()
    found = answer_whole(faults=Faults(delay=0.2, content_type="text/html"))
    assert monotonic() - start > 0.2
    assert b"content-type: text/html\r\n" in found.head
    assert json.loads(found.body) == SOURCE.response()


def test_a_body_that_is_not_streamed_stalls():
    async def told():
        async with serving(SOURCE, faults=Faults(stop=Stop("stall", 9))) as server:
            await asyncio.wait_for(fetch(server, NOT_STREAMED), 0.3)

    with pytest.raises(TimeoutError):
        asyncio.run(told())


def test_faults_by_a_seed_are_the_same_for_bodies_that_are_not_streamed():
    found = [answer_whole(faults=RandomFaults(seed, stops=("close",))) for seed in range(8)]
    assert found == [answer_whole(faults=RandomFaults(seed, stops=("close",))) for seed in range(8)]
    assert {one.how for one in found} == {"whole", "closed"}


@pytest.mark.parametrize("cut", [Cut(), Cut("bytes", 5)], ids=str)
@pytest.mark.parametrize("at", [0, 1, 777, len(BODY) - 1])
@pytest.mark.parametrize(("how", "seen"), [("reset", "reset"), ("close", "closed")])
def test_a_body_stops(how, seen, at, cut):
    found = answer(faults=Faults(stop=Stop(how, at)), cut=cut)
    assert found.how == seen
    # A reset may overtake what was sent before it; what arrives is the beginning.
    assert BODY[:at].startswith(found.body)
    if how == "close":
        assert found.body == BODY[:at]


def test_a_body_stalls_until_the_client_goes():
    ended = []

    async def told():
        async with serving(SOURCE, faults=Faults(stop=Stop("stall", 777)), on_served=ended.append) as server:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(fetch(server), 0.3)
            assert ended[0].end == "stall"
            for _ in range(100):
                if not server._house.transports:
                    return
                await asyncio.sleep(0.01)
            pytest.fail("the connection is still open")

    asyncio.run(told())


def test_a_stop_behind_the_end_is_none():
    assert answer(faults=Faults(stop=Stop("reset", len(BODY)))).how == "whole"


def test_a_delay_comes_before_the_head():
    start = monotonic()
    assert answer(faults=Faults(delay=0.15)).body == BODY
    assert monotonic() - start >= 0.15


def test_another_content_type():
    assert b"content-type: text/html\r\n" in answer(faults=Faults(content_type="text/html")).head


def test_events_twice_and_out_of_order():
    found = answer(faults=Faults(repeated=frozenset({3}), swapped=frozenset({7, 100})))
    due = list(EVENTS)
    due[7], due[8] = due[8], due[7]
    assert found.body == b"".join([*due[:4], *due[3:]])


def test_faults_in_turn():
    async def told():
        turns = FaultsInTurn((Faults(stop=Stop("close", 9)), Faults(content_type="x/y"), Faults()))
        async with serving(SOURCE, faults=turns) as server:
            return [await fetch(server) for _ in range(4)]

    first, second, *rest = asyncio.run(told())
    assert first.body == BODY[:9]
    assert b"x/y" in second.head
    assert [found.body for found in rest] == [BODY, BODY]


@pytest.mark.parametrize("how", ["reset", "close"])
def test_a_websocket_stops(how):
    async def told():
        async with (
            serving(SOURCE, faults=Faults(stop=Stop(how, 2000))) as server,
            ors.ResponsesWebSocket(server.websocket_url) as socket,
            socket.create({"input": "x"}) as stream,
        ):
            seen = []
            with pytest.raises(ors.OrStreamError):
                async for events in stream.batches():
                    seen += [event.raw for event in events]
            return seen

    sent = [text.encode() for event in EVENTS for text in texts(event)]
    seen = [bytes(raw) for raw in asyncio.run(told())]
    assert seen == sent[: len(seen)]
    assert sum(map(len, seen)) <= 2000
    if how == "close":
        assert sum(map(len, sent[: len(seen) + 1])) > 2000


def bodies(seed, cut=Cut("random", 50)):  # noqa: B008 - frozen
    async def told():
        async with serving(SOURCE, faults=RandomFaults(seed), cut=cut, seed=seed) as server:
            return [await fetch(server) for _ in range(24)]

    return asyncio.run(told())


def test_a_seed_gives_the_same_bytes_and_another_one_others():
    def closed(answers):
        return [found.body if found.how != "reset" else found.how for found in answers]

    assert closed(bodies(5)) == closed(bodies(5))
    assert closed(bodies(5)) != closed(bodies(6))
    assert {found.how for found in bodies(5)} == {"whole", "closed", "reset"}
    take = Take.of(SOURCE)
    one, other = (Staging(faults=RandomFaults(5), cut=Cut("random", 50), seed=5) for _ in range(2))
    for number in range(50):
        assert one.score(take, number) == other.score(take, number)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Stop("reset", -1),
        lambda: Faults(delay=-0.1),
        lambda: Faults(delay=float("nan")),
        lambda: Faults(repeated=frozenset({-1})),
        lambda: FaultsInTurn(()),
        lambda: Pace(speed=0.0),
        lambda: Pace(jitter=float("inf")),
        lambda: Cut("bytes", 0),
        lambda: Synthetic(tokens=0),
        lambda: Synthetic(rate=0.0),
    ],
)
def test_nonsense_is_refused(make):
    with pytest.raises(ValueError):
        make()


def test_a_chunk_is_due_with_its_last_byte():
    beats = [Beat(1.0, b"abc"), Beat(2.0, b"de"), Beat(3.0, b"f")]
    chance = Random(1)
    assert Cut("bytes", 2).applied(beats, chance) == [Beat(1.0, b"ab"), Beat(2.0, b"cd"), Beat(3.0, b"ef")]
    assert Cut("bytes", 4).applied(beats, chance) == [Beat(2.0, b"abcd"), Beat(3.0, b"ef")]
    assert Cut("whole").applied(beats, chance) == [Beat(3.0, b"abcdef")]
    assert Cut("event").applied(beats, chance) == beats
