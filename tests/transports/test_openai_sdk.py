"""`or_stream.openai` over the installed SDK and a real server."""

import json

import openai
import pytest
from transport_wire import DEMO, EVENTS

import or_stream as ors
from or_stream.openai import stream

pytestmark = pytest.mark.anyio
ASK = {"model": "m", "input": "hi"}


def demo(exchange):
    exchange.whole(DEMO)


def base(server):
    return {"api_key": "k", "base_url": server.url("/v1"), "max_retries": 2}


async def test_the_sdk_sends_and_our_stream_reads(server):
    server.script(demo, "/v1/responses")
    with ors.EventStream(DEMO) as plain:
        told = [event.raw for event in plain]
    async with openai.AsyncOpenAI(**base(server)) as client, stream(client, **ASK) as events:
        assert isinstance(events, ors.AsyncEventStream)
        assert [event.raw async for event in events] == told
    with openai.OpenAI(**base(server)) as client, stream(client, **ASK, extra_headers={"x-mine": "1"}) as events:
        assert isinstance(events, ors.EventStream)
        assert [event.raw for event in events] == told
    for sent in server.requests:
        assert json.loads(sent.body) == {**ASK, "stream": True}
        assert sent.headers["authorization"] == "Bearer k"
        assert sent.headers["accept-encoding"] == "identity"
    assert server.requests[1].headers["x-mine"] == "1"
    assert len(server.requests) == 2


async def test_the_sdks_retries_end_when_a_reply_begins(server):
    def busy_once(exchange):
        if len(server.requests) == 1:
            return exchange.whole(b"{}", 503, {"retry-after-ms": "1"})
        exchange.chunked(*EVENTS[:5])
        return exchange.reset()

    server.script(busy_once, "/v1/responses")
    async with openai.AsyncOpenAI(**base(server)) as client:
        with pytest.raises(ors.TransportError) as caught:
            async with stream(client, **ASK) as events:
                await events.until_done()
    assert caught.value.partial is not None
    assert len(server.requests) == 2


async def test_errors_of_the_sdk_are_its_own(server):
    server.script(lambda exchange: exchange.whole(b'{"error":{"message":"no"}}', 401), "/v1/responses")
    async with openai.AsyncOpenAI(**base(server)) as client:
        with pytest.raises(openai.AuthenticationError):
            async with stream(client, **ASK):
                pass
    with openai.OpenAI(**base(server)) as client, pytest.raises(openai.AuthenticationError):
        stream(client, **ASK).__enter__()


async def test_leaving_early_closes_the_connection(server):
    def endless(exchange):
        exchange.chunked(*EVENTS[:5])
        exchange.wait_until_gone()

    server.script(endless, "/v1/responses")
    async with openai.AsyncOpenAI(**base(server)) as client:
        async with stream(client, **ASK) as events:
            await anext(events)
        assert server.gone.wait(5)


async def test_an_answer_is_entered_once_and_needs_a_client_of_the_sdk(server):
    server.script(demo, "/v1/responses")
    with pytest.raises(TypeError, match=r"openai\.AsyncOpenAI"):
        stream(object(), **ASK)
    async with openai.AsyncOpenAI(**base(server)) as client:
        answer = stream(client, **ASK)
        async with answer as events:
            await events.until_done()
        with pytest.raises(ValueError, match="once"):
            await answer.__aenter__()
        stream(client, **ASK)
    assert len(server.requests) == 1
