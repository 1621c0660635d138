"""Event logs between processes: producers that die, a Redis that dies or hangs, several nodes."""

import asyncio
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest
from redis.asyncio import Redis

import or_stream as ors
from or_stream.proxy.log import LogBroken, LogUnavailable, RedisEventLog, SecondProducer
from tests.proxy.gateways import free_port
from tests.proxy.test_relay import sends
from tests.transports.scripted_server import Exchange, ScriptedServer, eventually

from .app import relay_and_log
from .told import BODY, DONE, ENTRIES, EVENTS, RESPONSE_ID, rest_after

ROOT = Path(__file__).parents[3]


def python(*arguments):
    return subprocess.Popen([sys.executable, "-m", *map(str, arguments)], cwd=ROOT)


@contextmanager
def node(redis_port):
    """A process that serves resumed streams."""
    port = free_port()
    process = python("tests.proxy.log.node", redis_port, port)
    url = f"http://127.0.0.1:{port}/v1/responses"
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                httpx2.get(f"{url}/nobody?stream=true", timeout=5)
                break
            except httpx2.TransportError:
                assert time.monotonic() < deadline, "the node did not start"
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def nodes(redis_server):
    with node(redis_server.port) as one, node(redis_server.port) as two:
        yield one, two


@pytest.mark.parametrize("start", range(1, 5))
def test_a_producer_killed_at_any_event_loses_and_repeats_nothing(redis_server, nodes, start):
    """Readers on other processes get what was written, then hear that its producer is gone."""

    def killed_at(count):
        name = f"killed_{count}"
        assert python("tests.proxy.log.producer", redis_server.port, name, count, 0.3).wait(60) == -9
        whole = httpx2.get(f"{nodes[0]}/{name}?stream=true", timeout=20).content
        held = b"".join(EVENTS[:count])
        assert whole.startswith(held), count
        # The end that the producer owes follows, unless it had told one: no event is told twice.
        owed = whole[len(held) :]
        assert owed == b"" if count == len(EVENTS) else b"its producer is gone" in owed, count
        rest = httpx2.get(f"{nodes[1]}/{name}?stream=true&starting_after={count - 1}", timeout=20).content
        assert b"event_log_broken" in rest, count
        assert not any(event in rest or event in owed for event in EVENTS), count

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(killed_at, range(start, len(EVENTS) + 1, 4)))


def test_two_nodes_give_the_rest_of_a_stream_from_any_event(redis_server, nodes):
    async def write():
        async with Redis(port=redis_server.port) as redis:
            writer = await RedisEventLog(redis).open("whole")
            for entry in ENTRIES:
                await writer.append(entry)
            await writer.seal(ors.Outcome.COMPLETED, DONE)

    asyncio.run(write())
    with httpx2.Client(timeout=20) as client:
        for number in range(len(EVENTS)):
            url = nodes[number % 2]
            reply = client.get(f"{url}/whole?stream=true&starting_after={number}")
            assert reply.content == rest_after(number)
            assert reply.headers["content-type"].startswith("text/event-stream")


def test_a_resuming_client_gets_the_uncut_result_for_a_cut_after_any_event(redis_server, nodes):
    async def write():
        async with Redis(port=redis_server.port) as redis:
            writer = await RedisEventLog(redis).open(RESPONSE_ID)
            for entry in ENTRIES:
                await writer.append(entry)
            await writer.seal(ors.Outcome.COMPLETED, DONE)

    asyncio.run(write())
    whole = ors.Assembler()
    whole.feed(BODY)
    whole.finish()
    again = ors.Resume(url=lambda response_id: f"{nodes[0]}/{response_id}", backoff_seconds=0)
    with ScriptedServer() as server:
        for count in range(1, len(EVENTS)):
            head = b"".join(EVENTS[:count])
            url = server.script(sends(head, then=Exchange.reset))
            with ors.connect_sync(url, {"model": "m", "input": "x"}, resume=again) as stream:
                numbers = [event.sequence_number for event in stream]
                assert numbers == list(range(len(EVENTS)))
                assert stream.get_final_response().to_dict() == whole.get_final_response().to_dict()


@pytest.mark.anyio
async def test_redis_itself_refuses_another_producer(redis_server):
    async with Redis(port=redis_server.port) as redis:
        writer = await RedisEventLog(redis, prefix="second:").open("r")
        await writer.append(ENTRIES[0])
        await redis.xadd("second:r", {"data": b"x", "first": 1, "by": b"another"}, id="9-0")
        with pytest.raises(SecondProducer):
            await writer.append(ENTRIES[1])


@pytest.mark.anyio
async def test_a_client_that_decodes_is_refused(redis_server):
    async with Redis(port=redis_server.port, decode_responses=True) as redis:
        with pytest.raises(ValueError, match="decode_responses"):
            RedisEventLog(redis)


@pytest.mark.anyio
async def test_a_second_producer_on_another_connection_is_refused(redis_server):
    async with Redis(port=redis_server.port) as one, Redis(port=redis_server.port) as two:
        await RedisEventLog(one, prefix="other:").open("r")
        with pytest.raises(SecondProducer):
            await RedisEventLog(two, prefix="other:").open("r")


@pytest.mark.anyio
async def test_an_unreachable_redis_is_said_to_be_one():
    async with Redis(port=free_port()) as redis:
        with pytest.raises(LogUnavailable):
            await RedisEventLog(redis).open("r")


@pytest.mark.parametrize("trouble", ["die", "hang"])
def test_the_live_stream_goes_on_without_redis(mortal_redis, trouble):
    half = len(EVENTS) // 2

    def upstream(exchange):
        exchange.chunked(*EVENTS[:half])
        assert served.wait_for_log(half), "the log never got the first half"
        getattr(mortal_redis, trouble)()
        for event in EVENTS[half:]:
            exchange.piece(event)
        exchange.piece(DONE)
        exchange.end()

    with ExitStack() as stack:
        server = stack.enter_context(ScriptedServer())
        served = stack.enter_context(relay_and_log(server.script(upstream), mortal_redis.port, RESPONSE_ID))
        reply = httpx2.post(served.url, json={}, timeout=30)
        assert reply.content == BODY
        eventually(lambda: served.ends)
        [end] = served.ends
        assert end.outcome is ors.Outcome.COMPLETED
        assert isinstance(end.log_error, LogUnavailable | LogBroken)
        refused = httpx2.get(f"{served.url}v1/responses/{RESPONSE_ID}?stream=true&starting_after=3", timeout=30)
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "event_log_unavailable"


def test_a_client_that_left_finds_the_rest_and_can_cancel(redis_server):
    with ExitStack() as stack:
        server = stack.enter_context(ScriptedServer())

        def upstream(exchange):
            exchange.chunked(*EVENTS[:10])
            exchange.wait_until_gone()

        served = stack.enter_context(relay_and_log(server.script(upstream), redis_server.port, RESPONSE_ID, "left:"))
        with httpx2.stream("POST", served.url, json={}, timeout=30) as reply:
            next(reply.iter_raw())
        url = f"{served.url}v1/responses/{RESPONSE_ID}"
        assert served.wait_for_log(10)
        assert httpx2.post(f"{url}/cancel", timeout=10).status_code == 202
        rest = httpx2.get(f"{url}?stream=true&starting_after=4", timeout=30).content
        assert rest.startswith(b"".join(EVENTS[5:10]))
        assert b"response.incomplete" in rest
        assert server.gone.wait(10), "the server's connection stayed open"
        eventually(lambda: served.ends)
        assert served.ends[0].reason == "cancel_requested"
