"""A gateway with a rewriter: no way of asking for a response gets around it."""

import asyncio
import json
from functools import partial

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

import or_stream as ors
from or_stream.proxy.gateway import Books, Gateway
from tests.streams.answers import message, text
from tests.streams.script import Answer

from .test_gateway_websocket import Ends, on_asyncio, served

WORD = "tulip-42"
RESPONSE = Answer((message(text(f"It is {WORD}, I said {WORD}.", 3)),)).response("completed")


@on_asyncio
async def test_no_response_gets_around_a_rewriter(responses_server):
    responses_server.serve(RESPONSE)
    records = Ends()
    rewriter = ors.Rewriter().on_text(lambda words: words.replace(WORD, "[…]"), hold=len(WORD) - 1)
    app = Gateway(responses_server.base_url, books=Books(on_record=records.append), rewriter=rewriter)
    async with served(app) as port, httpx2.AsyncClient(timeout=20) as client:
        url = f"http://127.0.0.1:{port}/v1/responses"
        ask = partial(client.post, url)
        told = [
            await ask(json={"model": "m", "input": "x", "stream": True}),
            await ask(json={"model": "m", "input": "x", "stream": True}),
            await ask(json={"model": "m", "input": "x"}),
            await client.get(f"{url}/{RESPONSE['id']}"),
            await client.get(f"{url}/{RESPONSE['id']}?stream=true"),
        ]
        with pytest.raises(InvalidStatus) as refused:
            await asyncio.wait_for(connect(url.replace("http", "ws")), 10)
        kept = await records.of(6)
    assert refused.value.response.status_code == 501
    assert WORD in json.dumps(RESPONSE)
    for reply in told:
        assert reply.status_code == 200
        assert WORD not in reply.text
        assert "[…]" in json.dumps(reply.text, ensure_ascii=False)
    assert told[2].json()["usage"] == told[3].json()["usage"] == RESPONSE["usage"]
    assert [record["stream"] for record in kept] == [True, True, False, False, False, True]
    assert [record["outcome"] for record in kept] == [*["completed"] * 5, "error"]
