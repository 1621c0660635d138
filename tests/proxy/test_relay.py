"""Relays over real HTTP: a scripted upstream, a real gateway on every server, a raw client."""

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

import or_stream as ors
from or_stream.proxy.options import Drain
from tests.streams import wire, workloads
from tests.streams.answers import AGENT, HELLO
from tests.streams.profiles import SERVERS
from tests.streams.script import events
from tests.transports.scripted_server import Exchange, ScriptedServer, eventually

from .clients import RawClient, fetch, read
from .gateways import GATEWAYS, gateway

BODY = wire.body(events(AGENT))
HEAD = BODY[: BODY.index(b"event: response.output_item.done")]

each_gateway = pytest.mark.parametrize("name", GATEWAYS)


def sends_current(pieces: list[bytes]) -> Callable[[Exchange], None]:
    """Sends what the list holds when the request comes."""

    def script(exchange: Exchange) -> None:
        sends(*pieces)(exchange)

    return script


def sends(*pieces: bytes, then: Callable[[Exchange], None] = Exchange.end) -> Callable[[Exchange], None]:
    def script(exchange: Exchange) -> None:
        exchange.chunked(*pieces)
        then(exchange)

    return script


def waits(exchange: Exchange) -> None:
    exchange.wait_until_gone()


@each_gateway
def test_bytes_out_are_bytes_in(name: str, upstream: ScriptedServer) -> None:
    url = upstream.script(sends(*wire.chunks(BODY, 97)))
    with gateway(name, url) as (own, ends):
        reply = fetch(own)
        eventually(lambda: ends)
    assert reply.content == BODY
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.headers["x-accel-buffering"] == "no"
    [end] = ends
    assert (end.outcome, end.reason, end.client_gone, end.error) == (ors.Outcome.COMPLETED, "upstream_end", False, None)
    assert end.tap.usage.total_tokens > 0
    assert end.bytes_in == end.bytes_out == len(BODY)


def test_every_profile_in_every_cutting(upstream: ScriptedServer) -> None:
    bodies = [server.body(answer) for server in SERVERS for answer in (HELLO, AGENT)]
    current: list[bytes] = []
    url = upstream.script(sends_current(current))
    with gateway("asgi-uvicorn", url) as (own, ends), httpx2.Client(timeout=20) as client:
        for body in bodies:
            for size in (1 if len(body) < 4000 else 7, 61, 1400, len(body)):
                current[:] = wire.chunks(body, size)
                assert client.post(own).content == body
    assert {end.outcome for end in ends} == {ors.Outcome.COMPLETED}


RECORDINGS = sorted((Path(__file__).parents[3] / "shared/corpus").glob("**/responses/*.sse"))


@pytest.mark.skipif(not RECORDINGS, reason="the recorded corpus is not here")
def test_every_recording_has_the_same_hash(upstream: ScriptedServer) -> None:
    current: list[bytes] = []
    url = upstream.script(sends_current(current))
    with gateway("starlette-uvicorn", url) as (own, ends), httpx2.Client(timeout=20) as client:
        for path in RECORDINGS:
            body = path.read_bytes()
            for size in (333, 4096):
                current[:] = wire.chunks(body, size)
                told = client.post(own).content
                if read(body).outcome is not ors.Outcome.TRUNCATED:
                    assert hashlib.sha256(told).digest() == hashlib.sha256(body).digest(), path.name
                else:
                    assert read(told).outcome is not ors.Outcome.TRUNCATED, path.name
    assert len(ends) == 2 * len(RECORDINGS)


@each_gateway
@pytest.mark.parametrize("when", ["idle", "streaming"])
def test_a_client_that_leaves_takes_its_upstream_along(name: str, when: str, upstream: ScriptedServer) -> None:
    left: list[float] = []

    def script(exchange: Exchange) -> None:
        exchange.chunked(HEAD)
        if when == "idle":
            exchange.wait_until_gone()
        else:
            delta = b'data: {"type":"response.output_text.delta","delta":"x"}\n\n'
            while True:
                exchange.piece(delta)
                time.sleep(0.001)

    with gateway(name, upstream.script(script)) as (own, ends):
        client = RawClient(own)
        client.read_until(HEAD[-40:])
        time.sleep(0.05)
        left.append(client.leave())
        assert upstream.gone.wait(5)
        took = time.monotonic() - left[0]
        eventually(lambda: ends)
    [end] = ends
    assert (end.reason, end.client_gone, end.outcome) == ("client_gone", True, ors.Outcome.TRUNCATED)
    assert end.tap.partial_response().output[0].type == AGENT.response("completed")["output"][0]["type"]
    assert took < 0.5, took  # 50 ms is the promise; a busy machine gets some grace here, benches print the figure


@each_gateway
def test_draining_settles_the_usage(name: str, upstream: ScriptedServer) -> None:
    left: list[float] = []

    def script(exchange: Exchange) -> None:
        exchange.chunked(HEAD)
        while not left:
            time.sleep(0.01)
        time.sleep(0.1)
        exchange.piece(BODY[len(HEAD) :])
        exchange.end()

    with gateway(name, upstream.script(script), on_client_gone="drain") as (own, ends):
        client = RawClient(own)
        client.read_until(HEAD[-40:])
        left.append(client.leave())
        eventually(lambda: ends)
    [end] = ends
    assert (end.reason, end.client_gone, end.outcome) == ("upstream_end", True, ors.Outcome.COMPLETED)
    assert end.tap.usage is not None


@pytest.mark.parametrize("drain", [Drain(max_bytes=100_000), Drain(max_seconds=0.3)], ids=["bytes", "seconds"])
def test_draining_has_bounds(drain: Drain, upstream: ScriptedServer) -> None:
    def script(exchange: Exchange) -> None:
        exchange.chunked(HEAD)
        while True:
            exchange.piece(b": filler " + b"x" * 2000 + b"\n\n")
            time.sleep(0.001)

    with gateway("starlette-uvicorn", upstream.script(script), on_client_gone="drain", drain=drain) as (own, ends):
        client = RawClient(own)
        client.read_until(HEAD[-40:])
        client.leave()
        assert upstream.gone.wait(10)
        eventually(lambda: ends)
    assert (ends[0].reason, ends[0].client_gone) == ("client_gone", True)


@each_gateway
def test_a_client_that_does_not_read_holds_its_upstream_back(name: str, upstream: ScriptedServer) -> None:
    piece = b"data: " + json.dumps({"type": "x:y", "pad": "z" * 60_000}).encode() + b"\n\n"
    sent = [0]

    def script(exchange: Exchange) -> None:
        exchange.chunked(HEAD)
        for _ in range(2000):
            exchange.piece(piece)
            sent[0] += len(piece)

    with gateway(name, upstream.script(script), send_timeout=1.5) as (own, ends):
        client = RawClient(own, receive_buffer=4096)
        eventually(lambda: sent[0] > 0)
        before = -1
        while sent[0] != before:
            before = sent[0]
            time.sleep(0.3)
        assert sent[0] < 40 << 20, "of 120 MB"
        eventually(lambda: ends)
        client.leave()
    assert ends[0].reason == "send_timeout"


@pytest.mark.parametrize("name", ["starlette-uvicorn", "asgi-granian", "aiohttp"])
@pytest.mark.parametrize("end", ["close", "reset", "inside"])
def test_a_truncated_upstream_gets_a_conformant_end(name: str, end: str, upstream: ScriptedServer) -> None:
    rest = BODY[len(HEAD) :][:50] if end == "inside" else b""

    def script(exchange: Exchange) -> None:
        exchange.chunked(HEAD)
        time.sleep(0.1)
        if rest:
            exchange.piece(rest)
            time.sleep(0.1)
        exchange.reset() if end == "reset" else exchange.end()

    with gateway(name, upstream.script(script)) as (own, ends):
        reply = fetch(own)
        eventually(lambda: ends)
    assert reply.content.startswith(HEAD)
    assert rest not in reply.content or not rest
    assert reply.content.endswith(b"data: [DONE]\n\n")
    told = read(reply.content)
    assert told.outcome is ors.Outcome.FAILED
    assert told.diagnostic_counts == {}
    final = told.get_final_response()
    assert final.error is not None
    assert final.output_text == ends[0].tap.partial_response().output_text
    assert ends[0].outcome is ors.Outcome.TRUNCATED
    assert ends[0].reason == ("upstream_error" if end == "reset" else "upstream_end")


@each_gateway
@pytest.mark.parametrize(
    ("status", "body", "due"),
    [
        (429, b'{"error":{"type":"rate_limit","code":"slow_down","message":"later"}}', 429),
        (500, b"oops", 500),
        (200, b"<html>no</html>", 502),
    ],
    ids=["json-429", "text-500", "html-200"],
)
def test_a_refusal_is_an_error_of_the_same_status(
    name: str, status: int, body: bytes, due: int, upstream: ScriptedServer
) -> None:
    kind = {"content-type": "application/json" if body[:1] == b"{" else "text/html", "retry-after": "7"}
    with gateway(name, upstream.script(lambda exchange: exchange.whole(body, status, kind))) as (own, ends):
        reply = fetch(own)
        eventually(lambda: ends)
    assert (reply.status_code, reply.headers["retry-after"]) == (due, "7")
    error = reply.json()["error"]
    assert error["message"]
    if status == 429:
        assert (error["code"], error["message"]) == ("slow_down", "later")
    assert (ends[0].reason, ends[0].outcome) == ("upstream_error", ors.Outcome.TRUNCATED)


def test_no_server_at_all_is_a_bad_gateway() -> None:
    with gateway("starlette-uvicorn", "http://127.0.0.1:9/") as (own, ends):
        reply = fetch(own)
        eventually(lambda: ends)
    assert reply.status_code == 502
    assert "Connect" in reply.json()["error"]["message"]
    assert ends[0].reason == "upstream_error"


@pytest.mark.parametrize("name", ["starlette-uvicorn", "asgi-granian", "aiohttp"])
def test_opened_early_an_error_is_an_event(name: str, upstream: ScriptedServer) -> None:
    opened: list[float] = []

    def script(exchange: Exchange) -> None:
        while not opened:
            time.sleep(0.01)
        exchange.whole(b"oops", 503, {"content-type": "text/plain"})

    with gateway(name, upstream.script(script), open_early=True, heartbeat=0.05) as (own, ends):
        client = RawClient(own)
        client.read_until(b": ping\n")
        opened.append(time.monotonic())
        client.read_until(b"data: [DONE]\n\n")
        client.leave()
        eventually(lambda: ends)
    assert b"event: error\n" in client.received
    assert b"HTTP 503" in client.received


@each_gateway
def test_heartbeats_come_in_silence_and_between_events_only(name: str, upstream: ScriptedServer) -> None:
    def script(exchange: Exchange) -> None:
        exchange.chunked(HEAD)
        time.sleep(0.35)
        exchange.piece(BODY[len(HEAD) :][:30])
        time.sleep(0.35)
        exchange.piece(BODY[len(HEAD) :][30:])
        exchange.end()

    with gateway(name, upstream.script(script), heartbeat=0.1) as (own, ends):
        reply = fetch(own)
        eventually(lambda: ends)
    assert reply.content.count(b": ping\n") >= 4
    assert reply.content.replace(b": ping\n", b"") == BODY
    assert [event.raw for event in ors.Decoder().feed(reply.content)] == [e.raw for e in ors.Decoder().feed(BODY)]
    assert not ends[0].client_gone


def test_endless_comments_end_with_the_duration(upstream: ScriptedServer) -> None:
    def script(exchange: Exchange) -> None:
        exchange.chunked(HEAD)
        while True:
            exchange.piece(b": ping\n\n")
            time.sleep(0.002)

    with gateway("starlette-uvicorn", upstream.script(script), max_duration=0.5) as (own, ends):
        reply = fetch(own)
        eventually(lambda: ends)
    assert read(reply.content).outcome is ors.Outcome.FAILED
    assert ends[0].reason == "max_duration"


def test_a_giant_event_ends_the_stream(upstream: ScriptedServer) -> None:
    giant = b"data: " + b"x" * 300_000
    url = upstream.script(sends(HEAD, giant[:150_000], giant[150_000:], then=waits))
    with gateway("starlette-uvicorn", url, max_event_bytes=200_000) as (own, ends):
        reply = fetch(own)
        eventually(lambda: ends)
    assert b"xxx" not in reply.content
    assert read(reply.content).outcome is ors.Outcome.FAILED
    assert ends[0].reason == "max_event_bytes"


def test_level_usage_keeps_no_content(upstream: ScriptedServer) -> None:
    body = workloads.text_stream(5000)
    tap = ors.Tap()
    with gateway("asgi-uvicorn", upstream.script(sends(*wire.chunks(body, 4096))), tap=tap) as (own, ends):
        assert fetch(own).content == body
        eventually(lambda: ends)
    assert ends[0].tap is tap
    assert tap.state_bytes < len(body) // 20


@each_gateway
@pytest.mark.parametrize("cut", [False, True], ids=["whole", "cut"])
def test_a_rewriter_in_the_relay(name: str, cut: bool, upstream: ScriptedServer) -> None:
    body = HEAD if cut else BODY
    word = next(word for word in read(BODY).output_text.split() if len(word) > 4)
    rewriter = ors.Rewriter().on_text(lambda text: text.replace(word, "[…]"), hold=len(word) - 1)
    with gateway(name, upstream.script(sends(*wire.chunks(body, 50))), rewriter=rewriter) as (own, ends):
        told = fetch(own).content
        eventually(lambda: ends)
    assert word.encode() not in told
    assert word in ends[0].tap.partial_response().output_text or cut
    assert read(told).outcome is (ors.Outcome.FAILED if cut else ors.Outcome.COMPLETED)
    assert read(told).diagnostic_counts == {}
    assert told.count(b"event: response.output_item.added") == told.count(b"event: response.output_item.done")


def test_on_end_may_be_a_coroutine(upstream: ScriptedServer) -> None:
    told: list[Any] = []

    async def on_end(end: Any) -> None:
        told.append(end)

    from .gateways import on_uvicorn, running, starlette_app

    url = upstream.script(sends(BODY))
    with running(on_uvicorn(starlette_app, url, lambda: {"on_end": on_end})) as own:
        fetch(own)
        eventually(lambda: told)
    assert told[0].outcome is ors.Outcome.COMPLETED
