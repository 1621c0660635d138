"""Whatever a server does, its client gets a conformant end and `on_end` the truth."""

import gzip
import json
import time
from dataclasses import replace
from typing import Any

import httpx2
import pytest

import or_stream as ors
from or_stream.proxy.ending import closing_bytes
from tests.streams import wire
from tests.streams.answers import AGENT, HELLO
from tests.streams.script import events
from tests.transports.scripted_server import Exchange, ScriptedServer, eventually

from .clients import fetch, read
from .gateways import GATEWAYS, gateway

BLOCKS = list(wire.blocks(events(AGENT), replace(wire.OPENAI, done=True)))
BODY = b"".join(BLOCKS)
RESPONSE = json.dumps(AGENT.response("completed"), indent=2).encode()
JSON = {"content-type": "application/json", "x-request-id": "r1"}

each_gateway = pytest.mark.parametrize("name", GATEWAYS)
by_each_framework = pytest.mark.parametrize("name", ["asgi-uvicorn", "starlette-granian", "aiohttp"])


def due(sent: bytes, message: str) -> bytes:
    """The whole events of what a server sent, and the closing event that it owed."""
    whole = sent[: sent.rfind(b"\n\n") + 2] if b"\n\n" in sent else b""
    tap = ors.Tap("items")
    tap.feed(sent)
    tap.finish()
    return whole + closing_bytes(tap, "upstream_closed", message)


@by_each_framework
@pytest.mark.parametrize("inside", [False, True], ids=["between", "inside"])
def test_cut_at_every_event_it_ends_as_it_must_and_nothing_else_changes(
    name: str, inside: bool, upstream: ScriptedServer
) -> None:
    sent = [b""]

    def script(exchange: Exchange) -> None:
        exchange.chunked(*wire.chunks(sent[0], 400))
        exchange.end()

    with gateway(name, upstream.script(script)) as (own, ends), httpx2.Client() as client:
        for count in range(1, len(BLOCKS) - 2, 1 if name == "asgi-uvicorn" else 7):
            sent[0] = b"".join(BLOCKS[:count]) + BLOCKS[count][: 30 if inside else 0]
            told = client.post(own).content
            assert told == due(sent[0], "the server closed the stream before its end")
            report = ors.check(told)
            assert (report.findings, report.outcome) == ([], ors.Outcome.FAILED)
        eventually(lambda: len(ends) == len(upstream.requests))
    assert {(end.outcome, end.reason) for end in ends} == {(ors.Outcome.TRUNCATED, "upstream_end")}


@by_each_framework
def test_reset_at_any_event(name: str, upstream: ScriptedServer) -> None:
    count = [0]

    def script(exchange: Exchange) -> None:
        exchange.chunked(b"".join(BLOCKS[: count[0]]))
        time.sleep(0.05)
        exchange.reset()

    with gateway(name, upstream.script(script)) as (own, ends):
        for count[0] in range(1, len(BLOCKS) - 2, 11):
            told = fetch(own).content
            sent = b"".join(BLOCKS[: count[0]])
            assert told.startswith(sent)
            assert ors.check(told).findings == []
            assert read(told).outcome is ors.Outcome.FAILED
        eventually(lambda: len(ends) == len(upstream.requests))
    assert {(end.outcome, end.reason) for end in ends} == {(ors.Outcome.TRUNCATED, "upstream_error")}
    assert all(isinstance(end.error, Exception) for end in ends)


@each_gateway
def test_a_compressed_stream_comes_out_plain(name: str, upstream: ScriptedServer) -> None:
    packed = gzip.compress(BODY)

    def script(exchange: Exchange) -> None:
        exchange.head(**{"content-encoding": "gzip", "transfer-encoding": "chunked"})
        for piece in wire.chunks(packed, 300):
            exchange.piece(piece)
        exchange.end()

    with gateway(name, upstream.script(script)) as (own, ends):
        reply = fetch(own)
        eventually(lambda: ends)
    assert reply.content == BODY
    assert "content-encoding" not in reply.headers
    assert ends[0].outcome is ors.Outcome.COMPLETED


@each_gateway
def test_a_whole_response_passes_as_json(name: str, upstream: ScriptedServer) -> None:
    with gateway(name, upstream.script(lambda exchange: exchange.whole(RESPONSE, 200, JSON))) as (own, ends):
        reply = fetch(own)
        eventually(lambda: ends)
    assert (reply.status_code, reply.content) == (200, RESPONSE)
    assert (reply.headers["content-type"], reply.headers["x-request-id"]) == ("application/json", "r1")
    [end] = ends
    assert (end.outcome, end.reason, end.bytes_out) == (ors.Outcome.COMPLETED, "upstream_end", len(RESPONSE))
    assert end.tap.usage.total_tokens > 0


@by_each_framework
def test_a_whole_response_becomes_events_where_a_stream_is_open(name: str, upstream: ScriptedServer) -> None:
    with gateway(name, upstream.script(lambda exchange: exchange.whole(RESPONSE, 200, JSON)), open_early=True) as (
        own,
        ends,
    ):
        told = fetch(own).content
        eventually(lambda: ends)
    assert ors.check(told).findings == []
    assert json.loads(read(told).snapshot_json())["output"] == AGENT.response("completed")["output"]


@pytest.mark.parametrize("early", [False, True])
def test_a_whole_response_is_rewritten_too(early: bool, upstream: ScriptedServer) -> None:
    rewriter = ors.Rewriter().on_text(lambda text: text.replace("look", "[…]"), hold=3)
    url = upstream.script(lambda exchange: exchange.whole(RESPONSE, 200, JSON))
    with gateway("asgi-uvicorn", url, rewriter=rewriter, open_early=early) as (own, ends):
        reply = fetch(own)
        eventually(lambda: ends)
    assert b"look" in RESPONSE
    assert b"look" not in reply.content
    response: Any = json.loads(read(reply.content).snapshot_json()) if early else reply.json()
    assert "[…]" in response["output"][1]["content"][0]["text"]
    assert response["usage"] == AGENT.response("completed")["usage"]


@by_each_framework
@pytest.mark.parametrize("body", [RESPONSE[:-20], b"[1]", b'{"choices":[]}', b""], ids=["cut", "list", "chat", "none"])
def test_json_that_is_no_response_is_a_bad_gateway(name: str, body: bytes, upstream: ScriptedServer) -> None:
    with gateway(name, upstream.script(lambda exchange: exchange.whole(body, 200, JSON))) as (own, ends):
        reply = fetch(own)
        eventually(lambda: ends)
    assert reply.status_code == 502
    assert reply.json()["error"]["message"]
    assert ends[0].outcome is ors.Outcome.TRUNCATED


@pytest.mark.parametrize("name", ["asgi-granian", "aiohttp"])
def test_endless_comments_before_and_in_a_response(name: str, upstream: ScriptedServer) -> None:
    head = [b""]

    def script(exchange: Exchange) -> None:
        exchange.chunked(head[0])
        while True:
            exchange.piece(b": still here\n\n")
            time.sleep(0.005)

    with gateway(name, upstream.script(script), max_duration=0.3) as (own, ends):
        for head[0] in (b": hello\n\n", b"".join(BLOCKS[:9])):
            told = fetch(own).content
            assert told.endswith(b"data: [DONE]\n\n")
            began = head[0].startswith(b"event")
            assert read(told).outcome is (ors.Outcome.FAILED if began else ors.Outcome.ERROR)
            assert [finding.rule for finding in ors.check(told).findings] == ([] if began else ["C30"])
        eventually(lambda: len(ends) == 2)
    assert {end.reason for end in ends} == {"max_duration"}


@by_each_framework
@pytest.mark.parametrize("rewrites", [False, True])
def test_giant_events_end_with_what_came_before_them(name: str, rewrites: bool, upstream: ScriptedServer) -> None:
    def script(exchange: Exchange) -> None:
        exchange.chunked(b"".join(BLOCKS[:9]) + b"data: ")
        while True:
            exchange.piece(b"x" * 50_000)

    def own_options() -> dict[str, Any]:
        return {"rewriter": ors.Rewriter().on_text(str.upper)} if rewrites else {}

    with gateway(name, upstream.script(script), max_event_bytes=300_000, each=own_options) as (own, ends):
        told = fetch(own).content
        eventually(lambda: ends)
    assert b"xxx" not in told
    assert (ors.check(told).findings, read(told).outcome) == ([], ors.Outcome.FAILED)
    assert (ends[0].reason, ends[0].outcome) == ("max_event_bytes", ors.Outcome.TRUNCATED)
    assert ends[0].bytes_in < 1_000_000


def test_the_status_of_a_refusal_is_that_of_the_server(upstream: ScriptedServer) -> None:
    status = [0]
    body = b'{"error":{"type":"invalid_request_error","code":"bad","message":"no"}}'
    url = upstream.script(lambda exchange: exchange.whole(body, status[0], JSON))
    with gateway("fastapi-granian", url) as (own, ends):
        for status[0] in (400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 529):
            reply = fetch(own)
            assert (reply.status_code, reply.json()["error"]["message"]) == (status[0], "no")
        eventually(lambda: len(ends) == 11)
    assert {(end.reason, end.outcome) for end in ends} == {("upstream_error", ors.Outcome.TRUNCATED)}


def test_a_good_stream_is_good(upstream: ScriptedServer) -> None:
    """What the other tests would not show if everything failed."""
    body = wire.body(events(HELLO), replace(wire.OPENAI, done=True))

    def script(exchange: Exchange) -> None:
        exchange.chunked(body)
        exchange.end()

    with gateway("fastapi-granian", upstream.script(script)) as (own, ends):
        assert fetch(own).content == body
        eventually(lambda: ends)
    assert ors.check(body).findings == []
