"""When a connection is closed, and when it is used again (F16), over real sockets."""

import threading
from pathlib import Path

import aiohttp
import anyio
import httpx2
import pytest
from http_clients import ASYNC_CLIENTS, SYNC_CLIENTS, demo, get, stall
from scripted_server import eventually
from transport_wire import EVENTS

import or_stream as ors

pytestmark = pytest.mark.anyio


def open_descriptors():
    return list(Path("/proc/self/fd").iterdir())


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
        with pytest.raises(ors.StreamClosed, match=r"closed before its end: a read was given up \(Cancelled"):
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
