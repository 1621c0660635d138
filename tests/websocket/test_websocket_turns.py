"""Turns over a real WebSocket (wire-format rule 13), and the errors within them."""

import json

import pytest

import or_stream as ors
from or_stream.models import CreateResponse
from or_stream.transports import websocket_turn

from .scripted_socket import answer, created, delta, envelope, event, response, scripted
from .turns import REQUEST, ask, on_asyncio, sends, turns

# Turns


@on_asyncio
async def test_a_response_comes_as_the_same_stream_as_over_http():
    async with (
        scripted(sends(*answer("resp_1", "Hel", "lo"))) as (url, talk),
        ors.ResponsesWebSocket(url, headers={"authorization": "Bearer k"}) as socket,
        socket.create(CreateResponse(model="m", input="hi")) as stream,
    ):
        assert type(stream) is ors.AsyncEventStream
        events = [event async for event in stream]
        assert [event.delta for event in events if isinstance(event, ors.OutputTextDelta)] == ["Hel", "lo"]
        assert [event.sequence_number for event in events] == list(range(9))
        assert stream.outcome is ors.Outcome.COMPLETED
        assert stream.output_text == "Hello"
        assert stream.diagnostics == []
        assert stream.stats.chunks == len(events)
    assert talk.requests == [{"type": "response.create", "model": "m", "input": "hi"}]
    assert talk.headers[0]["authorization"] == "Bearer k"
    assert talk.closed == [1000]


@on_asyncio
async def test_a_conformant_turn_passes_strict():
    async with (
        scripted(sends(*answer("resp_1", "Hello"))) as (url, _),
        ors.ResponsesWebSocket(url, strict=True) as socket,
    ):
        assert (await ask(socket)).output_text == "Hello"


@on_asyncio
async def test_turns_follow_each_other_on_one_connection():
    scripts = turns(sends(*answer("resp_1", "one")), sends(*answer("resp_2", "two")), sends(*answer("resp_3", "three")))
    async with scripted(scripts) as (url, talk), ors.ResponsesWebSocket(url) as socket:
        assert socket.last_response_id is None
        assert (await ask(socket)).output_text == "one"
        assert socket.last_response_id == "resp_1"
        assert (await ask(socket, follow_up=True)).output_text == "two"
        assert (await ask(socket)).output_text == "three"
        assert socket.last_response_id == "resp_3"
    assert [request.get("previous_response_id") for request in talk.requests] == [None, "resp_1", None]
    assert len(talk.closed) == 1


@on_asyncio
async def test_structured_output():
    async with (
        scripted(sends(*answer("resp_1", "[1,", " 2]"))) as (url, talk),
        ors.ResponsesWebSocket(url) as socket,
        socket.create(REQUEST, text_format=list[int]) as stream,
    ):
        assert await stream.get_final_parsed(list[int]) == [1, 2]
    assert talk.requests[0]["text"]["format"]["schema"] == {"type": "array", "items": {"type": "integer"}}


@on_asyncio
async def test_leaving_behind_the_terminal_event_keeps_the_connection():
    async with (
        scripted(sends(*answer("resp_1", "one"), "[DONE]")) as (url, talk),
        ors.ResponsesWebSocket(url) as socket,
    ):
        for _ in range(2):
            async with socket.create(REQUEST) as stream:
                async for event in stream:
                    if event.type == "response.completed":
                        break
    assert len(talk.requests) == 2
    assert len(talk.closed) == 1


@pytest.mark.parametrize("encode", [str, str.encode], ids=["text", "binary"])
@on_asyncio
async def test_done_frames_and_binary_frames_are_taken(encode):
    messages = [encode(message) for message in [*answer("resp_1", "é"), "[DONE]"]]
    async with scripted(sends(*messages)) as (url, _), ors.ResponsesWebSocket(url) as socket:
        for _ in range(3):
            assert (await ask(socket)).output_text == "é"


@on_asyncio
async def test_done_without_a_terminal_event_is_truncation():
    async with (
        scripted(sends(created("resp_1"), delta("resp_1", "half", 1), "[DONE]")) as (url, _),
        ors.ResponsesWebSocket(url) as socket,
    ):
        with pytest.raises(ors.StreamTruncated) as caught:
            await ask(socket)
    assert caught.value.partial.output_text == "half"


@on_asyncio
async def test_a_failed_response_is_an_outcome_and_is_not_followed_up():
    failed = event("response.failed", sequence_number=1, response=response("resp_2", "failed"))
    scripts = turns(sends(*answer("resp_1", "one")), sends(created("resp_2"), failed))
    async with scripted(scripts) as (url, _), ors.ResponsesWebSocket(url) as socket:
        await ask(socket)
        assert (await ask(socket)).status == "failed"
        assert socket.last_response_id == "resp_1"


# Errors


@pytest.mark.parametrize("strict", [False, True])
@on_asyncio
async def test_an_envelope_is_an_event_and_then_an_error_and_the_connection_lives(strict):
    refused = sends(envelope("previous_response_not_found", 404, param="previous_response_id"))
    scripts = turns(refused, sends(*answer("resp_1", "one")))
    async with scripted(scripts) as (url, talk), ors.ResponsesWebSocket(url, strict=strict) as socket:
        events = []
        async with socket.create({**REQUEST, "previous_response_id": "resp_0"}) as stream:
            with pytest.raises(ors.ServerStreamError) as caught:
                async for told in stream:
                    events.append(told)  # noqa: PERF401 - what came before the error counts
            assert stream.outcome is ors.Outcome.ERROR
        assert [told.type for told in events] == ["error"]
        assert events[0].code == "previous_response_not_found"
        assert caught.value.status == 404
        assert caught.value.error.code == "previous_response_not_found"
        assert caught.value.error.param == "previous_response_id"
        assert (await ask(socket)).output_text == "one"
    assert len(talk.closed) == 1


@on_asyncio
async def test_an_envelope_without_its_type_is_one_too():
    refused = sends(json.dumps({"status": 429, "error": {"code": "rate_limited", "message": "slow down"}}))
    async with (
        scripted(turns(refused, sends(*answer("resp_1", "one")))) as (url, talk),
        ors.ResponsesWebSocket(url) as socket,
    ):
        with pytest.raises(ors.ServerStreamError, match="slow down") as caught:
            await ask(socket)
        assert caught.value.status == 429
        assert (await ask(socket)).output_text == "one"
    assert len(talk.closed) == 1


@on_asyncio
async def test_an_envelope_in_the_middle_keeps_what_was_received_and_its_late_failed_event_is_not_the_next_turns():
    failed = event("response.failed", sequence_number=3, response=response("resp_1", "failed"))
    broken = sends(created("resp_1"), delta("resp_1", "half", 1), envelope("server_error", 500), failed)
    async with (
        scripted(turns(broken, sends(*answer("resp_2", "two")))) as (url, _),
        ors.ResponsesWebSocket(url) as socket,
    ):
        with pytest.raises(ors.ServerStreamError) as caught:
            await ask(socket)
        assert caught.value.partial.output_text == "half"
        assert caught.value.status == 500
        assert (await ask(socket)).output_text == "two"


@on_asyncio
async def test_an_error_that_is_no_envelope_may_be_followed_by_the_failed_response():
    told = event("error", sequence_number=1, error={"type": "server_error", "code": "boom", "message": "it broke"})
    failed = event("response.failed", sequence_number=2, response=response("resp_1", "failed"))
    async with scripted(sends(created("resp_1"), told, failed)) as (url, _), ors.ResponsesWebSocket(url) as socket:
        assert (await ask(socket)).status == "failed"
        assert (await ask(socket)).status == "failed"


@on_asyncio
async def test_an_error_that_is_no_envelope_ends_the_turn_soon(monkeypatch):
    monkeypatch.setattr(websocket_turn, "FAILED_SECONDS", 0.1)
    told = event("error", sequence_number=1, code="boom", message="it broke")
    scripts = turns(sends(created("resp_1"), told), sends(*answer("resp_2", "two")))
    async with scripted(scripts) as (url, _), ors.ResponsesWebSocket(url) as socket:
        with pytest.raises(ors.ServerStreamError, match="it broke"):
            await ask(socket)
        assert (await ask(socket)).output_text == "two"


@on_asyncio
async def test_the_connection_limit_closes_the_socket_to_further_creates():
    async with (
        scripted(sends(envelope("websocket_connection_limit_reached"))) as (url, talk),
        ors.ResponsesWebSocket(url) as socket,
    ):
        with pytest.raises(ors.ServerStreamError, match="websocket_connection_limit_reached"):
            await ask(socket)
        with pytest.raises(ors.StreamClosed, match="60 minutes"):
            await ask(socket)
    assert len(talk.requests) == 1


@on_asyncio
async def test_a_limit_told_between_turns_is_told_by_the_next_one():
    async def last(socket, request):
        await sends(*answer("resp_1", "one"), envelope("websocket_connection_limit_reached"))(socket, request)
        await socket.close()

    async with scripted(last) as (url, talk), ors.ResponsesWebSocket(url) as socket:
        await ask(socket)
        await talk.is_closed.wait()
        with pytest.raises(ors.ServerStreamError, match="websocket_connection_limit_reached"):
            await ask(socket)
        with pytest.raises(ors.StreamClosed, match="60 minutes"):
            await ask(socket)
