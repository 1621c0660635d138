"""Responses of requests and urllib3 as sources, and both as clients of `connect_sync`, over real sockets."""

import gzip
import json
import threading
import time

import pytest
import requests
import urllib3
from scripted_server import eventually
from transport_wire import DEMO, EVENTS

import or_stream as ors


def by_requests(url):
    with requests.Session() as session:
        return session.get(url, stream=True)


def by_urllib3(url):
    return urllib3.PoolManager().request("GET", url, preload_content=False, retries=False)


each_client = pytest.mark.parametrize("get", [by_requests, by_urllib3])


def demo(exchange):
    exchange.chunked(*EVENTS)
    exchange.end()


@each_client
@pytest.mark.parametrize("script", [demo, lambda exchange: exchange.whole(DEMO)], ids=["chunked", "length"])
def test_every_event(server, get, script):
    response = get(server.script(script))
    with ors.EventStream(response) as stream:
        assert [event.index for event in stream] == list(range(226))
        assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream")
        assert stream.http_response is response
        assert stream.outcome is ors.Outcome.COMPLETED


def test_a_response_of_requests_that_was_read_before(server):
    url = server.script(demo)
    response = requests.get(url, timeout=10)
    for _ in range(2):
        with ors.EventStream(response) as stream:
            assert (len(list(stream)), stream.outcome, stream.status) == (226, "completed", 200)


@each_client
def test_compressed_body_is_decoded(server, get):
    url = server.script(lambda exchange: exchange.whole(gzip.compress(DEMO), **{"content-encoding": "gzip"}))
    with ors.EventStream(get(url)) as stream:
        assert stream.get_final_response().status == "completed"


@each_client
def test_event_is_out_as_soon_as_it_is_in(server, get):
    next_one = threading.Event()

    def script(exchange):
        exchange.chunked(EVENTS[0])
        assert next_one.wait(10)
        # The rest of the events as one chunk whose last byte is late.
        rest = b"".join(EVENTS[1:])
        exchange.handler.wfile.write(b"%x\r\n" % len(rest) + rest[:-1])
        time.sleep(0.3)
        exchange.handler.wfile.write(rest[-1:] + b"\r\n")
        exchange.end()

    with ors.EventStream(get(server.script(script))) as stream:
        assert isinstance(next(stream), ors.Created)
        next_one.set()
        asked = time.monotonic()
        assert isinstance(next(stream), ors.InProgress)
        assert time.monotonic() - asked < 0.25


def cut(exchange):
    exchange.chunked(*EVENTS[:60])
    exchange.close()


def short(exchange):
    exchange.head(**{"content-length": str(len(DEMO))})
    exchange.handler.wfile.write(b"".join(EVENTS[:60]))
    exchange.close()


def quiet_end(exchange):
    exchange.chunked(*EVENTS[:60])
    exchange.end()


@each_client
@pytest.mark.parametrize(
    ("script", "expected"),
    [(cut, ors.TransportError), (short, ors.TransportError), (quiet_end, ors.StreamTruncated)],
)
def test_cut_body(server, get, script, expected):
    seen = []
    stream = ors.EventStream(get(server.script(script)))
    with pytest.raises(expected) as caught:
        seen.extend(stream)
    assert (len(seen), caught.value.events_seen) == (60, 60)
    assert caught.value.partial.output_text


@each_client
def test_leaving_early_closes_the_connection(server, get):
    def script(exchange):
        exchange.chunked(EVENTS[0])
        exchange.wait_until_gone()

    with ors.EventStream(get(server.script(script))) as stream:
        next(stream)
    assert server.gone.wait(5)


@pytest.mark.parametrize(
    "get",
    [
        lambda url: requests.get(url, stream=True, timeout=0.2),
        lambda url: urllib3.PoolManager().request("GET", url, preload_content=False, timeout=0.2, retries=False),
    ],
    ids=["requests", "urllib3"],
)
def test_the_clients_own_timeout_is_a_stall(server, get):
    def script(exchange):
        exchange.chunked(*EVENTS[:60])
        exchange.wait_until_gone()

    with pytest.raises(ors.StreamStalled) as caught, ors.EventStream(get(server.script(script))) as stream:
        stream.until_done()
    assert caught.value.events_seen == 60


@each_client
def test_closing_from_another_thread_wakes_the_reader(server, get):
    def script(exchange):
        exchange.chunked(EVENTS[0])
        exchange.wait_until_gone()

    stream = ors.EventStream(get(server.script(script)))
    next(stream)
    closer = threading.Timer(0.2, stream.close)
    closer.start()
    with pytest.raises(ors.StreamClosed):
        next(stream)
    closer.join()


@each_client
def test_an_error_reply_is_told_at_once(server, get):
    error = {"error": {"type": "rate_limit", "code": "slow_down", "message": "later"}}
    url = server.script(lambda exchange: exchange.whole(json.dumps(error).encode(), 429))
    with pytest.raises(ors.ServerStreamError, match="later") as caught, ors.EventStream(get(url)):
        pass
    assert caught.value.status == 429


@each_client
@pytest.mark.anyio
async def test_a_task_refuses_what_blocks(server, get):
    response = get(server.script(demo))
    with pytest.raises(TypeError, match="it would block the event loop; read it with EventStream"):
        ors.AsyncEventStream(response)
    response.close()


@pytest.mark.parametrize("make_client", [requests.Session, urllib3.PoolManager])
def test_connect_sync_takes_the_client(server, make_client):
    url = server.script(demo, "/v1/responses")
    client = make_client()
    with ors.connect_sync(url, {"model": "m"}, client=client, headers={"Authorization": "Bearer x"}) as stream:
        assert stream.get_final_response().status == "completed"
        assert stream.headers["content-type"] == "text/event-stream"
    [sent] = server.requests
    assert (sent.method, json.loads(sent.body)) == ("POST", {"model": "m", "stream": True})
    assert sent.headers["accept-encoding"] == "identity"
    assert sent.headers["authorization"] == "Bearer x"
    # The connection went back to the caller's client, and serves the next request.
    with ors.connect_sync(url, {"model": "m"}, client=client) as stream:
        stream.until_done()
    assert server.connections == 1
    getattr(client, "close", getattr(client, "clear", None))()


@pytest.mark.parametrize("make_client", [requests.Session, urllib3.PoolManager])
@pytest.mark.parametrize("then", ["close", "reset"])
def test_a_request_is_never_sent_twice(server, make_client, then):
    def script(exchange):
        getattr(exchange, then)()

    client = make_client()
    with (
        pytest.raises(ors.TransportError, match="no reply from"),
        ors.connect_sync(server.script(script), {"model": "m"}, client=client),
    ):
        pass
    assert len(server.requests) == 1
    getattr(client, "close", getattr(client, "clear", None))()


@pytest.mark.parametrize("make_client", [requests.Session, urllib3.PoolManager])
def test_redirects_are_not_followed(server, make_client):
    def script(exchange):
        exchange.whole(b"", 307, {"location": server.url("/elsewhere")})

    client = make_client()
    with (
        pytest.raises(ors.TransportError, match=r"HTTP 307 to .*/elsewhere"),
        ors.connect_sync(server.script(script), {"model": "m"}, client=client),
    ):
        pass
    assert len(server.requests) == 1
    getattr(client, "close", getattr(client, "clear", None))()


@pytest.mark.parametrize("make_client", [requests.Session, urllib3.PoolManager])
def test_nobody_there_is_no_stall(make_client):
    """To urllib3 a refused connection is one of its timeouts."""
    client = make_client()
    with (
        pytest.raises(ors.TransportError, match="no reply from") as caught,
        ors.connect_sync("http://127.0.0.1:9/", {}, client=client),
    ):
        pass
    assert type(caught.value) is ors.TransportError
    getattr(client, "close", getattr(client, "clear", None))()


class Impatient(requests.adapters.HTTPAdapter):
    def send(self, *request, **settings):
        return super().send(*request, **{**settings, "timeout": 0.2})


def test_a_timeout_of_requests_is_a_stall(server):
    with requests.Session() as session:
        session.mount("http://", Impatient())
        url = server.script(lambda exchange: exchange.wait_until_gone())
        with pytest.raises(ors.StreamStalled, match="ReadTimeout"), ors.connect_sync(url, {}, client=session):
            pass


def test_clients_of_the_other_side_are_refused():
    with pytest.raises(TypeError, match=r"client must be an httpx2\.AsyncClient"):
        ors.connect("http://127.0.0.1:9/", client=requests.Session())
    with pytest.raises(TypeError, match=r"client must be an httpx2\.Client"):
        ors.connect_sync("http://127.0.0.1:9/", client=object())


def test_connection_is_given_back(server):
    pool = urllib3.PoolManager()
    for _ in range(3):
        with ors.EventStream(pool.request("GET", server.script(demo), preload_content=False)) as stream:
            stream.until_done()
    eventually(lambda: server.connections == 1)
    pool.clear()
