"""Responses of the HTTP clients as sources, over real sockets."""

import gzip
import threading

import aiohttp
import httpx
import httpx2
import pytest
from http_clients import ASYNC_CLIENTS, SYNC_CLIENTS, demo, get, stall
from transport_wire import DEMO, EVENTS, TERMINAL

import or_stream as ors

pytestmark = pytest.mark.anyio


# Reading


@pytest.mark.parametrize("client_class", ASYNC_CLIENTS)
async def test_async_response(server, client_class):
    url = server.script(demo)
    async with client_class() as client, client.stream("GET", url) as response:
        async with ors.AsyncEventStream(response) as stream:
            assert [event.index async for event in stream] == list(range(226))
            assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream")
            assert stream.http_response is response
            assert stream.stats.bytes <= len(DEMO)
        assert response.is_closed


@pytest.mark.parametrize("client_class", SYNC_CLIENTS)
def test_sync_response(server, client_class):
    url = server.script(demo)
    with client_class() as client, client.stream("GET", url) as response:
        with ors.EventStream(response) as stream:
            assert [event.index for event in stream] == list(range(226))
            assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream")
        assert response.is_closed


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_aiohttp_response(server, anyio_backend):
    url = server.script(demo)
    async with aiohttp.ClientSession() as session, ors.AsyncEventStream(await session.get(url)) as stream:
        assert [event.index async for event in stream] == list(range(226))
        assert (stream.status, stream.headers["Content-Type"]) == (200, "text/event-stream")


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_aiohttp_reader_is_not_read_by_lines(server, anyio_backend):
    big = TERMINAL.replace(b"Good question", b"x" * 1_000_000)
    url = server.script(lambda exchange: exchange.whole(big))
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert len(await ors.AsyncEventStream(response.content).get_final_text()) > 1_000_000


@pytest.mark.parametrize("client_class", ASYNC_CLIENTS)
async def test_event_is_out_as_soon_as_it_is_in(server, client_class):
    next_one = threading.Event()

    def script(exchange):
        exchange.chunked(EVENTS[0])
        assert next_one.wait(10)
        exchange.piece(b"".join(EVENTS[1:]))
        exchange.end()

    url = server.script(script)
    async with (
        client_class() as client,
        client.stream("GET", url) as response,
        ors.AsyncEventStream(response) as stream,
    ):
        assert isinstance(await anext(stream), ors.Created)
        next_one.set()
        assert isinstance(await anext(stream), ors.InProgress)


@pytest.mark.parametrize("client_class", ASYNC_CLIENTS)
async def test_compressed_body_is_decoded(server, client_class):
    url = server.script(lambda exchange: exchange.whole(gzip.compress(DEMO), **{"content-encoding": "gzip"}))
    async with (
        client_class() as client,
        client.stream("GET", url) as response,
        ors.AsyncEventStream(response) as stream,
    ):
        assert (await stream.get_final_response()).status == "completed"
    with httpx2.Client() as client, client.stream("GET", url) as response, ors.EventStream(response) as stream:
        assert stream.get_final_response().status == "completed"


@pytest.mark.parametrize("client_class", SYNC_CLIENTS)
async def test_response_that_was_read_before(server, client_class):
    with client_class() as client:
        response = client.get(server.script(demo))
    with ors.EventStream(response) as stream:
        assert stream.get_final_response().status == "completed"
    async with ors.AsyncEventStream(response) as stream:
        assert (await stream.get_final_response()).status == "completed"


async def test_wrong_kind_of_client(server):
    url = server.script(demo)
    with (
        httpx2.Client() as client,
        client.stream("GET", url) as response,
        pytest.raises(TypeError, match="EventStream"),
    ):
        ors.AsyncEventStream(response)
    async with httpx2.AsyncClient() as client, client.stream("GET", url) as response:
        with pytest.raises(TypeError, match="AsyncEventStream"):
            ors.EventStream(response)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_aiohttp_response_in_a_thread(server, anyio_backend):
    async with aiohttp.ClientSession() as session, session.get(server.script(demo)) as response:
        with pytest.raises(TypeError, match="AsyncEventStream"):
            ors.EventStream(response)


# Faults


def cut(exchange):
    exchange.chunked(*EVENTS[:60])
    exchange.close()


def reset(exchange):
    exchange.chunked(*EVENTS[:60])
    exchange.handler.wfile.write(b"40\r\ndata: {")
    exchange.gone.wait(10)
    exchange.reset()


def quiet_end(exchange):
    exchange.chunked(*EVENTS[:60])
    exchange.end()


@pytest.mark.parametrize(("script", "expected"), [(cut, ors.TransportError), (quiet_end, ors.StreamTruncated)])
@pytest.mark.parametrize("client_class", ASYNC_CLIENTS)
async def test_cut_body(server, client_class, script, expected):
    url = server.script(script)
    seen = []
    async with client_class() as client, client.stream("GET", url) as response:
        stream = ors.AsyncEventStream(response)
        with pytest.raises(expected) as caught:
            await read_into(seen, stream)
    check_cut(seen, caught.value)


@pytest.mark.parametrize(("script", "expected"), [(cut, ors.TransportError), (quiet_end, ors.StreamTruncated)])
@pytest.mark.parametrize("client_class", SYNC_CLIENTS)
def test_cut_body_in_a_thread(server, client_class, script, expected):
    url = server.script(script)
    seen = []
    with client_class() as client:
        stream = ors.EventStream(get(client, url))
        with pytest.raises(expected) as caught:
            seen.extend(stream)
    check_cut(seen, caught.value)


@pytest.mark.parametrize(("script", "expected"), [(cut, ors.TransportError), (quiet_end, ors.StreamTruncated)])
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_cut_body_with_aiohttp(server, anyio_backend, script, expected):
    url = server.script(script)
    seen = []
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        stream = ors.AsyncEventStream(response)
        with pytest.raises(expected) as caught:
            await read_into(seen, stream)
    check_cut(seen, caught.value)


async def read_into(seen, stream):
    async for event in stream:
        seen.append(event)


def check_cut(seen, error):
    assert [event.index for event in seen] == list(range(60))
    assert error.events_seen == 60
    assert error.last_sequence_number == 59
    assert error.partial.output[0].summary[0].text.startswith("**Choosing")
    if isinstance(error, ors.TransportError):
        assert error.status == 200
        assert error.__cause__ is not None


@pytest.mark.parametrize("client_class", ASYNC_CLIENTS)
async def test_reset_in_the_middle_of_an_event(server, client_class):
    url = server.script(reset)
    async with client_class() as client, client.stream("GET", url) as response:
        stream = ors.AsyncEventStream(response)
        for _ in range(60):
            await anext(stream)
        server.gone.set()
        with pytest.raises(ors.TransportError) as caught:
            await anext(stream)
    assert caught.value.events_seen == 60
    assert caught.value.__cause__ is not None


async def test_timeouts_of_the_transport_are_stalls(server):
    url = server.script(stall)
    for module in (httpx2, httpx):
        timeout = module.Timeout(5, read=0.1)
        async with module.AsyncClient(timeout=timeout) as client, client.stream("GET", url) as response:
            with pytest.raises(ors.StreamStalled) as caught:
                await ors.AsyncEventStream(response).until_done()
        assert caught.value.events_seen == 60
        with module.Client(timeout=timeout) as client:
            stream = ors.EventStream(get(client, url))
            with pytest.raises(ors.StreamStalled):
                stream.until_done()


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_timeouts_of_aiohttp_are_stalls(server, anyio_backend):
    timeout = aiohttp.ClientTimeout(sock_read=0.1)
    async with aiohttp.ClientSession(timeout=timeout) as session, session.get(server.script(stall)) as response:
        with pytest.raises(ors.StreamStalled) as caught:
            await ors.AsyncEventStream(response).until_done()
    assert caught.value.events_seen == 60
