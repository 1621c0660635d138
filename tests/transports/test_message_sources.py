"""Raw connections of `websockets`, and byte streams of anyio, as sources, over real sockets."""

import json
import threading

import anyio
import pytest
import websockets.asyncio.client
import websockets.asyncio.server
import websockets.sync.client
import websockets.sync.server
from transport_wire import DEMO

import or_stream as ors

MESSAGES = [json.dumps(event.data) for event in ors.Decoder().feed(DEMO)]


@pytest.fixture
def socket_url():
    def answer(connection):
        connection.recv()
        for message in MESSAGES:
            connection.send(message)

    with websockets.sync.server.serve(answer, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join()


def test_a_connection_of_a_thread(socket_url):
    with websockets.sync.client.connect(socket_url) as connection:
        connection.send("{}")
        with ors.EventStream(connection) as stream:
            assert len(list(stream)) == len(MESSAGES)
            assert stream.outcome is ors.Outcome.COMPLETED


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_connection_of_a_task(socket_url, anyio_backend):
    async with websockets.asyncio.client.connect(socket_url) as connection:
        await connection.send("{}")
        async with ors.AsyncEventStream(connection) as stream:
            assert len([event async for event in stream]) == len(MESSAGES)
            assert stream.outcome is ors.Outcome.COMPLETED


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_close_in_disorder_is_a_transport_error(anyio_backend):
    async def answer(connection):
        await connection.send(MESSAGES[0])
        await connection.close(1011, "no")

    async with websockets.asyncio.server.serve(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with websockets.asyncio.client.connect(f"ws://127.0.0.1:{port}") as connection:
            with pytest.raises(ors.TransportError, match="1011") as caught:
                await ors.AsyncEventStream(connection).until_done()
    assert caught.value.events_seen == 1


def test_a_connection_of_the_other_side_is_refused(socket_url):
    with websockets.sync.client.connect(socket_url) as connection, pytest.raises(TypeError, match="with EventStream"):
        ors.AsyncEventStream(connection)


@pytest.mark.anyio
async def test_a_byte_stream_of_anyio():
    """On asyncio and trio, where no HTTP client needs to be."""
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as group:

        async def answer(peer):
            async with peer:
                await peer.send(DEMO)

        group.start_soon(listener.serve, answer)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        async with ors.AsyncEventStream(await anyio.connect_tcp("127.0.0.1", port)) as stream:
            assert len([event async for event in stream]) == len(MESSAGES)
        group.cancel_scope.cancel()
