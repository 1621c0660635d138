"""What a client is answered beside the stream itself: heads, refusals, ends that handlers and clocks want."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import anyio
import httpx2
import pytest
from fastapi import BackgroundTasks, FastAPI, Request
from starlette.background import BackgroundTask

import or_stream as ors
from or_stream.proxy import Abort, MemoryEventLog, Relay, SSEProxyResponse
from or_stream.proxy.gateway import Gateway
from tests.streams import wire
from tests.streams.answers import AGENT
from tests.streams.script import events
from tests.transports.scripted_server import Exchange, ScriptedServer, eventually

from .clients import Kept, RawClient, fetch, read
from .gateways import gateway, on_uvicorn, running, upstream_of

BODY = wire.body(events(AGENT))
HEAD = BODY[: BODY.index(b"event: response.output_item.done")]
WORD = next(word for word in read(BODY).output_text.split() if len(word) > 4)

by_each_framework = pytest.mark.parametrize("name", ["asgi-uvicorn", "starlette-granian", "aiohttp"])


def plays(body: bytes = BODY, **headers: str) -> Any:
    def script(exchange: Exchange) -> None:
        exchange.head(**{"transfer-encoding": "chunked", **headers})
        for piece in wire.chunks(body, 200):
            exchange.piece(piece)
        exchange.end()

    return script


async def chunks(body: bytes = BODY) -> AsyncIterator[bytes]:
    for chunk in wire.chunks(body, 200):
        yield chunk


# Heads


def test_a_response_is_one_of_starlettes(upstream: ScriptedServer) -> None:
    """What routes, frameworks and options put on it: headers, cookies, background tasks."""
    ran: list[str] = []
    url = upstream.script(plays(**{"x-of": "server", "set-cookie": "theirs=1"}))

    def make_app(client: httpx2.AsyncClient, url: str, _: Any) -> Any:
        app = FastAPI()

        @app.post("/")
        async def responses(request: Request, tasks: BackgroundTasks) -> Any:
            if await request.body() == b"tasks":
                tasks.add_task(ran.append, "of FastAPI")
                return SSEProxyResponse(upstream_of(client, url))
            own = SSEProxyResponse(
                upstream_of(client, url),
                background=BackgroundTask(ran.append, "of Starlette"),
                headers={"X-Of": "route", "Cache-Control": "no-store", "Content-Length": "7", "Content-Type": "a/b"},
            )
            own.headers["x-more"] = "1"
            own.set_cookie("ours", "2")
            return own

        return app

    with running(on_uvicorn(make_app, url, dict)) as own:
        reply = httpx2.post(own, content=b"", timeout=20)
        assert httpx2.post(own, content=b"tasks", timeout=20).content == reply.content == BODY
        eventually(lambda: ran == ["of Starlette", "of FastAPI"])
    told = [(name, value) for name, value in reply.headers.multi_items() if name not in {"date", "server"}]
    assert sorted(told) == [
        ("cache-control", "no-store"),
        ("content-type", "text/event-stream; charset=utf-8"),
        ("set-cookie", "ours=2; Path=/; SameSite=lax"),
        ("transfer-encoding", "chunked"),
        ("x-accel-buffering", "no"),
        ("x-more", "1"),
        ("x-of", "route"),
    ]


@by_each_framework
def test_every_line_of_the_servers_head_comes_through(name: str, upstream: ScriptedServer) -> None:
    def script(exchange: Exchange) -> None:
        lines = "x-name: Zoë 日本\r\nset-cookie: a=1\r\nset-cookie: b=2\r\ndate: then\r\nserver: secret"
        kind = "content-type: text/event-stream"
        exchange.handler.wfile.write(f"HTTP/1.1 200 OK\r\n{kind}\r\n{lines}\r\nconnection: close\r\n\r\n".encode())
        exchange.handler.wfile.write(BODY)
        exchange.close()

    with gateway(name, upstream.script(script)) as (own, _):
        reply = fetch(own)
    assert reply.content == BODY
    assert reply.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert reply.headers["x-name"] == "Zoë 日本"
    assert len(reply.headers.get_list("date")) <= 1
    assert "then" not in reply.headers.get("date", "")
    assert "secret" not in reply.headers.get("server", "")


# Options


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"hearbeat": 5}, TypeError, "no option 'hearbeat'"),
        ({"status_code": 201}, TypeError, "no option 'status_code'"),
        ({"ping": 1, "heartbeat": 1}, TypeError, "two names"),
        ({"on_client_gone": "stay"}, ValueError, "'cancel' or 'drain'"),
        ({"heartbeat": -1}, ValueError, "heartbeat must be above 0, or 0 for none"),
        ({"max_duration": 0}, ValueError, "max_duration must be above 0"),
        ({"send_timeout": -1.0}, ValueError, "send_timeout must be above 0"),
        ({"max_event_bytes": 0}, ValueError, "max_event_bytes must be above 0"),
    ],
)
@pytest.mark.parametrize("make", [Relay, SSEProxyResponse, Gateway])
def test_wrong_options_are_found_at_once(make: Any, options: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        make("http://127.0.0.1:9", **options)


def test_a_tap_serves_one_stream() -> None:
    tap = ors.Tap()
    tap.feed(BODY)
    with pytest.raises(ValueError, match="has read another"):
        Relay(chunks(), tap=tap)
    with pytest.raises(TypeError, match="gives each its own"):
        Gateway("http://127.0.0.1:9", tap=ors.Tap())


@pytest.mark.anyio
async def test_a_relay_serves_one_stream() -> None:
    relay = Relay(chunks())
    await relay.run(Kept())
    with pytest.raises(RuntimeError, match="has run"):
        await relay.run(Kept())


@pytest.mark.anyio
@pytest.mark.parametrize("heartbeat", [0, None])
async def test_no_heartbeats_where_none_are_wanted(heartbeat: float | None) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield HEAD
        await anyio.sleep(0.1)
        yield BODY[len(HEAD) :]

    client = Kept()
    await Relay(slow(), heartbeat=heartbeat).run(client)
    assert client.body == BODY


# Rewriters


@pytest.mark.anyio
async def test_one_rewriter_serves_many_relays_at_once() -> None:
    """Each with its own look-behind and its own numbers."""
    rewriter = ors.Rewriter().on_text(lambda words: words.replace(WORD, "[…]"), hold=len(WORD) - 1)
    clients = [Kept() for _ in range(5)]

    async def relay(client: Kept, wait: float) -> None:
        async def slow() -> AsyncIterator[bytes]:
            for chunk in wire.chunks(BODY, 2000):
                await anyio.sleep(wait)
                yield chunk

        await Relay(slow(), rewriter=rewriter).run(client)

    async with anyio.create_task_group() as group:
        for at, client in enumerate(clients):
            group.start_soon(relay, client, at * 0.001)
    assert WORD.encode() not in clients[0].body
    assert {client.body for client in clients} == {clients[0].body}
    assert read(clients[0].body).outcome is ors.Outcome.COMPLETED


@by_each_framework
def test_a_handler_ends_the_relay(name: str, upstream: ScriptedServer) -> None:
    """The server's connection is closed, its client gets a conformant end, and the log does."""
    log = MemoryEventLog()

    def guard(words: str) -> str:
        if WORD in words:
            raise Abort("content_filter", "no more of this")
        return words

    def script(exchange: Exchange) -> None:
        exchange.chunked(*wire.chunks(BODY[: BODY.index(b"event: response.completed")], 300))
        exchange.wait_until_gone()

    rewriter = ors.Rewriter().on_text(guard, hold=len(WORD) - 1)
    with gateway(name, upstream.script(script), rewriter=rewriter, log=log) as (own, ends):
        told = fetch(own).content
        assert upstream.gone.wait(5)
        eventually(lambda: ends)
    assert WORD.encode() not in told
    assert (ors.check(told).findings, ors.check(told).outcome) == ([], ors.Outcome.FAILED)
    assert json.loads(read(told).snapshot_json())["error"]["code"] == "content_filter"
    [end] = ends
    assert (end.reason, end.outcome, end.error, end.log_error) == ("aborted", ors.Outcome.TRUNCATED, None, None)
    assert asyncio.run(kept_by(log, end.tap.response_id)) == told


async def kept_by(log: MemoryEventLog, response_id: str) -> bytes:
    return b"".join([data async for data in await log.read(response_id)])


@pytest.mark.anyio
@pytest.mark.parametrize("when", ["stream", "end", "json"])
async def test_a_handler_that_fails_is_our_fault_and_tells_the_client_nothing(when: str) -> None:
    def fail(words: str) -> str:
        if when == "stream" or "\n" in words:
            message = "the secret of the house"
            raise KeyError(message)
        return words + "\n"

    body = json.dumps(AGENT.response("completed")).encode() if when == "json" else HEAD if when == "end" else BODY
    rewriter = ors.Rewriter().on_text(fail, hold=5).on_text(fail, hold=9999)
    client = Kept()
    end = await Relay(chunks(body), rewriter=rewriter).run(client)
    assert (end.reason, type(end.error)) == ("rewriter_error", KeyError)
    assert b"secret" not in client.body
    assert b'"rewriter_error"' in client.body
    report = ors.check(client.body)
    assert (report.findings, report.outcome) == ([], ors.Outcome.FAILED)


# Ends before anything began


@by_each_framework
def test_a_server_that_never_answers_is_a_gateway_timeout(name: str, upstream: ScriptedServer) -> None:
    with gateway(name, upstream.script(lambda exchange: exchange.wait_until_gone()), max_duration=0.2) as (own, ends):
        reply = fetch(own)
        eventually(lambda: ends)
    assert (reply.status_code, reply.json()["error"]["code"]) == (504, "max_duration")
    assert (ends[0].reason, ends[0].client_gone, ends[0].bytes_in) == ("max_duration", False, 0)


@pytest.mark.anyio
async def test_a_relay_that_is_stopped_before_anything_came_says_so() -> None:
    client = Kept()
    with anyio.move_on_after(0.05):
        await Relay(anyio.sleep_forever()).run(client)
    assert (client.status, json.loads(client.body)["error"]["code"]) == (503, "relay_stopped")


@by_each_framework
def test_a_client_that_left_before_the_answer_is_drained_too(name: str, upstream: ScriptedServer) -> None:
    left: list[float] = []

    def script(exchange: Exchange) -> None:
        while not left:
            time.sleep(0.01)
        time.sleep(0.1)
        plays()(exchange)

    with gateway(name, upstream.script(script), on_client_gone="drain") as (own, ends):
        client = RawClient(own)
        eventually(lambda: upstream.requests)
        left.append(client.leave())
        eventually(lambda: ends)
    assert (ends[0].outcome, ends[0].client_gone, ends[0].bytes_out) == (ors.Outcome.COMPLETED, True, 0)
    assert ends[0].tap.usage is not None


# Streams that somebody opened


@pytest.mark.anyio
async def test_a_stream_of_events_is_relayed_with_its_own_data() -> None:
    client = Kept()
    async with ors.AsyncEventStream(chunks()) as stream:
        end = await Relay(stream).run(client)
    assert end.outcome is ors.Outcome.COMPLETED
    told, due = (ors.Decoder().feed(body) for body in (client.body, BODY))
    assert [event.raw for event in told] == [event.raw for event in due]
    assert client.body.endswith(b"data: [DONE]\n\n")
    cut = Kept()
    async with ors.AsyncEventStream(chunks(HEAD)) as stream:
        end = await Relay(stream).run(cut)
    assert end.outcome is ors.Outcome.TRUNCATED
    assert (ors.check(cut.body).findings, ors.check(cut.body).outcome) == ([], ors.Outcome.FAILED)
