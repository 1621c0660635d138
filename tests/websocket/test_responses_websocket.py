"""Turns over a real WebSocket (wire-format rule 13)."""

import asyncio
import sys
from functools import wraps
from http import HTTPStatus

import pytest
import trio

import or_stream as ors
from or_stream.models import CreateResponse
from or_stream.transports import websocket_turn

from .scripted_socket import answer, completed, created, delta, envelope, event, response, scripted

SECONDS = 20
REQUEST = {"model": "m", "input": "hi"}


def on_asyncio(test):
    """Run a test on asyncio, the only loop that the websockets library has, and never for long."""

    @wraps(test)
    def run(*args, **kwargs):
        async def timed():
            async with asyncio.timeout(SECONDS):
                await test(*args, **kwargs)

        asyncio.run(timed())

    return run


def sends(*messages):
    async def script(socket, request):
        for message in messages:
            await socket.send(message)

    return script


def turns(*scripts):
    """One script for each request."""
    rest = iter(scripts)

    async def script(socket, request):
        await next(rest)(socket, request)

    return script


async def ask(socket, request=REQUEST, **options):
    async with socket.create(request, **options) as stream:
        return await stream.get_final_response()


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


# The connection


@on_asyncio
async def test_a_connection_lost_in_the_middle_is_a_transport_error_with_what_was_received():
    async def lost(socket, request):
        await sends(created("resp_1"), delta("resp_1", "half", 1))(socket, request)
        socket.transport.abort()

    async with scripted(lost) as (url, _), ors.ResponsesWebSocket(url) as socket:
        async with socket.create(REQUEST) as stream:
            with pytest.raises(ors.TransportError, match="the connection broke") as caught:
                await stream.get_final_response()
        assert caught.value.partial.output_text == "half"
        assert caught.value.events_seen == 2
        with pytest.raises(ors.StreamClosed, match="did not reach its end"):
            await ask(socket)


@on_asyncio
async def test_a_connection_closed_in_the_middle_is_truncation():
    async def closed(socket, request):
        await sends(created("resp_1"), delta("resp_1", "half", 1))(socket, request)
        await socket.close()

    async with scripted(closed) as (url, _), ors.ResponsesWebSocket(url) as socket:
        with pytest.raises(ors.StreamTruncated) as caught:
            await ask(socket)
    assert caught.value.partial.output_text == "half"


@on_asyncio
async def test_a_connection_closed_between_turns_is_a_transport_error():
    async def one(socket, request):
        await sends(*answer("resp_1", "one"))(socket, request)
        await socket.close()

    async with scripted(one) as (url, talk), ors.ResponsesWebSocket(url) as socket:
        await ask(socket)
        await talk.is_closed.wait()
        with pytest.raises(ors.TransportError, match="ConnectionClosedOK"):
            await ask(socket)
        with pytest.raises(ors.StreamClosed):
            await ask(socket)
    assert len(talk.requests) == 1


@on_asyncio
async def test_a_silent_server_is_a_stall():
    async with scripted(sends(created("resp_1"))) as (url, _), ors.ResponsesWebSocket(url, idle_timeout=0.1) as socket:
        with pytest.raises(ors.StreamStalled, match=r"no message for 0\.1 seconds") as caught:
            await ask(socket)
        assert caught.value.partial.id == "resp_1"
        with pytest.raises(ors.StreamClosed):
            await ask(socket)


@on_asyncio
async def test_a_message_over_the_limit_is_refused():
    async with (
        scripted(sends(created("resp_1"), delta("resp_1", "x" * 5000, 1))) as (url, talk),
        ors.ResponsesWebSocket(url, limits=ors.Limits(max_event_bytes=2000)) as socket,
    ):
        with pytest.raises(ors.LimitExceeded) as caught:
            await ask(socket)
    assert (caught.value.limit, caught.value.value, caught.value.events_seen) == ("max_event_bytes", 2000, 1)
    assert caught.value.partial.id == "resp_1"
    assert talk.closed == [1009]


@on_asyncio
async def test_a_message_of_two_mebibytes_is_taken():
    text = "x" * (2 << 20)
    async with (
        scripted(sends(created("resp_1"), completed("resp_1", text, 1))) as (url, _),
        ors.ResponsesWebSocket(url) as socket,
    ):
        assert (await ask(socket)).output_text == text


@on_asyncio
async def test_a_slow_consumer_holds_the_server_up():
    sent = 0

    async def flood(socket, request):
        nonlocal sent
        await socket.send(created("resp_1"))
        for number in range(1, 401):
            await socket.send(delta("resp_1", "x" * 65536, number))
            sent = number
        await socket.send(completed("resp_1", "", 401))

    async with scripted(flood) as (url, _), ors.ResponsesWebSocket(url) as socket, socket.create(REQUEST) as stream:
        await anext(stream)
        before = -1
        while before != sent:
            before = sent
            await asyncio.sleep(0.3)
        assert sent < 400
        assert len(await stream.get_final_text()) == 400 * 65536


# One at a time, and leaving


@on_asyncio
async def test_a_second_create_is_refused_and_the_first_is_not_disturbed():
    async with scripted(sends(*answer("resp_1", "one"))) as (url, talk), ors.ResponsesWebSocket(url) as socket:
        async with socket.create(REQUEST) as stream:
            await anext(stream)
            with pytest.raises(ors.ConcurrentUse, match="a response is running"):
                await ask(socket)
            assert await stream.get_final_text() == "one"
        await ask(socket)
    assert len(talk.requests) == 2


@on_asyncio
async def test_leaving_early_closes_the_connection():
    async with scripted(sends(*answer("resp_1", "one")[:3])) as (url, talk), ors.ResponsesWebSocket(url) as socket:
        async with socket.create(REQUEST) as stream:
            await anext(stream)
        with pytest.raises(ors.StreamClosed, match="no cancel"):
            await ask(socket)
        with pytest.raises(ors.StreamClosed):
            await anext(stream)
        await talk.is_closed.wait()


@on_asyncio
async def test_a_cancelled_read_closes_the_connection():
    async with scripted(sends(created("resp_1"))) as (url, talk), ors.ResponsesWebSocket(url) as socket:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await ask(socket)
        await talk.is_closed.wait()
        with pytest.raises(ors.StreamClosed):
            await ask(socket)


@on_asyncio
async def test_closing_the_stream_wakes_the_task_that_reads_it():
    async with (
        scripted(sends(created("resp_1"))) as (url, _),
        ors.ResponsesWebSocket(url) as socket,
        socket.create(REQUEST) as stream,
    ):
        await anext(stream)
        reading = asyncio.create_task(stream.until_done())
        await asyncio.sleep(0.05)
        await stream.aclose()
        with pytest.raises(ors.StreamClosed):
            await reading


@on_asyncio
async def test_closing_the_socket_ends_the_response_that_runs():
    async with scripted(sends(created("resp_1"))) as (url, _), ors.ResponsesWebSocket(url) as socket:
        with pytest.raises(ors.StreamTruncated):
            async with socket.create(REQUEST) as stream:
                await anext(stream)
                await socket.aclose()
                await anext(stream)
        with pytest.raises(ors.StreamClosed, match="not open"):
            await ask(socket)


# What the caller gets wrong


@pytest.mark.parametrize("field", ["stream", "stream_options", "background"])
def test_fields_of_http_are_refused(field):
    socket = ors.ResponsesWebSocket("ws://127.0.0.1:1")
    with pytest.raises(ValueError, match=f"not to be sent over a WebSocket.*: {field}$"):
        socket.create({**REQUEST, field: None})
    with pytest.raises(ValueError, match=field):
        socket.create(CreateResponse.model_validate({**REQUEST, field: None}))


def test_requests_that_are_none_are_refused():
    socket = ors.ResponsesWebSocket("ws://127.0.0.1:1")
    with pytest.raises(TypeError, match="not bytes"):
        socket.create(b"{}")
    with pytest.raises(ValueError, match=r"response\.create"):
        socket.create({"type": "response.cancel"})
    with pytest.raises(ValueError, match="follow_up would replace it"):
        socket.create({"previous_response_id": "resp_1"}, follow_up=True)


@on_asyncio
async def test_misuse_of_the_socket_is_told():
    async with scripted(sends(*answer("resp_1", "one"))) as (url, talk):
        socket = ors.ResponsesWebSocket(url)
        with pytest.raises(ors.StreamClosed, match="not open"):
            await ask(socket)
        async with socket:
            with pytest.raises(ValueError, match="open already"):
                await socket.__aenter__()
            with pytest.raises(ValueError, match="nothing to follow up"):
                await ask(socket, follow_up=True)
            turn = socket.create(REQUEST)
            async with turn as stream:
                await stream.until_done()
            with pytest.raises(ValueError, match="entered once"):
                await turn.__aenter__()
        await socket.aclose()
    assert len(talk.requests) == 1


def test_the_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "or_stream.transports.websocket_open", None)
    with pytest.raises(ImportError, match=r"pip install 'or-stream\[websockets\]'"):
        ors.ResponsesWebSocket("ws://127.0.0.1:1")


def test_trio_is_refused_by_name():
    async def open_it():
        await ors.ResponsesWebSocket("ws://127.0.0.1:1").__aenter__()

    with pytest.raises(RuntimeError, match="asyncio only"):
        trio.run(open_it)


# The handshake


@on_asyncio
async def test_a_refused_handshake_tells_the_servers_error():
    def refuse(connection, request):
        body = '{"error":{"type":"invalid_request","code":"bad_key","message":"no such key"}}'
        reply = connection.respond(HTTPStatus.UNAUTHORIZED, body)
        del reply.headers["Content-Type"]
        reply.headers["Content-Type"] = "application/json"
        return reply

    async with scripted(sends(), process_request=refuse) as (url, _):
        with pytest.raises(ors.ServerStreamError, match=r"HTTP 401.*no such key") as caught:
            await ors.ResponsesWebSocket(url).__aenter__()
    assert caught.value.status == 401
    assert caught.value.error.code == "bad_key"


@pytest.mark.parametrize("status", [HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.FOUND])
@on_asyncio
async def test_a_refused_handshake_without_an_error_is_a_transport_error(status):
    def refuse(connection, request):
        reply = connection.respond(status, "not here")
        reply.headers["Location"] = "ws://127.0.0.1:1/"
        return reply

    async with scripted(sends(), process_request=refuse) as (url, _):
        with pytest.raises(ors.TransportError, match=str(status.value)) as caught:
            await ors.ResponsesWebSocket(url).__aenter__()
    assert caught.value.status == status
    assert caught.value.body == b"not here"


@on_asyncio
async def test_nobody_there_is_a_transport_error():
    async with scripted(sends()) as (url, _):
        pass
    with pytest.raises(ors.TransportError, match="no WebSocket at"):
        await ors.ResponsesWebSocket(url, open_timeout=5).__aenter__()


@on_asyncio
async def test_a_server_that_does_not_answer_the_handshake_is_a_stall():
    release = asyncio.Event()

    async def silent(reader, writer):
        await release.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with pytest.raises(ors.StreamStalled):
        await ors.ResponsesWebSocket(url, open_timeout=0.2).__aenter__()
    release.set()
    server.close()
    await server.wait_closed()


@on_asyncio
async def test_http_urls_are_taken_for_websocket_ones_and_others_refused():
    async with (
        scripted(sends(*answer("resp_1", "one"))) as (url, _),
        ors.ResponsesWebSocket(url.replace("ws://", "http://")) as socket,
    ):
        assert (await ask(socket)).output_text == "one"
    with pytest.raises(ValueError, match="ws://"):
        await ors.ResponsesWebSocket("ftp://127.0.0.1/").__aenter__()
