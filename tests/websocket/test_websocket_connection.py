"""The connection under the turns: made, lost, left, and one turn on it at a time."""

import asyncio
from http import HTTPStatus

import pytest

import or_stream as ors

from .scripted_socket import answer, completed, created, delta, scripted
from .turns import REQUEST, ask, on_asyncio, sends

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
        with pytest.raises(ors.IdleTimeout, match=r"no byte came for 0\.1 s \(idle_timeout\)") as caught:
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
