"""Silence on a connection that may be resumed: a cut as any other, also while it is being resumed."""

import time

import httpx2
import pytest

import or_stream as ors

from .kept_events import EVENTS, FAST, FINAL, UNCUT, raws
from .responses_server import Plan, ResponsesServer, cut_at

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]
SILENT = Plan(cut=700, end="stall")


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


async def test_silence_is_resumed():
    with ResponsesServer() as server:
        url = server.keep(EVENTS, SILENT, SILENT, cut_at(200), overlap=1)
        async with ors.connect(url, {}, resume=FAST, idle_timeout=0.3) as stream:
            assert raws([event async for event in stream]) == raws(UNCUT)
        assert (stream.response, stream.diagnostics) == (FINAL, [])
        assert [sent.method for sent in server.requests] == ["POST", "GET", "GET", "GET"]


async def test_a_server_that_does_not_answer_the_request_to_go_on():
    def silent_once(exchange):
        if len(server.requests) > 2:
            return False
        server.released.wait(5)
        return True

    with ResponsesServer() as server:
        url = server.keep(EVENTS, cut_at(700), after_post=silent_once)
        began = time.monotonic()
        async with ors.connect(url, {}, resume=FAST, idle_timeout=0.3) as stream:
            assert raws([event async for event in stream]) == raws(UNCUT)
        assert time.monotonic() - began < 4
        assert [sent.method for sent in server.requests] == ["POST", "GET", "GET"]


async def test_the_wait_before_an_attempt_is_no_silence():
    def busy_once(exchange):
        if len(server.requests) > 2:
            return False
        exchange.whole(b"", 429, {"content-type": "text/plain", "retry-after": "1"})
        return True

    with ResponsesServer() as server:
        url = server.keep(EVENTS, cut_at(700), after_post=busy_once)
        async with ors.connect(url, {}, resume=FAST, idle_timeout=0.3) as stream:
            assert raws([event async for event in stream]) == raws(UNCUT)
        assert [sent.method for sent in server.requests] == ["POST", "GET", "GET"]


async def test_silence_that_cannot_be_resumed_says_both():
    with ResponsesServer() as server:
        url = server.keep(EVENTS, Plan(cut=9, end="stall"))
        async with ors.connect(url, {}, resume=FAST, idle_timeout=0.3) as stream:
            with pytest.raises(ors.ResumeFailed, match=r"no byte came for 0\.3 s .*no response id") as caught:
                await stream.until_done()
        assert isinstance(caught.value.__cause__, ors.IdleTimeout)


async def test_the_other_clocks_end_the_stream():
    with ResponsesServer() as server:
        url = server.keep(EVENTS, SILENT)
        async with ors.connect(url, {}, resume=FAST, idle_timeout=30, event_timeout=0.3) as stream:
            with pytest.raises(ors.EventTimeout):
                await stream.until_done()
        assert len(server.requests) == 1


@pytest.mark.parametrize("kind", ["task", "thread"])
async def test_a_get_that_follows_a_response_knows_its_id(kind):
    """`response.created`, which tells the id, was before what it asks for."""
    with ResponsesServer() as server:
        url = server.keep(EVENTS, cut_at(700)) + "/resp_1?starting_after=0"
        if kind == "thread":
            with httpx2.Client() as client, ors.connect_sync(url, client=client, resume=FAST) as stream:
                seen = raws(stream)
        else:
            async with ors.connect(url, resume=FAST) as stream:
                seen = raws([event async for event in stream])
        assert seen == raws(UNCUT)[1:]
        paths = [sent.path for sent in server.requests]
        assert paths == [
            "/v1/responses/resp_1?starting_after=0",
            "/v1/responses/resp_1?stream=true&starting_after=3",
        ]
