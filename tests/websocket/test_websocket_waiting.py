"""The clocks, reading ahead and coalescing on a WebSocket: a response's own, as over HTTP."""

import asyncio
import json

import pytest

import or_stream as ors

from .scripted_socket import answer, created, delta, event, scripted
from .turns import REQUEST, ask, on_asyncio, sends, turns

PIECES = [f" {number}" for number in range(200)]


def every(seconds, *messages):
    """Sends these over and over."""

    async def script(socket, request):
        await socket.send(created("resp_1"))
        while True:
            for message in messages:
                await socket.send(message)
                await asyncio.sleep(seconds)

    return script


@pytest.mark.parametrize(
    ("clock", "error", "messages"),
    [
        ("progress_timeout", ors.ProgressTimeout, [event("keepalive")]),
        ("total_timeout", ors.TotalTimeout, [delta("resp_1", "x", 1)]),
    ],
)
@on_asyncio
async def test_each_clock(clock, error, messages):
    async with scripted(every(0.01, *messages)) as (url, talk), ors.ResponsesWebSocket(url, idle_timeout=5) as socket:
        with pytest.raises(error, match=clock) as caught:
            await ask(socket, **{clock: 0.3})
        assert caught.value.partial.id == "resp_1"
        with pytest.raises(ors.StreamClosed):
            await ask(socket)
        await talk.is_closed.wait()


@on_asyncio
async def test_a_turn_may_wait_otherwise_than_its_socket():
    async def late(socket, request):
        await asyncio.sleep(0.3)
        await sends(*answer("resp_1", "late"))(socket, request)

    async with scripted(turns(late, late)) as (url, _), ors.ResponsesWebSocket(url, idle_timeout=0.1) as socket:
        assert (await ask(socket, idle_timeout=5)).output_text == "late"
        with pytest.raises(ors.IdleTimeout):
            await ask(socket)


@pytest.mark.parametrize("coalesce", [False, True])
@on_asyncio
async def test_reading_ahead(coalesce):
    scripts = turns(sends(*answer("resp_1", *PIECES)), sends(*answer("resp_2", *PIECES)))
    async with scripted(scripts) as (url, talk), ors.ResponsesWebSocket(url) as socket:
        for _ in range(2):
            bounds = ors.ReadAhead(max_events=50)
            async with socket.create(REQUEST, read_ahead=bounds, coalesce=coalesce) as stream:
                seen = []
                async for one in stream:
                    seen.append(one)
                    await asyncio.sleep(0.001)
                assert 0 < stream.stats.high_water_events <= 51
            assert "".join(one.delta for one in seen if isinstance(one, ors.OutputTextDelta)) == "".join(PIECES)
            numbers = [(one.first_sequence_number, one.sequence_number) for one in seen]
            assert [first for first, _ in numbers] == [0, *(last + 1 for _, last in numbers[:-1])]
    assert len(talk.requests) == 2


@on_asyncio
async def test_leaving_a_turn_that_reads_ahead_leaves_no_task():
    before = None
    async with scripted(every(0.01, delta("resp_1", "x", 1))) as (url, talk):
        before = asyncio.all_tasks()
        async with ors.ResponsesWebSocket(url) as socket:
            async with socket.create(REQUEST, read_ahead=ors.ReadAhead()) as stream:
                await anext(stream)
            with pytest.raises(ors.StreamClosed, match="no cancel"):
                await ask(socket)
        await talk.is_closed.wait()
        await asyncio.sleep(0.05)
        assert asyncio.all_tasks() == before


WRONG = [{"idle_timeout": -1}, {"coalesce": True}, {"read_ahead": 5}, {"timeout": 3}]


@pytest.mark.parametrize("wrong", WRONG, ids=json.dumps)
def test_a_wrong_setting_is_told_before_anything_is_sent(wrong):
    socket = ors.ResponsesWebSocket("ws://127.0.0.1:1")
    with pytest.raises((TypeError, ValueError), match=next(iter(wrong))):
        socket.create(REQUEST, **wrong)


@pytest.mark.parametrize("wrong", [{"idle_timeout": 0}, {"limits": {}}, {"output_source": "bad"}], ids=str)
def test_a_wrong_setting_of_the_socket_is_told_before_it_is_opened(wrong):
    with pytest.raises((TypeError, ValueError), match=next(iter(wrong))):
        ors.ResponsesWebSocket("ws://127.0.0.1:1", **wrong)
