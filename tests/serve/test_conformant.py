"""`check` passes on everything conformant that the server sends."""

import asyncio
import json

import httpx2
import pytest
from websockets.asyncio.client import connect

import or_stream as ors
from or_stream.cli.demo import recording
from or_stream.models.violations import violations
from or_stream.serve import PROFILES, Cut, Pace, Synthetic

from .clients import fetch, serving

DEMO = recording().capture
MADE_UP = Synthetic(tokens=40, rate=4000, ttft=0.01)
SOURCES = {
    "synthetic": MADE_UP,
    "response": MADE_UP.response(),
    "script": [*(block + b"\n\n" for block in MADE_UP.capture().body.split(b"\n\n") if block), 0.001],
    "demo": DEMO,
}
CUTS = [Cut(), Cut("event"), Cut("whole"), Cut("bytes", 7), Cut("random", 100)]


@pytest.mark.parametrize("cut", CUTS, ids=str)
@pytest.mark.parametrize("spec", ["2026-01-15", "2026-04-24"])
@pytest.mark.parametrize("name", SOURCES)
def test_over_http(name, spec, cut):
    if name == "demo" and spec == "2026-01-15":
        pytest.skip("the recording is of 2026-04-24: it has no logprobs, which 2026-01-15 asks for")

    async def judged():
        async with serving(SOURCES[name], spec=spec, cut=cut) as server, httpx2.AsyncClient() as client:
            async with client.stream("POST", server.url, json={"stream": True}) as response:
                assert response.headers["content-type"] == "text/event-stream"
                body = b"".join([chunk async for chunk in response.aiter_raw()])
            whole = await client.post(server.url, json={"stream": False})
        assert whole.headers["content-type"] == "application/json"
        return ors.check(body, spec=spec), whole.json(), body

    report, whole, body = asyncio.run(judged())
    assert report.ok
    assert report.findings == []
    assert report.outcome == "completed"
    assert violations(whole, spec=spec) == []
    assert whole == ors.EventStream(body).get_final_response().to_dict()


@pytest.mark.parametrize("key_order", ["first", "middle", "last", "alphabetical"])
def test_in_any_key_order(key_order):
    async def judged():
        async with serving(DEMO, key_order=key_order) as server:
            return await fetch(server)

    answer = asyncio.run(judged())
    assert ors.check(answer.body).findings == []
    first = json.loads(answer.body.split(b"data: ")[1].splitlines()[0])
    assert (next(iter(first)) == "type") == (key_order == "first")
    assert ors.EventStream(answer.body).get_final_text() == ors.EventStream(DEMO.body).get_final_text()


@pytest.mark.parametrize("name", SOURCES)
def test_over_websocket(name):
    async def judged():
        reports = []
        async with serving(SOURCES[name]) as server, connect(server.websocket_url) as socket:
            for _ in range(2):
                await socket.send('{"type":"response.create","model":"m","input":"hi"}')
                messages = []
                while not messages or messages[-1]["type"] != "response.completed":
                    messages.append(json.loads(await socket.recv(decode=True)))
                body = b"".join(map(ors.encode, messages)) + b"data: [DONE]\n\n"
                reports.append(ors.check(body))
        return reports

    for report in asyncio.run(judged()):
        assert report.findings == []
        assert report.outcome == "completed"


def test_a_compaction_and_our_own_websocket():
    async def told():
        async with serving(MADE_UP, pace=Pace()) as server, httpx2.AsyncClient() as client:
            compact = await client.post(server.url + "/compact", json={"model": "m", "input": "hi"})
            again = await client.post(server.url + "/compact", json={"model": "m", "input": "hi"})
            assert compact.json() == again.json()
            async with (
                ors.ResponsesWebSocket(server.websocket_url) as socket,
                socket.create({"model": "m", "input": "hi"}) as stream,
            ):
                response = await stream.get_final_response()
        return compact.json(), response

    compact, response = asyncio.run(told())
    assert violations(compact, shape="CompactResource") == []
    assert response.output_text == MADE_UP.response()["output"][0]["content"][0]["text"]


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_tells_the_whole_response_over_websocket(name):
    async def told():
        async with (
            serving(DEMO, profile=PROFILES[name]) as server,
            ors.ResponsesWebSocket(server.websocket_url, idle_timeout=5) as socket,
            socket.create({"model": "m", "input": "hi"}) as stream,
        ):
            return await stream.get_final_text()

    assert asyncio.run(told()) == ors.EventStream(DEMO.body).get_final_text()
