"""The ready gateway over WebSocket: messages pass as they are, and every turn has its line in the books."""

import asyncio
import json
import socket
from contextlib import asynccontextmanager

import pytest
import uvicorn
from granian.constants import Interfaces
from granian.server.embed import Server as GranianServer
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect as connect_sync

import or_stream as ors
from or_stream.proxy.gateway import Books, Gateway
from tests.proxy.test_compliance import asked, each_case, judge
from tests.websocket.scripted_socket import answer, completed, created, delta, envelope, scripted
from tests.websocket.turns import on_asyncio

CREATE = json.dumps({"type": "response.create", "model": "asked", "input": "hi"})


@asynccontextmanager
async def served(app):
    config = uvicorn.Config(app, port=0, log_level="critical", ws="websockets-sansio")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.005)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


class Ends(list):
    """The records of the usage log, to be waited for."""

    async def of(self, count):
        while len(self) < count:  # noqa: ASYNC110 - nobody tells of them
            await asyncio.sleep(0.005)
        return list(self)


@asynccontextmanager
async def gateway(upstream, **options):
    """A gateway before an upstream; gives the URL of its WebSocket and its records."""
    records = Ends()
    books = Books(on_record=records.append)
    async with served(Gateway(upstream.replace("ws://", "http://"), books=books, **options)) as port:
        yield f"ws://127.0.0.1:{port}/v1/responses", records
    assert b"or_stream_requests_in_flight 0.0" in books.metrics()[0]


def sends(*messages):
    async def script(socket, request):
        for message in messages:
            await socket.send(message)

    return script


async def received(socket, count):
    return [await socket.recv() for _ in range(count)]


async def rest_of(socket):
    """What comes until the connection is closed, and how it was closed."""
    told = []
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            told.append(json.loads(await socket.recv()))
    return told, closed.value.rcvd


@on_asyncio
async def test_messages_pass_as_they_are_and_each_turn_is_written_down():
    first, second = answer("resp_1", "Hel", "lo"), answer("resp_2", "two")
    scripts = iter([sends(*first), sends(*second)])

    async def script(socket, request):
        await next(scripts)(socket, request)

    headers = {"authorization": "Bearer k", "x-team": "mine"}
    async with scripted(script) as (url, talk), gateway(url, upstream_headers={"x-team": "ours"}) as (own, records):
        async with connect(own, additional_headers=headers) as socket:
            await socket.send(CREATE)
            assert await received(socket, len(first)) == first
            await records.of(1)
            await socket.send(CREATE)
            assert await received(socket, len(second)) == second
            one, two = await records.of(2)
        await talk.is_closed.wait()
    assert talk.requests == [json.loads(CREATE)] * 2
    assert (talk.headers[0]["authorization"], talk.headers[0]["x-team"]) == ("Bearer k", "ours")
    assert talk.closed == [1000]
    assert (one["response_id"], two["response_id"]) == ("resp_1", "resp_2")
    assert (one["outcome"], one["reason"], one["status"], one["model"]) == ("completed", "upstream_end", 101, "asked")
    assert one["bytes_in"] == one["bytes_out"] == sum(map(len, first))
    assert one["ttft_ms"] > 0
    assert len(records) == 2


@on_asyncio
@each_case
async def test_what_a_suite_of_the_contract_asks(case, responses_server):
    responses_server.serve(case.response)
    async with (
        gateway(responses_server.base_url) as (own, records),
        ors.ResponsesWebSocket(own, strict=True) as socket,
    ):
        for _ in range(2):
            async with socket.create(asked(case)) as stream:
                judge((await stream.get_final_response()).to_dict(), case)
        await records.of(2)
    assert responses_server.requests[-1].json == {"type": "response.create", **asked(case)}
    assert records[0]["usage"]["total_tokens"] == case.response["usage"]["total_tokens"]


def test_the_command_relays_it(proxy, responses_server):
    running = proxy(responses_server.base_url)
    with connect_sync(running.url.replace("http", "ws") + "/v1/responses") as socket:
        socket.send(CREATE)
        with ors.EventStream(socket) as stream:
            assert stream.get_final_response().status == "completed"
    assert running.records(1)[0]["outcome"] == "completed"


@on_asyncio
async def test_granian_serves_it_too(responses_server):
    records = Ends()
    app = Gateway(responses_server.base_url, books=Books(on_record=records.append))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = GranianServer(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, websockets=True)
    serving = asyncio.create_task(server.serve())
    try:
        while True:
            try:
                client = await connect(f"ws://127.0.0.1:{port}/v1/responses")
                break
            except OSError:
                await asyncio.sleep(0.02)
        async with client:
            await client.send(CREATE)
            while json.loads(await client.recv())["type"] != "response.completed":
                pass
        assert (await records.of(1))[0]["outcome"] == "completed"
    finally:
        server.stop()
        await serving


@on_asyncio
async def test_a_refused_request_leaves_the_connection_and_the_turn_that_runs():
    refused = envelope("busy", 409)
    after = answer("resp_1", "Hello")

    async def script(socket, request):
        if request.get("input") == "too early":
            await socket.send(refused)
            for message in after[1:]:
                await socket.send(message)
        else:
            await socket.send(after[0])

    async with scripted(script) as (url, _), gateway(url) as (own, records), connect(own) as socket:
        await socket.send(CREATE)
        assert await socket.recv() == after[0]
        await socket.send(json.dumps({"type": "response.create", "model": "other", "input": "too early"}))
        assert await received(socket, len(after)) == [refused, *after[1:]]
        early, one = await records.of(2)
        assert (early["model"], early["outcome"], early["response_id"]) == ("other", "error", None)
        assert (one["model"], one["outcome"], one["response_id"]) == ("asked", "completed", "resp_1")


@on_asyncio
async def test_an_error_may_have_its_failed_event_behind_it():
    error = json.dumps({"type": "error", "code": "oops", "message": "no", "sequence_number": 1})
    failed = json.dumps({"type": "response.failed", "response": {"id": "resp_1", "status": "failed", "output": []}})
    scripts = iter([sends(created("resp_1"), error, failed), sends(created("resp_2"), error), sends(*answer("r", "x"))])

    async def script(socket, request):
        await next(scripts)(socket, request)

    async with scripted(script) as (url, _), gateway(url) as (own, records), connect(own) as socket:
        await socket.send(CREATE)
        await received(socket, 3)
        assert [record["outcome"] for record in await records.of(1)] == ["failed"]
        await socket.send(CREATE)
        await received(socket, 2)
        await socket.send(CREATE)
        assert [record["outcome"] for record in await records.of(3)] == ["failed", "error", "completed"]


@on_asyncio
async def test_a_server_that_dies_owes_its_clients_an_end():
    async def dies(socket, request):
        await socket.send(created("resp_1"))
        await socket.send(delta("resp_1", "Hel", 1))
        socket.transport.abort()

    async with scripted(dies) as (url, _), gateway(url) as (own, records), connect(own) as socket:
        await socket.send(CREATE)
        told, close = await rest_of(socket)
        assert [event["type"] for event in told] == [
            "response.created",
            "response.output_text.delta",
            "response.failed",
        ]
        assert (told[-1]["response"]["id"], told[-1]["sequence_number"]) == ("resp_1", 2)
        assert told[-1]["response"]["error"]["code"] == "upstream_error"
        assert close.code == 1011
        [record] = await records.of(1)
        assert (record["outcome"], record["reason"], record["client_gone"]) == ("truncated", "upstream_error", False)


@on_asyncio
async def test_a_server_that_closes_between_turns_is_heard():
    async def script(socket, request):
        await sends(*answer("resp_1", "x"), envelope("websocket_connection_limit_reached"))(socket, request)
        await socket.close(4000, "sixty minutes")

    async with scripted(script) as (url, _), gateway(url) as (own, records), connect(own) as socket:
        await socket.send(CREATE)
        told, close = await rest_of(socket)
        assert (told[-1]["error"]["code"], close.code, close.reason) == (
            "websocket_connection_limit_reached",
            4000,
            "sixty minutes",
        )
        assert [record["outcome"] for record in await records.of(1)] == ["completed"]


@on_asyncio
@pytest.mark.parametrize("way", ["cancel", "drain"])
async def test_a_client_that_leaves(way):
    go_on = asyncio.Event()

    async def script(socket, request):
        await socket.send(created("resp_1"))
        if way == "drain":
            await go_on.wait()
            await socket.send(completed("resp_1", "Hello"))
        else:
            await socket.wait_closed()

    async with scripted(script) as (url, talk), gateway(url, on_client_gone=way) as (own, records):
        async with connect(own) as socket:
            await socket.send(CREATE)
            await socket.recv()
        go_on.set()
        await talk.is_closed.wait()
        [record] = await records.of(1)
    if way == "drain":
        assert (record["outcome"], record["reason"]) == ("completed", "upstream_end")
    else:
        assert (record["outcome"], record["reason"], record["client_gone"]) == ("truncated", "client_gone", True)


@on_asyncio
async def test_a_turn_that_takes_too_long():
    async def script(socket, request):
        await socket.send(created("resp_1"))
        await socket.wait_closed()

    async with scripted(script) as (url, talk), gateway(url, max_duration=0.2) as (own, records):
        async with connect(own) as socket:
            await asyncio.sleep(0.3)  # between turns no time is counted
            await socket.send(CREATE)
            told, close = await rest_of(socket)
        assert (told[-1]["type"], told[-1]["response"]["error"]["code"]) == ("response.failed", "max_duration")
        assert close.code == 1008
        await talk.is_closed.wait()
        assert [record["reason"] for record in await records.of(1)] == ["max_duration"]


@on_asyncio
async def test_a_message_beyond_the_limit_ends_the_turn():
    script = sends(created("resp_1"), delta("resp_1", "x" * 5000, 1))
    async with scripted(script) as (url, _), gateway(url, max_event_bytes=2000) as (own, records):
        async with connect(own) as socket:
            await socket.send(CREATE)
            told, close = await rest_of(socket)
        assert [event["type"] for event in told] == ["response.created", "response.failed"]
        assert close.code == 1011
        assert [record["reason"] for record in await records.of(1)] == ["max_event_bytes"]


@on_asyncio
@pytest.mark.parametrize("send_timeout", [None, 0.5])
async def test_a_client_that_does_not_read_holds_the_server_up(send_timeout):
    sent = 0

    async def endless(socket, request):
        nonlocal sent
        await socket.send(created("resp_1"))
        for number in range(1, 4000):
            await socket.send(delta("resp_1", "x" * 16_000, number))
            sent = number

    async with (
        scripted(endless, compression=None) as (url, talk),
        gateway(url, send_timeout=send_timeout) as (own, records),
        connect(own, max_queue=1, compression=None) as socket,
    ):
        await socket.send(CREATE)
        if send_timeout:
            assert [record["reason"] for record in await records.of(1)] == ["send_timeout"]
            await talk.is_closed.wait()
            return
        before = -1
        while sent != before or sent == 0:
            before = sent
            await asyncio.sleep(0.5)
        # Socket buffers take some; of 64 MB most is never sent.
        assert sent < 2000
        socket.transport.abort()
        assert [record["reason"] for record in await records.of(1)] == ["client_gone"]


@on_asyncio
async def test_refused_handshakes_have_their_reason(responses_server):
    async def refuse(connection, request):
        reply = connection.respond(429, json.dumps({"error": {"message": "slow down", "code": "rate"}}))
        reply.headers["content-type"] = "application/json"
        return reply

    async with scripted(sends(), process_request=refuse) as (url, _), gateway(url) as (own, records):
        with pytest.raises(InvalidStatus) as refused:
            await connect(own)
        assert refused.value.response.status_code == 429
        assert json.loads(refused.value.response.body)["error"]["code"] == "rate"
        assert (await records.of(1))[0]["status"] == 429
    async with gateway("http://127.0.0.1:1") as (own, records):
        with pytest.raises(InvalidStatus) as refused:
            await connect(own)
        assert refused.value.response.status_code == 502
        assert (await records.of(1))[0]["reason"] == "upstream_error"
    async with gateway(responses_server.base_url) as (own, records):
        with pytest.raises(InvalidStatus) as refused:
            await connect(own.replace("responses", "realtime"))
        assert refused.value.response.status_code == 501
        assert json.loads(refused.value.response.body)["error"]["code"] == "websocket_not_relayed"
        assert [record["reason"] for record in await records.of(1)] == ["websocket_not_relayed"]
