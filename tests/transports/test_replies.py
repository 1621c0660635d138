"""What an HTTP server sends instead of an event stream, told at once (F20, S14)."""

import gzip
import json

import aiohttp
import anyio
import httpx2
import pytest
from transport_wire import DEMO, EVENTS

import or_stream as ors

pytestmark = pytest.mark.anyio
JSON = {"content-type": "application/json; charset=utf-8"}
HTML = {"content-type": "text/html"}
PLAIN = {"content-type": "text/plain"}
CHUNKED = {"transfer-encoding": "chunked"}


async def stream_async(url, **options):
    async with ors.connect(url, **options) as stream:
        return await stream.get_final_response()


def stream_sync(url, **options):
    with ors.connect_sync(url, **options) as stream:
        return stream.get_final_response()


async def everywhere(server, body, status=200, headers=JSON, **options):
    """The outcomes of all three sources, which must be the same."""
    url = server.script(lambda exchange: exchange.whole(body, status, headers))
    results = []
    for read in (
        lambda: stream_async(url, **options),
        lambda: anyio.to_thread.run_sync(lambda: stream_sync(url, **options)),
    ):
        try:
            results.append(await read())
        except ors.OrStreamError as error:
            results.append(error)
    first, second = results
    assert type(first) is type(second)
    assert str(first) == str(second)
    return first


# Errors


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"type": "too_many_requests", "code": "slow_down", "message": "slow down", "param": None}},
        {"error": {"code": "slow_down", "message": "slow down"}},
        {"object": "error", "type": "too_many_requests", "code": "slow_down", "message": "slow down", "param": None},
        {"type": "error", "error": {"code": "slow_down", "message": "slow down"}},
        {"code": "slow_down", "message": "slow down"},
    ],
    ids=["open responses", "short", "flat with object", "envelope", "flat"],
)
async def test_error_status_with_a_json_error(server, body):
    error = await everywhere(server, json.dumps(body).encode(), 429)
    assert isinstance(error, ors.ServerStreamError)
    assert (error.status, error.error.code, error.error.message) == (429, "slow_down", "slow down")
    assert "HTTP 429" in str(error)
    assert (error.events_seen, error.partial) == (0, None)


async def test_error_status_with_an_error_as_text(server):
    error = await everywhere(server, b'{"error": "model not loaded"}', 500)
    assert isinstance(error, ors.ServerStreamError)
    assert error.error.message == "model not loaded"


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (502, HTML, b"<html>" + b"x" * 5000),
        (500, JSON, b"null"),
        (503, {}, b""),
        (200, HTML, b"<!doctype html><p>log in</p>"),
        (200, {"content-type": "image/png"}, b"\x89PNG"),
        (200, PLAIN, b"upstream connect error"),
        (200, JSON, b'{"detail": "nope"}'),
        (200, JSON, b'{"id": "chatcmpl-1", "object": "chat.completion"}'),
        (200, JSON, b"[1]"),
        (307, {"location": "/elsewhere", "content-type": "text/html"}, b"moved"),
    ],
)
async def test_what_is_neither_stream_nor_error(server, status, headers, body):
    error = await everywhere(server, body, status, headers)
    assert type(error) is ors.TransportError
    assert (error.status, error.body) == (status, body[:2048])
    assert len(str(error)) < 400
    if "location" in headers:
        assert "/elsewhere" in str(error)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_aiohttp_tells_the_same(server, anyio_backend):
    url = server.script(lambda exchange: exchange.whole(b"<html>", 502, HTML))
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        with pytest.raises(ors.TransportError) as caught:
            async with ors.AsyncEventStream(response):
                pytest.fail("entered")
        assert (caught.value.status, caught.value.body) == (502, b"<html>")


async def test_it_is_told_when_the_block_is_entered_and_before_the_body_ends(server):
    def script(exchange):
        exchange.head(502, HTML, **{"content-length": "1000000"})
        exchange.handler.wfile.write(b"x" * 4096)
        exchange.wait_until_gone()

    url = server.script(script)
    async with httpx2.AsyncClient() as client:
        response = await client.send(client.build_request("GET", url), stream=True)
        with anyio.fail_after(5), pytest.raises(ors.TransportError):
            async with ors.AsyncEventStream(response):
                pytest.fail("entered")
        assert response.is_closed
    await anyio.to_thread.run_sync(server.gone.wait, 5)
    assert server.gone.is_set()


async def test_without_a_block_it_is_told_at_the_first_event(server):
    url = server.script(lambda exchange: exchange.whole(b"<html>", 502, HTML))
    async with httpx2.AsyncClient() as client, client.stream("GET", url) as response:
        stream = ors.AsyncEventStream(response)
        for _ in range(2):
            with pytest.raises(ors.TransportError):
                await anext(stream)


async def test_error_status_that_is_cut_off_is_told_by_its_cause(server):
    def script(exchange):
        exchange.head(500, JSON, **{"content-length": "100"})
        exchange.handler.wfile.write(b'{"error":')
        exchange.close()

    with pytest.raises(ors.TransportError) as caught:
        await stream_async(server.script(script))
    assert caught.value.status == 500


# Whole responses


async def test_a_whole_response_as_json_is_a_stream_of_one(server):
    final = json.loads(EVENTS[-2].partition(b"data: ")[2])["response"]
    for text in (json.dumps(final), json.dumps(final, indent=2)):
        response = await everywhere(server, text.encode())
        assert isinstance(response, ors.models.Response)
        assert (response.id, response.status) == ("resp_demo_5b1e09", "completed")


async def test_a_whole_response_gives_its_text_once(server):
    final = json.loads(EVENTS[-2].partition(b"data: ")[2])["response"]
    url = server.script(lambda exchange: exchange.whole(json.dumps(final).encode(), headers=JSON))
    async with (
        httpx2.AsyncClient() as client,
        client.stream("GET", url) as response,
        ors.AsyncEventStream(response) as s,
    ):
        (text,) = [piece async for piece in s.text_deltas()]
        assert text.startswith("Good question")
        assert [found.rule for found in s.diagnostics if found.rule == "S14"] == ["S14"]


# Streams that are not declared as such


@pytest.mark.parametrize("headers", [PLAIN, {}, {"content-type": "application/octet-stream"}])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b": hi\n\n", b"\r\n\n", b"retry: 10\n"])
async def test_an_event_stream_by_its_looks(server, headers, start):
    response = await everywhere(server, start + DEMO, headers=headers)
    assert response.status == "completed"


async def test_looks_may_come_in_small_pieces(server):
    def script(exchange):
        exchange.head(200, PLAIN, **{"transfer-encoding": "chunked"})
        for at in range(40):
            exchange.piece(DEMO[at : at + 1])
        exchange.piece(DEMO[40:])
        exchange.end()

    assert (await stream_async(server.script(script))).status == "completed"


async def test_strict_believes_only_the_header(server):
    assert (await everywhere(server, DEMO, strict=True, headers={"content-type": "Text/Event-Stream;charset=utf-8"})).id
    error = await everywhere(server, DEMO, strict=True, headers=PLAIN)
    assert type(error) is ors.TransportError


async def test_an_empty_body_is_truncated(server):
    for headers in ({"content-type": "text/event-stream"}, PLAIN):
        assert type(await everywhere(server, b"", headers=headers)) is ors.StreamTruncated


@pytest.mark.parametrize(
    ("detail", "message"),
    [("not for you", "not for you"), ([{"loc": ["body", "input"], "msg": "missing"}], '"msg"')],
    ids=["text", "list"],
)
async def test_fastapi_tells_its_errors_in_detail(server, detail, message):
    error = await everywhere(server, json.dumps({"detail": detail}).encode(), 422)
    assert type(error) is ors.ServerStreamError
    assert error.status == 422
    assert message in error.error.message


async def test_an_error_has_the_headers_of_the_reply(server):
    body = b'{"error": {"code": "slow_down", "message": "slow down"}}'
    for headers, wait in (
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "7", "retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({}, None),
    ):
        error = await everywhere(server, body, 429, JSON | headers)
        assert error.headers["content-type"] == JSON["content-type"]
        assert error.retry_after == wait


async def test_an_empty_body_is_told_with_its_status(server):
    error = await everywhere(server, b"", 200, {"content-type": "text/event-stream"})
    assert type(error) is ors.StreamTruncated
    assert error.status == 200
    assert "empty" in str(error)


def test_chunks_without_their_line_ends():
    with pytest.raises(ors.StreamTruncated, match="line ends"), ors.EventStream(DEMO.splitlines()) as stream:
        stream.until_done()


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_who_forgets_to_await_is_told_so(server):
    url = server.script(lambda exchange: exchange.whole(DEMO, 200, {"content-type": "text/event-stream"}))
    async with aiohttp.ClientSession() as session:
        unawaited = session.get(url)
        with pytest.raises(TypeError, match="await"):
            ors.AsyncEventStream(unawaited)
        async with unawaited as response, ors.AsyncEventStream(response) as stream:
            assert await stream.get_final_text()


BROTLI = b"\x1b\xff\x0f\x00\x24\xa4\x61\x62\xb2\x25\x13\x01\x1c\x1f\x2d"
ZSTD = b"\x28\xb5\x2f\xfd\x04\x58\x31\x01\x00"


@pytest.mark.parametrize(("coding", "body"), [("br", BROTLI), ("zstd", ZSTD)])
@pytest.mark.parametrize("content_type", ["text/event-stream", "application/json"])
async def test_a_body_that_the_client_cannot_unpack_is_told_so(server, coding, body, content_type):
    """httpx2 unpacks these where the libraries for it are installed, and else gives them as they came."""
    headers = {"content-type": content_type, "content-encoding": coding}
    error = await everywhere(server, body * 20, headers=headers)
    assert type(error) is ors.TransportError
    unpacked = "DecodingError" in str(error)
    assert unpacked or f"packed as {coding} and not unpacked by the client" in str(error)


async def test_a_packed_body_is_told_with_its_first_bytes(server):
    def script(exchange):
        exchange.head(200, {"content-type": "text/event-stream", "content-encoding": "exotic"}, **CHUNKED)
        exchange.piece(BROTLI)
        exchange.wait_until_gone()

    with anyio.fail_after(5), pytest.raises(ors.TransportError, match="packed as exotic and not unpacked"):
        await stream_async(server.script(script))


@pytest.mark.parametrize("start", [b"", b": h\xc3\xa9\n\n", b"x: y\n\n", b"\xef\xbb\xbf"])
async def test_a_body_that_the_client_unpacks_may_begin_as_any_other(server, start):
    body = gzip.compress(start + DEMO)
    headers = {"content-type": "text/event-stream", "content-encoding": "gzip"}
    assert (await everywhere(server, body, headers=headers)).status == "completed"
