"""`or_stream.openai` over the installed SDK and a real server."""

import json

import openai
import pytest
from transport_wire import DEMO, EVENTS

import or_stream as ors
from or_stream.openai import stream, use_decoder

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


def in_pieces(*pieces):
    """A body in these chunks, ended as HTTP ends one."""

    def script(exchange):
        exchange.chunked(*pieces)
        exchange.end()

    return script


async def test_every_setting_of_a_stream(server):
    server.script(in_pieces(*EVENTS[:3]), "/v1/responses")
    async with openai.AsyncOpenAI(**base(server)) as client:
        async with stream(client, **ASK, require_terminal=False, waiting={"idle_timeout": 5.0}) as events:
            assert len([event async for event in events]) == 3
        ahead = ors.ReadAhead(max_events=2)
        async with stream(client, **ASK, require_terminal=False, waiting={"read_ahead": ahead}) as events:
            assert len([event async for event in events]) == 3
    with openai.OpenAI(**base(server)) as client, pytest.raises(TypeError, match="AsyncOpenAI"):
        stream(client, **ASK, waiting={"idle_timeout": 5.0})


# Under trio the SDK leaves its own generators open, and trio says so.
ON_ASYNCIO = pytest.mark.parametrize("anyio_backend", ["asyncio"])
TROUBLE = b": hello\n\nid: 7\n\nretry: 5\r\n\r\n" + DEMO.replace(b"\n", b"\r\n")


@ON_ASYNCIO
async def test_the_sdks_own_stream_reads_by_our_decoder(server):
    server.script(in_pieces(TROUBLE[:50], TROUBLE[50:777], TROUBLE[777:]), "/v1/responses")
    with ors.EventStream(DEMO) as plain:
        told = [event.type for event in plain]
    async with openai.AsyncOpenAI(**base(server)) as client:
        assert use_decoder(client) is client
        assert [event.type async for event in await client.responses.create(**ASK, stream=True)] == told
        async with client.responses.stream(**ASK) as events:
            assert (await events.get_final_response()).status == "completed"
    with use_decoder(openai.OpenAI(**base(server))) as client:
        assert [event.type for event in client.responses.create(**ASK, stream=True)] == told
    with pytest.raises(TypeError, match=r"openai\.OpenAI"):
        use_decoder(object())


@ON_ASYNCIO
@pytest.mark.parametrize("sentinel", [b"", b"data: [DONE]\n\n"], ids=["cut", "cut with a sentinel"])
async def test_a_cut_answer_is_no_success_for_the_sdk(server, sentinel):
    server.script(in_pieces(*EVENTS[:5], *([sentinel] if sentinel else [])), "/v1/responses")
    async with openai.AsyncOpenAI(**base(server)) as client:
        quiet = [event async for event in await client.responses.create(**ASK, stream=True)]
        assert len(quiet) == 5  # the SDK itself ends as if all were well
        with pytest.raises(ors.StreamTruncated) as caught:
            [event async for event in await use_decoder(client).responses.create(**ASK, stream=True)]
    assert caught.value.partial is not None
    with openai.OpenAI(**base(server)) as client, pytest.raises(ors.StreamTruncated):
        list(use_decoder(client).responses.create(**ASK, stream=True))


@ON_ASYNCIO
async def test_streams_of_chat_pass_as_they_are(server):
    body = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[]}\n\ndata: [DONE]\n\n'
    server.script(in_pieces(body), "/v1/chat/completions")
    async with use_decoder(openai.AsyncOpenAI(**base(server))) as client:
        asked = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}
        assert [chunk.id async for chunk in await client.chat.completions.create(**asked)] == ["c"]
