"""Requests in any cutting, routes, and errors in the contract's shape."""

import asyncio
import json
from itertools import pairwise

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

import or_stream as ors
from or_stream.cli.demo import recording
from or_stream.serve import Synthetic
from or_stream.serve.http import MAX_HEAD, BadRequest, RequestReader

from .clients import fetch, read_answer, request, serving

MADE_UP = Synthetic(tokens=5, rate=5000, ttft=0.0)
CHUNKED = b"POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nabcd\r\n1\r\ne\r\n0\r\n\r\n"
SENT = request(body=b"one") + CHUNKED + request("GET", "/c?d=%20", b"") + request(body=b"two")


def read(pieces):
    reader = RequestReader()
    return [(one.method, one.path, one.query, one.body) for piece in pieces for one in reader.feed(piece)]


@given(st.lists(st.integers(0, len(SENT)), max_size=8))
def test_however_cut(places):
    ends = [0, *sorted(places), len(SENT)]
    assert read(SENT[a:b] for a, b in pairwise(ends)) == [
        ("POST", "/v1/responses", {}, b"one"),
        ("POST", "/b", {}, b"abcde"),
        ("GET", "/c", {"d": " "}, b""),
        ("POST", "/v1/responses", {}, b"two"),
    ]


def test_byte_by_byte():
    assert len(read(SENT[n : n + 1] for n in range(len(SENT)))) == 4


BAD = [
    b"hello\r\n\r\n",
    b"GET / HTTP/2\r\n\r\n",
    b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    b"GET / HTTP/1.1\r\n name: x\r\n\r\n",
    b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\ncontent-length: 99999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n",
    b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
    b"x" * (MAX_HEAD + 1),
]


@pytest.mark.parametrize("sent", BAD, ids=range(len(BAD)))
def test_what_is_no_request(sent):
    with pytest.raises(BadRequest):
        read([sent])

    async def answered():
        async with serving(MADE_UP) as server:
            return await fetch(server, sent)

    answer = asyncio.run(answered())
    assert answer.head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert json.loads(answer.body)["error"]["type"] == "invalid_request"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "param"),
    [
        ("GET", "", None, 405, None),
        ("POST", "/resp_1", b"{}", 405, None),
        ("GET", "/compact", None, 405, None),
        ("GET", "/resp_unknown", None, 404, None),
        ("GET", "s", None, 404, None),
        ("POST", "", b"nonsense", 400, None),
        ("POST", "", b"[]", 400, None),
        ("POST", "", b'{"stream":"yes"}', 400, "stream"),
        ("POST", "", b'{"model":1}', 400, "model"),
        ("POST", "", b'{"input":1}', 400, "input"),
        ("POST", "/compact", b'{"input":"x"}', 400, "model"),
        ("GET", "/resp_synthetic_0?stream=true&starting_after=x", None, 400, "starting_after"),
    ],
)
def test_errors_have_the_shape_of_the_contract(method, path, body, status, param):
    async def answered():
        async with serving(MADE_UP) as server, httpx2.AsyncClient() as client:
            return await client.request(method, server.url + path, content=body)

    response = asyncio.run(answered())
    error = response.json()["error"]
    assert (response.status_code, error["param"]) == (status, param)
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"]
    assert ("allow" in response.headers) == (status == 405)


@pytest.mark.parametrize(
    ("method", "path", "takes"), [("GET", "", "POST"), ("GET", "/compact", "POST"), ("POST", "/resp_1", "GET")]
)
def test_a_wrong_method_is_told_the_right_one(method, path, takes):
    async def answered():
        async with serving(MADE_UP) as server, httpx2.AsyncClient() as client:
            return await client.request(method, server.url + path)

    assert asyncio.run(answered()).headers["allow"] == takes


def test_2026_01_15_has_no_compaction_and_no_websocket():
    async def answered():
        async with serving(MADE_UP, spec="2026-01-15") as server, httpx2.AsyncClient() as client:
            response = await client.post(server.url + "/compact", json={"model": "m"})
            with pytest.raises(ors.ServerStreamError, match="405"):
                async with ors.ResponsesWebSocket(server.websocket_url):
                    pass
            return response.status_code

    assert asyncio.run(answered()) == 404


@pytest.mark.parametrize("after", [0, 3, 11, 1000])
def test_what_is_behind_a_number(after):
    async def answered():
        async with serving(MADE_UP) as server, httpx2.AsyncClient() as client:
            whole = await client.get(server.url + "/resp_synthetic_0?stream=true")
            rest = await client.get(server.url + f"/resp_synthetic_0?stream=true&starting_after={after}")
            plain = await client.get(server.url + "/resp_synthetic_0")
            return whole.content, rest.content, plain.json()

    whole, rest, plain = asyncio.run(answered())
    assert whole == MADE_UP.capture().body
    assert plain == MADE_UP.response()
    assert whole.endswith(rest)
    numbers = [event.sequence_number for event in ors.Decoder().feed(rest)]
    assert numbers == list(range(after + 1, 13))[: len(numbers)]
    assert len(numbers) == max(0, 12 - after)


def test_a_cut_stream_is_resumed_by_our_own_client():
    from or_stream.serve import Faults, FaultsInTurn, Stop

    demo = recording().capture

    async def read_on():
        turns = FaultsInTurn((Faults(stop=Stop("close", 9000)), Faults(stop=Stop("reset", 20000)), Faults()))
        async with serving(demo, faults=turns) as server:
            resume = ors.Resume(backoff_seconds=0.01)
            async with ors.connect(server.url, {"input": "x"}, resume=resume) as stream:
                response = await stream.get_final_response()
            return response.to_dict(), [one.method for one in server.requests]

    response, methods = asyncio.run(read_on())
    assert response == ors.EventStream(demo.body).get_final_response().to_dict()
    assert methods[:2] == ["POST", "GET"]
    assert methods.count("POST") == 1


def test_requests_on_one_connection_are_answered_in_order():
    async def answered():
        async with serving(MADE_UP) as server:
            port = int(server.origin.rpartition(":")[2])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request() + request("GET", "/x", b"") + request())
            answers = [await read_answer(reader) for _ in range(3)]
            writer.close()
            return answers

    first, second, third = asyncio.run(answered())
    assert first.body == third.body == MADE_UP.capture().body
    assert second.head.startswith(b"HTTP/1.1 404")


def test_http_1_0_gets_no_chunks():
    async def answered():
        async with serving(MADE_UP) as server:
            return await fetch(server, request().replace(b"HTTP/1.1", b"HTTP/1.0"))

    assert asyncio.run(answered()).body == MADE_UP.capture().body


def test_a_client_that_does_not_read_holds_the_player():
    big = Synthetic(tokens=200_000, rate=1e9, ttft=0.0)

    async def held():
        async with serving(big) as server:
            port = int(server.origin.rpartition(":")[2])
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 16)
            writer.write(request())
            while not server.requests:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
            await asyncio.sleep(1.0)
            (transport,) = server._house.transports
            assert transport.get_write_buffer_size() < 4 << 20
            answer = await read_answer(reader)
            writer.close()
            return answer

    assert asyncio.run(held()).body == big.capture().body


def test_websocket_errors_are_envelopes():
    from websockets.asyncio.client import connect

    sent = ["nonsense", "{}", '{"type":"response.create","stream":true}', '{"type":"response.create","model":1}']

    async def told():
        async with serving(MADE_UP) as server, connect(server.websocket_url) as socket:
            found = []
            for message in sent:
                await socket.send(message)
                found.append(json.loads(await socket.recv(decode=True)))
            await socket.send(['{"type":"respo', 'nse.create"}'])
            return found, json.loads(await socket.recv(decode=True))

    errors, after = asyncio.run(told())
    for error in errors:
        assert (error["type"], error["status"]) == ("error", 400)
        assert error["error"]["code"]
        assert error["error"]["message"]
    assert [error["error"]["param"] for error in errors] == [None, "type", "stream", "model"]
    assert after["type"] == "response.created"


def test_what_tools_ask_for_before_their_first_request():
    async def told():
        async with serving(MADE_UP, recording().capture, MADE_UP) as server, httpx2.AsyncClient() as client:
            models = await client.get(server.origin + "/v1/models")
            health = await client.get(server.origin + "/health")
            wrong = await client.post(server.origin + "/v1/models", json={})
            return models.json(), health.status_code, (wrong.status_code, wrong.headers["allow"])

    models, health, wrong = asyncio.run(told())
    assert [model["id"] for model in models["data"]] == ["synthetic", "demo-1"]
    assert all(model["object"] == "model" for model in models["data"])
    assert (health, wrong) == (200, (405, "GET"))
