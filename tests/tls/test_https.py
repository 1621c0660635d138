"""`connect()` over TLS to a real local server."""

import ssl
from importlib.resources import files

import anyio
import httpx
import httpx2
import pytest

import or_stream as ors
from or_stream.bench.load import Bounds, FixedConcurrency, Job, LoadRequest, run_load

from ..transports.scripted_server import ScriptedServer

pytestmark = pytest.mark.anyio
DEMO = files("or_stream.cli").joinpath("demo.sse").read_bytes()
REQUEST = {"model": "m", "input": "hi"}


@pytest.fixture
def server(server_context):
    with ScriptedServer() as server:
        inner = server._server
        inner.socket = server_context.wrap_socket(inner.socket, server_side=True)
        yield server


def secure(url):
    return url.replace("http://127.0.0.1", "https://localhost")


def in_pieces(exchange):
    exchange.chunked(*(DEMO[start : start + 1000] for start in range(0, len(DEMO), 1000)))
    exchange.end()


@pytest.mark.parametrize("module", [httpx2, httpx])
async def test_a_stream_over_https(server, client_context, module):
    url = secure(server.script(in_pieces))
    async with (
        module.AsyncClient(verify=client_context) as client,
        ors.connect(url, REQUEST, client=client) as stream,
    ):
        events = [event async for event in stream]
        assert (await stream.get_final_response()).status == "completed"
    with (
        module.Client(verify=client_context) as client,
        ors.connect_sync(url, REQUEST, client=client) as stream,
    ):
        assert [event.raw for event in stream] == [event.raw for event in events]
    assert len(server.requests) == 2


async def test_our_own_client_refuses_a_certificate_of_nobodys(server):
    url = secure(server.script(in_pieces))
    with pytest.raises(ors.TransportError) as caught:
        async with ors.connect(url, REQUEST):
            pytest.fail("entered")
    assert isinstance(root_cause(caught.value), ssl.SSLCertVerificationError)
    with pytest.raises(ors.TransportError, match=r"(?i)certificate"), ors.connect_sync(url, REQUEST):
        pytest.fail("entered")
    assert server.requests == []


async def test_leaving_in_the_middle_closes_the_connection(server, client_context):
    def script(exchange):
        exchange.chunked(DEMO[:2000])
        exchange.wait_until_gone()

    async with httpx2.AsyncClient(verify=client_context) as client:
        async with ors.connect(secure(server.script(script)), REQUEST, client=client) as stream:
            await anext(stream)
        await anyio.to_thread.run_sync(server.gone.wait, 5)
    assert server.gone.is_set()


async def test_a_cut_without_goodbye_is_no_end(server, client_context):
    def script(exchange):
        exchange.head()  # no length: the body ends with the connection
        exchange.handler.wfile.write(DEMO[:2000])
        exchange.close()

    url = secure(server.script(script))
    async with (
        httpx2.AsyncClient(verify=client_context) as client,
        ors.connect(url, REQUEST, client=client) as stream,
    ):
        with pytest.raises((ors.StreamTruncated, ors.TransportError)) as caught:
            await stream.get_final_response()
    assert caught.value.partial.status == "in_progress"


def root_cause(error):
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__
    return error


def test_a_load_says_that_the_certificate_is_the_trouble(server):
    request = LoadRequest.make(secure(server.script(lambda exchange: exchange.whole(b""))), {"model": "m"})
    result = run_load(Job((request,), FixedConcurrency(1), Bounds(requests=1)))
    [record] = result.records
    assert record.error_kind == "tls"
    assert "certificate" in record.error
