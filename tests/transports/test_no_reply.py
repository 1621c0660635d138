"""The clocks run from when the request is sent: no reply is a stall, and so is an error that stops in its middle."""

import time

import aiohttp
import anyio
import httpx
import httpx2
import openai
import pytest
from transport_wire import EVENTS

import or_stream as ors
from or_stream.openai import stream

pytestmark = pytest.mark.anyio
ASK = {"model": "m", "input": "hi"}
JSON = {"content-type": "application/json", "content-length": "400"}
HTML = {"content-type": "text/html", "content-length": "4000"}


def nothing(exchange):
    exchange.wait_until_gone()


def part_of_an_error(exchange):
    exchange.head(503, JSON)
    exchange.handler.wfile.write(b'{"error":{"mess')
    exchange.wait_until_gone()


def part_of_a_page(exchange):
    exchange.head(200, HTML)
    exchange.handler.wfile.write(b"<html>")
    exchange.wait_until_gone()


each_silence = pytest.mark.parametrize("script", [nothing, part_of_an_error, part_of_a_page])
CLOCKS = {
    "idle_timeout": ors.IdleTimeout,
    "event_timeout": ors.EventTimeout,
    "progress_timeout": ors.ProgressTimeout,
    "total_timeout": ors.TotalTimeout,
}


async def stalls(server, clock, connection):
    """Enter, and give the error."""
    began = time.monotonic()
    with anyio.fail_after(8), pytest.raises(CLOCKS[clock]) as caught:
        async with connection:
            pass
    assert time.monotonic() - began < 5
    assert await anyio.to_thread.run_sync(server.gone.wait, 5)
    assert len(server.requests) == 1
    error = caught.value
    assert (error.retry_safe, error.partial, error.events_seen) == (True, None, 0)
    return error


@each_silence
@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_each_clock(server, script, clock, anyio_backend):
    error = await stalls(server, clock, ors.connect(server.script(script), ASK, **{clock: 0.3}))
    assert error.status == {nothing: None, part_of_an_error: 503, part_of_a_page: 200}[script]


@each_silence
@pytest.mark.parametrize("make_client", [httpx2.AsyncClient, httpx.AsyncClient, aiohttp.ClientSession])
@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # aiohttp has no other
async def test_each_client(server, script, make_client, anyio_backend):
    async with make_client() as client:
        await stalls(server, "idle_timeout", ors.connect(server.script(script), ASK, client=client, idle_timeout=0.3))


@pytest.mark.parametrize("clock", ["idle_timeout", "total_timeout"])
async def test_the_sdk(server, clock):
    server.script(nothing, "/v1/responses")
    async with openai.AsyncOpenAI(api_key="k", base_url=server.url("/v1")) as client:
        await stalls(server, clock, stream(client, **ASK, **{clock: 0.3}))


async def test_the_lid_counts_the_wait_for_the_reply(server):
    def late(exchange):
        time.sleep(0.6)
        exchange.chunked(*EVENTS[:5])
        exchange.wait_until_gone()

    with pytest.raises(ors.TotalTimeout) as caught:
        async with ors.connect(server.script(late), ASK, total_timeout=1.0) as events:
            began = time.monotonic()
            await events.until_done()
    assert time.monotonic() - began < 0.9
    assert caught.value.events_seen == 5


async def test_cancelling_the_wait_is_no_stall(server):
    with anyio.move_on_after(0.3) as scope:
        async with ors.connect(server.script(nothing), ASK, idle_timeout=30, total_timeout=30):
            pass
    assert scope.cancelled_caught
    assert await anyio.to_thread.run_sync(server.gone.wait, 5)
