"""Servers that answer with no stream: whole responses, errors and pages, whatever their head calls them."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

import or_stream as ors
from or_stream.proxy import Abort, Relay
from or_stream.stream.sources import open_async_source
from tests.streams.answers import AGENT
from tests.transports.scripted_server import ScriptedServer, eventually

from .clients import Kept, fetch, read
from .gateways import gateway

WORD = next(word for word in AGENT.response("completed")["output"][1]["content"][0]["text"].split() if len(word) > 4)

by_each_framework = pytest.mark.parametrize("name", ["asgi-uvicorn", "starlette-granian", "aiohttp"])


@by_each_framework
@pytest.mark.parametrize("kind", ["text/event-stream", ""])
def test_json_under_the_head_of_a_stream_becomes_events(name: str, kind: str, upstream: ScriptedServer) -> None:
    body = [b""]
    url = upstream.script(lambda exchange: exchange.whole(body[0], 200, {"content-type": kind}))
    with gateway(name, url) as (own, ends):
        body[0] = json.dumps(AGENT.response("completed")).encode()
        told = fetch(own).content
        body[0] = b'{"error":{"type":"rate_limit","code":"slow_down","message":"later"}}'
        refused = fetch(own).content
        eventually(lambda: len(ends) == 2)
    assert ors.check(told).findings == []
    assert json.loads(read(told).snapshot_json())["output"] == AGENT.response("completed")["output"]
    [event] = ors.Decoder().feed(refused)
    assert isinstance(event, ors.ErrorEvent)
    assert (event.error.code, event.error.message, event.sequence_number) == ("slow_down", "later", 0)
    assert refused.endswith(b"data: [DONE]\n\n")
    assert [end.outcome for end in ends] == [ors.Outcome.COMPLETED, ors.Outcome.ERROR]


RUNNING = {**AGENT.response("completed"), "status": "in_progress", "completed_at": None, "usage": None}


@by_each_framework
@pytest.mark.parametrize("rewrites", [False, True])
def test_a_response_in_the_background_passes_as_json(name: str, rewrites: bool, upstream: ScriptedServer) -> None:
    """What a request with `background` gets, and who asks for it later: it has no end yet, and that is no error."""
    body = json.dumps(RUNNING).encode()
    url = upstream.script(lambda exchange: exchange.whole(body, 200, {"content-type": "application/json"}))
    rewriter = {"rewriter": ors.Rewriter().on_text(lambda words: words.replace(WORD, "[…]"))} if rewrites else {}
    with gateway(name, url, **rewriter) as (own, ends):
        reply = fetch(own)
        eventually(lambda: ends)
    assert (reply.status_code, reply.json()["status"]) == (200, "in_progress")
    assert WORD.encode() in body
    assert reply.content == body if not rewrites else WORD.encode() not in reply.content
    assert (ends[0].reason, ends[0].tap.status, ends[0].error) == ("upstream_end", "in_progress", None)


@pytest.mark.anyio
@pytest.mark.parametrize("response", [AGENT.response("completed"), RUNNING], ids=["finished", "running"])
async def test_a_handler_that_ends_a_whole_response_lets_nothing_of_it_out(response: Any) -> None:
    def guard(_: str) -> str:
        raise Abort("content_filter", "no")

    def stop(_: ors.Event) -> None:
        raise Abort("content_filter", "no")

    async def body() -> AsyncIterator[bytes]:
        yield json.dumps(response).encode()

    for rewriter in (ors.Rewriter().on_text(guard), ors.Rewriter().on("response.created", stop).on_text(guard)):
        client = Kept()
        source = open_async_source(body())
        source.headers = {"content-type": "application/json"}
        end = await Relay(source, rewriter=rewriter).run(client)
        assert end.reason == "aborted"
        assert WORD.encode() not in client.body
        assert json.loads(client.body)["error"]["code"] == "content_filter"


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
async def test_a_cut_response_quotes_nothing_that_was_to_be_rewritten(kind: str) -> None:
    body = json.dumps({"output": RUNNING["output"], **RUNNING}).encode()
    client = Kept()
    source = open_async_source([body[: body.index(WORD.encode()) + 40]])
    source.headers = {"content-type": kind}
    end = await Relay(source, rewriter=ors.Rewriter().on_text(lambda words: words.replace(WORD, "[…]"))).run(client)
    assert (end.reason, end.outcome) == ("upstream_error", ors.Outcome.TRUNCATED)
    assert b"ends too early" in client.body
    assert WORD.encode() not in client.body


def test_a_page_under_the_head_of_a_stream_is_named(upstream: ScriptedServer) -> None:
    page = b"<html><title>Bad gateway</title></html>"
    url = upstream.script(lambda exchange: exchange.whole(page, 200, {"content-type": "text/event-stream"}))
    with gateway("asgi-uvicorn", url) as (own, ends):
        told = fetch(own).content
        eventually(lambda: ends)
    assert b"Bad gateway" in told
    assert told.endswith(b"data: [DONE]\n\n")
    assert (ends[0].reason, ends[0].outcome) == ("upstream_error", ors.Outcome.TRUNCATED)


def test_a_refusal_keeps_its_words_where_a_stream_is_open(upstream: ScriptedServer) -> None:
    body = b'{"error":{"type":"invalid_request_error","code":"bad","message":"no","param":"input"}}'
    url = upstream.script(lambda exchange: exchange.whole(body, 400, {"content-type": "application/json"}))
    with gateway("asgi-uvicorn", url, open_early=True) as (own, ends):
        [event] = ors.Decoder().feed(fetch(own).content)
        eventually(lambda: ends)
    assert event.data["error"] == json.loads(body)["error"]
    assert ends[0].status == 400
