"""One stream for many consumers: everyone gets all of it, whoever is slow, late or gone."""

import json
import random

import anyio
import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import or_stream as ors
from or_stream.proxy import Broadcast, SlowConsumer
from tests.streams import wire
from tests.streams.answers import AGENT, EVERYTHING, message, text
from tests.streams.script import Answer, events
from tests.transports.scripted_server import ScriptedServer

BODY = wire.body(events(AGENT)) + b"data: [DONE]\n\n"
LONG = wire.body(events(Answer((message(text("word " * 4000, step=5)),))))

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


def folded(body):
    assembler = ors.Assembler()
    assembler.feed(body)
    assembler.finish()
    return assembler


async def source(pieces, pause=None):
    for piece in pieces:
        await anyio.sleep(0 if pause is None else pause())
        yield piece


async def everything(listener, pause=None):
    got = b""
    async for data in listener:
        got += data
        await anyio.sleep(0 if pause is None else pause())
    return got


def judged(got, body=BODY):
    """What a consumer got is a conformant stream that folds to the same response."""
    assert folded(got).get_final_response().to_dict() == folded(body).get_final_response().to_dict()
    # Joined deltas have the number of their last one: a gap, which is a warning.
    assert {finding.rule for finding in folded(got).diagnostics} <= {"E5"}
    report = ors.check(got, profile="openai")
    assert not [finding for finding in report.findings if finding.severity == "error" and finding.rule != "C60"]


async def test_everyone_who_is_there_gets_every_event():
    cast, told = Broadcast(source(wire.chunks(BODY, 100))), []

    async def listen(listener):
        told.append(await everything(listener))

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(listen, cast.join())
        group.start_soon(cast.run)
    assert told == [BODY] * 3
    assert cast.outcome is ors.Outcome.COMPLETED


async def test_a_late_one_gets_the_state_so_far_and_then_what_comes():
    pieces = wire.chunks(BODY, 100)
    for before in range(0, len(pieces) + 1, 7):
        reached, going_on = anyio.Event(), anyio.Event()

        async def halting(before=before, reached=reached, going_on=going_on):
            for number, piece in enumerate(pieces):
                if number == before:
                    reached.set()
                    await going_on.wait()
                yield piece

        cast = Broadcast(halting(), keep=True)
        async with anyio.create_task_group() as group:
            group.start_soon(cast.run)
            if before < len(pieces):
                await reached.wait()
            else:
                going_on.set()
                await everything(cast.join())
            late = cast.join()
            going_on.set()
            got = await everything(late)
        judged(got)
        assert got.endswith(b"data: [DONE]\n\n")


def test_any_speeds_and_policies_give_everyone_the_whole():
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 1 << 32), st.sampled_from(["asyncio", "trio"]))
    def run(seed, backend):
        anyio.run(one_run, seed, backend=backend)

    async def one_run(seed):
        draw = random.Random(seed)
        cast, told = (
            Broadcast(source(wire.chunks(BODY, draw.choice((1, 60, 1400)) if draw.random() < 0.5 else 300))),
            [],
        )
        cast._keep = True

        async def listen():
            await anyio.sleep(draw.random() * 0.01)
            listener = cast.join(draw.choice(("block", "coalesce")), max_bytes=draw.choice((20_000, 1 << 20)))
            told.append(await everything(listener, lambda: draw.choice((0, 0, 0.001))))

        async with anyio.create_task_group() as group:
            group.start_soon(cast.run)
            for _ in range(draw.randrange(1, 6)):
                group.start_soon(listen)
        for got in told:
            judged(got)

    run()


async def test_a_slow_one_never_stalls_the_others():
    cast = Broadcast(source(wire.chunks(LONG, 1000)))
    slow = cast.join("disconnect", max_bytes=5000)
    merging = cast.join("coalesce", max_bytes=400_000)
    quick = cast.join()
    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(cast.run)
            assert await everything(quick) == LONG
    assert merging.waiting_bytes < 400_000 < len(LONG)
    judged(await everything(merging), LONG)
    got = b""
    with pytest.raises(SlowConsumer, match="5000 bytes"):
        async for data in slow:
            got += data
    assert LONG.startswith(got)
    assert len(got) < 7000


async def test_one_that_blocks_holds_everybody_and_the_server_back():
    read = []

    async def counting():
        for piece in wire.chunks(LONG, 1000):
            read.append(piece)
            yield piece

    cast = Broadcast(counting())
    blocking, quick = cast.join("block", max_bytes=5000), cast.join()
    async with anyio.create_task_group() as group:
        group.start_soon(cast.run)
        await anyio.sleep(0.05)
        held = len(read)
        assert held < 12
        assert quick.waiting_bytes < 12_000
        assert await everything(blocking) == LONG
        assert await everything(quick) == LONG


async def test_the_last_one_to_leave_ends_the_servers_stream():
    closed = anyio.Event()

    class Upstream:
        def __aiter__(self):
            return self

        async def __anext__(self):
            await anyio.sleep_forever()

        async def aclose(self):
            closed.set()

    cast = Broadcast(Upstream())
    one, two = cast.join(), cast.join()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(cast.run)
            await anyio.sleep(0.01)
            await one.aclose()
            await one.aclose()
            assert not closed.is_set()
            await two.aclose()
    assert closed.is_set()


async def test_everyone_is_told_an_end_that_the_server_owes():
    async def breaking():
        yield BODY[:3000]
        raise OSError("the line was cut")

    cast = Broadcast(breaking())
    one = cast.join()
    async with anyio.create_task_group() as group:
        group.start_soon(cast.run)
        got = await everything(one)
    late = await everything(cast.join())
    for told in (got, late):
        assert folded(told).outcome is ors.Outcome.FAILED
        assert b"the line was cut" in told
    assert isinstance(cast.error, OSError)


async def test_every_kind_of_item_survives_joining():
    body = wire.body(events(EVERYTHING))
    cast = Broadcast(source([body]))
    await cast.run()
    assert folded(await everything(cast.join())).snapshot_json() == folded(body).snapshot_json()


@pytest.mark.parametrize(
    ("settings", "says"), [({"policy": "drop_oldest"}, "coalesce"), ({"max_bytes": 0}, "at least 1")]
)
async def test_wrong_settings_are_refused(settings, says):
    with pytest.raises(ValueError, match=says):
        Broadcast(source([BODY])).join(**settings)


async def heard(cast):
    """What one consumer gets."""
    listener = cast.join()
    async with anyio.create_task_group() as group:
        group.start_soon(cast.run)
        return await everything(listener)


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
async def test_a_whole_response_and_a_refusal_become_events(kind):
    body = json.dumps(AGENT.response("completed")).encode()
    refused = b'{"error":{"type":"rate_limit","code":"slow_down","message":"later","param":null}}'
    with ScriptedServer() as server:
        async with httpx2.AsyncClient() as client:
            url = server.script(lambda exchange: exchange.whole(body, 200, {"content-type": kind}))
            # A request that is not sent yet will do.
            told = await heard(Broadcast(client.send(client.build_request("POST", url), stream=True)))
            server.script(lambda exchange: exchange.whole(refused, 429, {"content-type": kind}))
            cast = Broadcast(await client.send(client.build_request("POST", url), stream=True))
            [event] = ors.Decoder().feed(await heard(cast))
    assert ors.check(told).findings == []
    assert folded(told).get_final_response().to_dict()["output"] == AGENT.response("completed")["output"]
    assert event.data["error"] == json.loads(refused)["error"]
    assert isinstance(cast.error, ors.ServerStreamError)


async def test_a_stream_of_events_can_be_broadcast():
    async with ors.AsyncEventStream(source(wire.chunks(BODY, 100))) as stream:
        assert await heard(Broadcast(stream)) == BODY
