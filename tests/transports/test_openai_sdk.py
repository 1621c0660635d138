"""`or_stream.openai` over the installed SDK and a real server."""

import json

import openai
import pytest
from transport_wire import DEMO, EVENTS

import or_stream as ors
from or_stream.bench.captures import read_capture
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


async def test_what_the_sdk_gives_and_what_of_it_is_a_source(server):
    server.script(demo, "/v1/responses")
    with openai.OpenAI(**base(server)) as client:
        with (
            client.responses.create(**ASK, stream=True) as theirs,
            pytest.raises(TypeError, match=r"or_stream\.openai"),
        ):
            ors.EventStream(theirs)
        asked = client.responses.with_streaming_response.create(**ASK, stream=True)
        with asked as raw, ors.EventStream(raw) as events:
            assert len(list(events)) == 226


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


async def test_the_options_of_our_streams(server):
    def stalled(exchange):
        exchange.chunked(*EVENTS[:5])
        exchange.wait_until_gone()

    server.script(stalled, "/v1/responses")
    options = {"read_ahead": ors.ReadAhead(max_bytes=4000), "coalesce": True, "require_terminal": False}
    async with openai.AsyncOpenAI(**base(server)) as client:
        with pytest.raises(ors.StreamStalled) as caught:
            async with stream(client, **ASK, **options, idle_timeout=0.3, output_source="stream") as events:
                await events.until_done()
    assert caught.value.partial is not None
    assert json.loads(server.requests[0].body) == {**ASK, "stream": True}
    server.script(lambda exchange: exchange.whole(b"".join(EVENTS[:5])), "/v1/responses")
    with openai.OpenAI(**base(server)) as client:
        with stream(client, **ASK, require_terminal=False) as events:
            assert len(list(events)) == 5
        with pytest.raises(TypeError, match="idle_timeout: for an AsyncOpenAI only"):
            stream(client, **ASK, idle_timeout=3)


WRONG = [{"resume": True}, {"limits": {}}, {"output_source": "bad"}]
WRONG_IN_A_TASK = [{"idle_timeout": -1}, {"coalesce": True}, {"read_ahead": 5}]


@pytest.mark.parametrize("wrong", [*WRONG, *WRONG_IN_A_TASK], ids=str)
async def test_a_wrong_setting_is_told_before_anything_is_sent(server, wrong):
    with pytest.raises((TypeError, ValueError), match=next(iter(wrong))):
        stream(openai.AsyncOpenAI(**base(server)), **ASK, **wrong)
    if wrong in WRONG:
        with pytest.raises((TypeError, ValueError), match=next(iter(wrong))):
            stream(openai.OpenAI(**base(server)), **ASK, **wrong)
    assert server.requests == []


async def test_structured_output(server):
    item = {"type": "message", "id": "m", "role": "assistant", "status": "completed"}
    part = {"type": "output_text", "text": "[1, 2]", "annotations": []}
    response = {"id": "r", "object": "response", "status": "completed", "output": [{**item, "content": [part]}]}
    body = b"data: " + json.dumps({"type": "response.completed", "response": response}).encode() + b"\n\n"
    server.script(lambda exchange: exchange.whole(body), "/v1/responses")
    async with openai.AsyncOpenAI(**base(server)) as client, stream(client, **ASK, text_format=list[int]) as events:
        assert await events.get_final_parsed(list[int]) == [1, 2]
    with openai.OpenAI(**base(server)) as client, stream(client, **ASK, text_format=list[int]) as events:
        assert events.get_final_parsed(list[int]) == [1, 2]
    for sent in server.requests:
        assert json.loads(sent.body)["text"]["format"]["schema"] == {"type": "array", "items": {"type": "integer"}}


async def test_resume_goes_on_with_the_key_of_the_sdk(server):
    with ors.EventStream(DEMO) as plain:
        told = [event.raw for event in plain]
    response_id = plain.response_id
    last = next(ors.EventStream(EVENTS[4], require_terminal=False)).sequence_number

    def cut(exchange):
        exchange.chunked(*EVENTS[:5])
        exchange.reset()

    server.script(cut, "/v1/responses")
    server.script(
        lambda exchange: exchange.whole(b"".join(EVENTS[5:])),
        f"/v1/responses/{response_id}?stream=true&starting_after={last}",
    )
    policy = ors.Resume(backoff_seconds=0.0)
    async with openai.AsyncOpenAI(**base(server)) as client, stream(client, **ASK, resume=policy) as events:
        assert [event.raw async for event in events] == told
    with openai.OpenAI(**base(server)) as client, stream(client, **ASK, resume=policy) as events:
        assert [event.raw for event in events] == told
    assert [sent.method for sent in server.requests] == ["POST", "GET"] * 2
    assert {sent.headers["authorization"] for sent in server.requests} == {"Bearer k"}


# On trio the SDK leaves generators of its own unfinished, over its own decoder too, and trio warns of them.
on_asyncio = pytest.mark.parametrize("anyio_backend", ["asyncio"])


@on_asyncio
async def test_the_streams_of_the_sdk_over_our_decoder(server):
    server.script(demo, "/v1/responses")
    with openai.OpenAI(**base(server)) as client:
        plain = [event.to_dict() for event in client.responses.create(**ASK, stream=True)]
        assert use_decoder(client) is client
        with client.responses.create(**ASK, stream=True) as events:
            assert type(events._decoder).__module__.startswith("or_stream")
            assert [event.to_dict() for event in events] == plain
    async with openai.AsyncOpenAI(**base(server)) as client, use_decoder(client).responses.stream(**ASK) as events:
        types = [event.type async for event in events]
        final = await events.get_final_response()
    assert types == [event["type"] for event in plain]
    assert final.id == plain[-1]["response"]["id"]
    with pytest.raises(TypeError, match=r"openai\.AsyncOpenAI"):
        use_decoder(object())


@on_asyncio
async def test_our_decoder_is_exact_and_bounded_under_the_sdk(server):
    """One BOM is dropped, a lone CR ends a line, and an event has a largest size."""
    event = EVENTS[0].replace(b"\n", b"\r")
    server.script(lambda exchange: exchange.whole(b"\xef\xbb\xbf" + event), "/v1/responses")
    limits = ors.Limits(max_event_bytes=100)
    with use_decoder(openai.OpenAI(**base(server)), require_terminal=False) as client:
        assert [one.type for one in client.responses.create(**ASK, stream=True)] == ["response.created"]
        with pytest.raises(ors.LimitExceeded):
            list(use_decoder(client, limits=limits).responses.create(**ASK, stream=True))
    async with use_decoder(openai.AsyncOpenAI(**base(server)), limits=limits) as client:
        with pytest.raises(ors.LimitExceeded):
            [one async for one in await client.responses.create(**ASK, stream=True)]


@on_asyncio
@pytest.mark.parametrize("end", [b"", b"data: [DONE]\n\n"], ids=["body", "sentinel"])
async def test_a_cut_response_does_not_end_quietly_under_the_sdk(server, end):
    """The SDK alone ends such a stream as if it were whole."""
    server.script(lambda exchange: exchange.whole(b"".join(EVENTS[:5]) + end), "/v1/responses")
    read = []
    with openai.OpenAI(**base(server)) as client:
        assert len(list(client.responses.create(**ASK, stream=True))) == 5
        with pytest.raises(ors.StreamTruncated, match="without its terminal event"):
            for event in use_decoder(client).responses.create(**ASK, stream=True):
                read.append(event)  # noqa: PERF402 - extend() would lose them with the error
        assert len(list(use_decoder(client, require_terminal=False).responses.create(**ASK, stream=True))) == 5
    async with use_decoder(openai.AsyncOpenAI(**base(server))) as client:
        with pytest.raises(ors.StreamTruncated):
            async for event in await client.responses.create(**ASK, stream=True):
                read.append(event)  # noqa: PERF401 - as above
    assert len(read) == 10


@on_asyncio
async def test_streams_of_the_sdk_that_are_no_responses_end_as_they_do(server):
    chunk = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[]}\n\n'
    server.script(lambda exchange: exchange.whole(chunk * 3), "/v1/chat/completions")
    with use_decoder(openai.OpenAI(**base(server))) as client:
        asked = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}
        assert len(list(client.chat.completions.create(**asked))) == 3


async def test_a_stream_is_recorded_from_the_request_on(server, tmp_path):
    server.script(demo, "/v1/responses")
    async with openai.AsyncOpenAI(**base(server)) as client:
        async with stream(client, **ASK, record=tmp_path / "a.orx") as events:
            await events.until_done()
        with pytest.raises(FileNotFoundError):
            async with stream(client, **ASK, record=tmp_path / "none" / "a.orx"):
                pass
    with openai.OpenAI(**base(server)) as client, stream(client, **ASK, record=tmp_path / "b.jsonl") as events:
        events.until_done()
    for name in ("a.orx", "b.jsonl"):
        capture = read_capture(tmp_path / name)
        assert capture.body == DEMO
        assert capture.chunks[0].t_ns > 0
    assert len(server.requests) == 2


async def test_what_the_sdk_raises_leaves_a_recording_as_it_was(server, tmp_path):
    (tmp_path / "a.orx").write_bytes(b"before")
    server.script(lambda exchange: exchange.whole(b"{}", 400), "/v1/responses")
    async with openai.AsyncOpenAI(**base(server)) as client:
        with pytest.raises(openai.BadRequestError):
            async with stream(client, **ASK, record=tmp_path / "a.orx"):
                pass
    assert (tmp_path / "a.orx").read_bytes() == b"before"
