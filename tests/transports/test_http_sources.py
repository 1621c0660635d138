"""Responses of the HTTP clients as sources, over real sockets."""

import gzip
import threading
from pathlib import Path

import aiohttp
import anyio
import httpx
import httpx2
import pytest
from scripted_server import eventually
from transport_wire import DEMO, EVENTS, TERMINAL

import or_stream as ors

pytestmark = pytest.mark.anyio
ASYNC_CLIENTS = [httpx2.AsyncClient, httpx.AsyncClient]
SYNC_CLIENTS = [httpx2.Client, httpx.Client]


def open_descriptors():
    return list(Path("/proc/self/fd").iterdir())


def demo(exchange):
    exchange.chunked(*EVENTS)
    exchange.end()


def get(client, url):
    return client.send(client.build_request("GET", url), stream=True)


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


def stall(exchange):
    exchange.chunked(*EVENTS[:60])
    exchange.wait_until_gone()


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


# Closing


@pytest.mark.parametrize("client_class", ASYNC_CLIENTS)
async def test_break_closes_the_connection(server, client_class):
    url = server.script(stall)
    async with client_class() as client:
        async with ors.AsyncEventStream(await get(client, url)) as stream:
            async for event in stream:
                if event.index == 40:
                    break
        await anyio.to_thread.run_sync(server.gone.wait, 5)
        assert server.gone.is_set()


@pytest.mark.parametrize("client_class", SYNC_CLIENTS)
def test_break_closes_the_connection_of_a_thread(server, client_class):
    url = server.script(stall)
    with client_class() as client:
        with ors.EventStream(get(client, url)) as stream:
            for event in stream:
                if event.index == 40:
                    break
        assert server.gone.wait(5)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_break_closes_the_connection_of_aiohttp(server, anyio_backend):
    async with aiohttp.ClientSession() as session:
        async with ors.AsyncEventStream(await session.get(server.script(stall))) as stream:
            await anext(stream)
        await anyio.to_thread.run_sync(server.gone.wait, 5)
        assert server.gone.is_set()


@pytest.mark.parametrize("client_class", ASYNC_CLIENTS)
async def test_cancel_closes_the_connection(server, client_class):
    url = server.script(stall)
    async with client_class() as client:
        stream = ors.AsyncEventStream(await get(client, url))
        with anyio.move_on_after(0.2) as scope:
            await stream.until_done()
        assert scope.cancelled_caught
        await anyio.to_thread.run_sync(server.gone.wait, 5)
        assert server.gone.is_set()
        assert stream.stats.events == 60
        with pytest.raises(ors.StreamClosed):
            await anext(stream)


@pytest.mark.parametrize("client_class", SYNC_CLIENTS)
def test_close_from_another_thread_wakes_the_reader(server, client_class):
    url = server.script(stall)
    caught = []

    def read():
        try:
            stream.until_done()
        except ors.StreamClosed as error:
            caught.append(error)

    with client_class(timeout=30) as client:
        stream = ors.EventStream(get(client, url))
        reader = threading.Thread(target=read)
        reader.start()
        eventually(lambda: stream.stats.events == 60)
        stream.close()
        reader.join(5)
        assert not reader.is_alive()
        assert server.gone.wait(5)
    assert [error.events_seen for error in caught] == [60]


# Reuse (F16)


@pytest.mark.parametrize("client_class", ASYNC_CLIENTS)
@pytest.mark.parametrize("how", ["iterate", "final", "break"])
async def test_connection_is_used_again(server, client_class, how):
    url = server.script(demo)
    async with client_class() as client:
        for _ in range(3):
            async with ors.AsyncEventStream(await get(client, url)) as stream:
                if how == "final":
                    await stream.get_final_response()
                else:
                    async for event in stream:
                        if how == "break" and isinstance(event, ors.Completed):
                            break
    assert (server.connections, len(server.requests)) == (1, 3)


@pytest.mark.parametrize("client_class", SYNC_CLIENTS)
@pytest.mark.parametrize("how", ["iterate", "final", "break"])
def test_connection_is_used_again_in_a_thread(server, client_class, how):
    url = server.script(demo)
    with client_class() as client:
        for _ in range(3):
            with ors.EventStream(get(client, url)) as stream:
                if how == "final":
                    stream.get_final_response()
                else:
                    for event in stream:
                        if how == "break" and isinstance(event, ors.Completed):
                            break
    assert (server.connections, len(server.requests)) == (1, 3)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_connection_of_aiohttp_is_used_again(server, anyio_backend):
    url = server.script(demo)
    async with aiohttp.ClientSession() as session:
        for _ in range(3):
            async with ors.AsyncEventStream(await session.get(url)) as stream:
                await stream.until_done()
    assert (server.connections, len(server.requests)) == (1, 3)


def hold_open(exchange):
    exchange.chunked(*EVENTS)
    exchange.wait_until_gone()


def flood(exchange):
    exchange.chunked(*EVENTS)
    for _ in range(1000):
        exchange.piece(b": " + b"x" * 20_000 + b"\n\n")


@pytest.mark.parametrize("script", [hold_open, flood])
@pytest.mark.parametrize("client_class", ASYNC_CLIENTS)
async def test_server_that_goes_on_after_the_end_holds_nobody_up(server, client_class, script):
    url = server.script(script)
    async with client_class() as client:
        with anyio.fail_after(5):
            async with ors.AsyncEventStream(await get(client, url)) as stream:
                assert (await stream.get_final_response()).status == "completed"


@pytest.mark.parametrize("script", [hold_open, flood])
@pytest.mark.parametrize("client_class", SYNC_CLIENTS)
def test_server_that_goes_on_after_the_end_holds_no_thread_up(server, client_class, script):
    url = server.script(script)
    with client_class(timeout=30) as client:
        with ors.EventStream(get(client, url)) as stream:
            assert stream.get_final_response().status == "completed"
        # The connection that was given up is not offered to the next request.
        server.script(demo)
        with ors.EventStream(get(client, url)) as stream:
            assert stream.get_final_response().status == "completed"
    assert server.connections == 2


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors in /proc")
async def test_many_streams_leave_nothing_behind(server):
    url = server.script(demo)
    before = len(open_descriptors())
    async with httpx2.AsyncClient() as client:
        for number in range(50):
            async with ors.AsyncEventStream(await get(client, url)) as stream:
                for _ in range(number):
                    await anext(stream)
        # Each stream was left in the middle, and the server's own half of its connection is in this process too.
        eventually(lambda: len(open_descriptors()) <= before + 1)
    assert len(server.requests) == 50
