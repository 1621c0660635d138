"""Resuming over each asynchronous client and with any line end: the result is the uncut one, one POST was sent."""

import random
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import aiohttp
import anyio
import httpx
import httpx2
import pytest

import or_stream as ors
from or_stream.transports.resume import retry_after_seconds

from .kept_events import BODY, EVENTS, FAST, FINAL, UNCUT, raws
from .responses_server import ResponsesServer, cut_at

CLIENTS = {"httpx2": httpx2.AsyncClient, "httpx": httpx.AsyncClient, "aiohttp": aiohttp.ClientSession}
LINE_ENDS = {"LF": b"\n", "CRLF": b"\r\n", "CR": b"\r"}

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]


@pytest.fixture
def anyio_backend():
    return "asyncio"


def with_line_end(end):
    return [event.replace(b"\n", end) for event in EVENTS]


async def check_resumed(server, client, events, byte):
    server.requests.clear()
    url = server.keep(events, cut_at(byte), overlap=1)
    uncut = ors.EventStream(b"".join(events))
    async with ors.connect(url, {}, client=client, resume=FAST) as stream:
        assert raws([event async for event in stream]) == raws(uncut), byte
    assert (stream.response, stream.diagnostics) == (FINAL, [])
    assert server.posts == 1


@pytest.mark.parametrize("name", CLIENTS)
async def test_cut_behind_every_event_and_anywhere(name):
    bounds = [len(b"".join(EVENTS[: count + 1])) for count in range(len(EVENTS))]
    anywhere = random.Random(5).sample(range(bounds[0], len(BODY)), 40)
    async with CLIENTS[name]() as client:
        with ResponsesServer() as server:
            for byte in sorted({*bounds[:-1], *anywhere}):
                await check_resumed(server, client, EVENTS, byte)


@pytest.mark.parametrize("name", LINE_ENDS)
async def test_every_byte_around_an_events_end(name):
    events = with_line_end(LINE_ENDS[name])
    end = len(b"".join(events[:5]))
    async with httpx2.AsyncClient() as client:
        with ResponsesServer() as server:
            for byte in range(end - 8, end + 4):
                await check_resumed(server, client, events, byte)


def http_date(seconds):
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_retry_after_is_waited_for(form):
    asked = []

    def busy_once(exchange):
        asked.append(time.monotonic())
        if len(asked) > 1:
            return False
        # A date has whole seconds: 2 ahead is at least 1.
        after = "1" if form == "seconds" else http_date(2)
        exchange.whole(b"", 429, {"content-type": "text/plain", "retry-after": after})
        return True

    with ResponsesServer() as server:
        url = server.keep(EVENTS, cut_at(700), after_post=busy_once)
        async with ors.connect(url, {}, resume=FAST) as stream:
            assert raws([event async for event in stream]) == raws(UNCUT)
    assert len(asked) == 2
    assert 0.9 < asked[1] - asked[0] < 5


def test_retry_after_is_read():
    assert retry_after_seconds(" 12 ") == 12
    assert 28 < retry_after_seconds(http_date(30)) <= 30
    assert retry_after_seconds(http_date(-30)) == 0
    for other in ("", "soon", "-3", "1.5", "٣"):
        assert retry_after_seconds(other) == 0


async def test_closed_by_another_task_while_it_waits():
    waiting = anyio.Event()

    def busy(exchange):
        exchange.whole(b"", 429, {"content-type": "text/plain", "retry-after": "30"})
        return True

    with ResponsesServer() as server:
        url = server.keep(EVENTS, cut_at(700), after_post=busy)
        began = time.monotonic()
        async with (
            ors.connect(url, {}, resume=ors.Resume(backoff_seconds=0.0)) as stream,
            anyio.create_task_group() as group,
        ):

            async def close_when_it_waits():
                while len(server.requests) < 2:  # noqa: ASYNC110 - a thread of the server's appends
                    await anyio.sleep(0.01)
                await anyio.sleep(0.1)
                await stream.aclose()
                waiting.set()

            group.start_soon(close_when_it_waits)
            with pytest.raises(ors.StreamClosed):
                await stream.until_done()
        assert waiting.is_set()
        assert time.monotonic() - began < 10
        assert len(server.requests) == 2


def test_the_jitter_is_full_and_bounded():
    policy = ors.Resume(backoff_seconds=0.5, max_backoff_seconds=3.0)
    for attempt, bound in [(1, 0.5), (2, 1.0), (3, 2.0), (4, 3.0), (10, 3.0), (5000, 3.0)]:
        waits = [policy.wait_seconds(attempt) for _ in range(500)]
        assert 0 <= min(waits) < 0.1 * bound
        assert 0.9 * bound < max(waits) <= bound
