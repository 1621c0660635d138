import json
import ssl
import sys

import aiohttp
import anyio
import httpx
import httpx2
import pytest
from transport_wire import DEMO, EVENTS

import or_stream as ors
from or_stream.transports import connect as connect_module

pytestmark = pytest.mark.anyio


def demo(exchange):
    exchange.whole(DEMO)


async def test_request_as_it_is_sent(server):
    url = server.script(demo, "/v1/responses")
    request = ors.models.CreateResponse(model="m", input="hi", max_output_tokens=20)
    async with ors.connect(url, request, headers={"Authorization": "Bearer x"}) as stream:
        assert isinstance(stream, ors.AsyncEventStream)
        assert (await stream.get_final_response()).status == "completed"
    with ors.connect_sync(url, request, headers={"Authorization": "Bearer x"}) as stream:
        assert isinstance(stream, ors.EventStream)
        assert stream.get_final_response().status == "completed"
    for sent in server.requests:
        assert (sent.method, sent.path) == ("POST", "/v1/responses")
        assert json.loads(sent.body) == {"model": "m", "input": "hi", "max_output_tokens": 20, "stream": True}
        assert sent.headers["accept"] == "text/event-stream"
        assert sent.headers["accept-encoding"] == "identity"
        assert sent.headers["content-type"] == "application/json"
        assert sent.headers["authorization"] == "Bearer x"
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("request_", "method", "body"),
    [
        ({"model": "m", "stream": False, "x_vendor": [1]}, "POST", {"model": "m", "stream": True, "x_vendor": [1]}),
        (b'{"model":"m"}', "POST", {"model": "m"}),
        (None, "GET", None),
    ],
)
async def test_kinds_of_request(server, request_, method, body):
    url = server.script(demo)
    async with ors.connect(url, request_) as stream:
        await stream.until_done()
    (sent,) = server.requests
    assert sent.method == method
    assert (json.loads(sent.body) if sent.body else None) == body
    assert ("content-type" in sent.headers) is (method == "POST")


async def test_a_mapping_is_not_changed(server):
    request = {"model": "m"}
    async with ors.connect(server.script(demo), request) as stream:
        await stream.until_done()
    assert request == {"model": "m"}


async def test_headers_of_the_caller_win(server):
    async with ors.connect(server.script(demo), {}, headers={"Accept": "*/*", "Content-Type": "text/x"}) as stream:
        await stream.until_done()
    assert (server.requests[0].headers["accept"], server.requests[0].headers["content-type"]) == ("*/*", "text/x")


@pytest.mark.parametrize("module", [httpx2, httpx])
async def test_client_of_the_caller_stays_open(server, module):
    url = server.script(demo)
    async with module.AsyncClient() as client:
        for _ in range(2):
            async with ors.connect(url, {}, client=client) as stream:
                await stream.until_done()
        assert not client.is_closed
    with module.Client() as client:
        for _ in range(2):
            with ors.connect_sync(url, {}, client=client) as stream:
                stream.until_done()
        assert not client.is_closed
    assert (server.connections, len(server.requests)) == (2, 4)


async def test_client_of_our_own_is_closed(server, monkeypatch):
    made = []
    own_client = connect_module._own_client
    monkeypatch.setattr(connect_module, "_own_client", lambda kind: made.append(own_client(kind)) or made[-1])
    url = server.script(demo)
    refused = server.script(lambda exchange: exchange.whole(b"", 500), "/500")
    async with ors.connect(url, {}) as stream:
        await anext(stream)
    with ors.connect_sync(url, {}) as stream:
        next(stream)
    with pytest.raises(ors.TransportError):
        async with ors.connect(refused, {}):
            pytest.fail("entered")
    with pytest.raises(ors.TransportError), ors.connect_sync(refused, {}):
        pytest.fail("entered")
    assert [client.is_closed for client in made] == [True] * 4


async def test_options_reach_the_stream(server):
    url = server.script(lambda exchange: exchange.whole(b"".join(EVENTS[:50])))
    async with ors.connect(url, {}, require_terminal=False, limits=ors.Limits(max_items=1), strict=True) as stream:
        assert (await stream.get_final_response()).output
    limits = ors.Limits(max_event_bytes=100)
    with pytest.raises(ors.LimitExceeded), ors.connect_sync(url, {}, limits=limits) as stream:
        stream.until_done()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(server, status):
    elsewhere = server.script(demo, "/elsewhere")
    url = server.script(lambda exchange: exchange.whole(b"", status, {"location": elsewhere}))
    async with httpx2.AsyncClient(follow_redirects=True) as client:
        with pytest.raises(ors.TransportError, match="elsewhere"):
            async with ors.connect(url, {}, client=client):
                pytest.fail("entered")
    with httpx2.Client(follow_redirects=True) as client:
        connection = ors.connect_sync(url, {}, client=client)
        with pytest.raises(ors.TransportError, match="elsewhere"):
            connection.__enter__()
    assert [request.path for request in server.requests] == ["/", "/"]


@pytest.mark.parametrize("status", [200, 429, 500, 503])
async def test_a_request_is_sent_once_whatever_happens(server, status):
    def script(exchange):
        exchange.head(status, {"content-type": "text/event-stream", "retry-after": "0"}, **{"content-length": "9999"})
        exchange.handler.wfile.write(EVENTS[0])
        exchange.close()

    url = server.script(script)
    with pytest.raises(ors.OrStreamError):
        async with ors.connect(url, {}) as stream:
            await stream.until_done()
    with pytest.raises(ors.OrStreamError), ors.connect_sync(url, {}) as stream:
        stream.until_done()
    assert len(server.requests) == 2


async def test_a_connection_is_entered_once(server):
    url = server.script(demo)
    connection, sync_connection = ors.connect(url, {}), ors.connect_sync(url, {})
    async with connection as stream:
        await stream.until_done()
    with sync_connection as stream:
        stream.until_done()
    with pytest.raises(ValueError, match="once"):
        await connection.__aenter__()
    with pytest.raises(ValueError, match="once"):
        sync_connection.__enter__()
    assert len(server.requests) == 2


async def test_nobody_there():
    for url in ("http://127.0.0.1:1/v1/responses", "ftp://127.0.0.1/"):
        with pytest.raises(ors.TransportError, match="no reply from") as caught:
            async with ors.connect(url, {}):
                pytest.fail("entered")
        assert caught.value.__cause__ is not None
        with pytest.raises(ors.TransportError), ors.connect_sync(url, {}):
            pytest.fail("entered")


async def test_cancel_while_waiting_for_the_reply(server):
    url = server.script(lambda exchange: exchange.wait_until_gone())
    with anyio.move_on_after(0.2) as scope:
        async with ors.connect(url, {}):
            pytest.fail("entered")
    assert scope.cancelled_caught
    await anyio.to_thread.run_sync(server.gone.wait, 5)
    assert server.gone.is_set()


async def test_an_exception_in_the_block_closes_the_connection(server):
    def script(exchange):
        exchange.chunked(EVENTS[0])
        exchange.wait_until_gone()

    url = server.script(script)
    with pytest.raises(ZeroDivisionError):
        async with ors.connect(url, {}) as stream:
            _ = 1 / (await anext(stream)).index
    await anyio.to_thread.run_sync(server.gone.wait, 5)
    assert server.gone.is_set()


async def test_wrong_clients():
    async with httpx2.AsyncClient() as client:
        with pytest.raises(TypeError, match=r"httpx2\.Client"):
            ors.connect_sync("http://x", {}, client=client)
    with httpx2.Client() as client, pytest.raises(TypeError, match=r"httpx2\.AsyncClient"):
        ors.connect("http://x", {}, client=client)
    with pytest.raises(TypeError, match="not str"):
        ors.connect("http://x", {}, client="y")


async def test_clients_of_our_own_share_whom_they_trust(server, monkeypatch):
    """Reading the certificates takes longer than all else of a short stream."""
    made = []
    create = httpx2.create_ssl_context
    monkeypatch.setattr(httpx2, "create_ssl_context", lambda *how: made.append(how) or create(*how))
    connect_module._trusted.cache_clear()
    url = server.script(demo)
    for _ in range(3):
        async with ors.connect(url, {}) as stream:
            await stream.until_done()
        with ors.connect_sync(url, {}) as stream:
            stream.until_done()
    assert len(made) == 1
    monkeypatch.setenv("SSL_CERT_FILE", __file__)
    with pytest.raises(ssl.SSLError):
        ors.connect(url, {})
    assert len(made) == 2


async def test_without_httpx2_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx2", None)
    for make in (ors.connect, ors.connect_sync):
        with pytest.raises(ImportError, match=r"or-stream\[httpx2\]"):
            make("http://x", {})


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_aiohttp_session_as_client(server, anyio_backend):
    url = server.script(demo, "/v1/responses")
    async with aiohttp.ClientSession() as session:
        for _ in range(2):
            async with ors.connect(url, {"model": "m"}, client=session, headers={"X-A": "1"}) as stream:
                assert (await stream.get_final_response()).status == "completed"
                assert stream.headers["content-type"] == "text/event-stream"
    assert [json.loads(sent.body) for sent in server.requests] == [{"model": "m", "stream": True}] * 2
    assert {sent.headers["accept-encoding"] for sent in server.requests} == {"identity"}
    assert {sent.headers["x-a"] for sent in server.requests} == {"1"}
    assert server.connections == 1


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_timeouts_and_read_ahead_reach_the_stream(server, anyio_backend):
    def quiet(exchange):
        exchange.chunked(EVENTS[0])
        exchange.wait_until_gone()

    url = server.script(quiet)
    with pytest.raises(ors.IdleTimeout) as caught:
        async with ors.connect(url, {"model": "m"}, idle_timeout=0.2, read_ahead=ors.ReadAhead()) as stream:
            async for _ in stream:
                pass
    assert (caught.value.events_seen, caught.value.retry_safe) == (1, True)
    assert server.gone.wait(5)


@pytest.mark.parametrize("request_", ["hi", 5, ["hi"], bytearray(b"{}")])
async def test_what_is_no_request(server, request_):
    for connect in (ors.connect, ors.connect_sync):
        with pytest.raises(TypeError, match="a request is a CreateResponse, a mapping, bytes or None, not"):
            connect(server.script(demo), request_)
        with pytest.raises(TypeError, match="text_format needs a request that is a model or a mapping, not"):
            connect(server.script(demo), request_, text_format=int)
    assert server.requests == []


WRONG = [
    {"timeout": 5},
    {"idle_timeout": -1},
    {"limits": {}},
    {"output_source": "bad"},
    {"strict": "yes"},
    {"coalesce": True},
    {"read_ahead": True},
    {"resume": True},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
async def test_a_wrong_setting_is_told_before_anything_is_sent(server, wrong):
    url = server.script(demo)
    with pytest.raises((TypeError, ValueError), match=next(iter(wrong))):
        ors.connect(url, {}, **wrong)
    if not {"idle_timeout", "coalesce", "read_ahead"} & set(wrong):
        with pytest.raises((TypeError, ValueError), match=next(iter(wrong))):
            ors.connect_sync(url, {}, **wrong)
    assert server.requests == []
