"""The ready gateway: what passes, what it writes down, and how it stops."""

import asyncio
import json
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
import uvicorn
from prometheus_client.parser import text_string_to_metric_families
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

import or_stream as ors
from or_stream.proxy.gateway import Books, Gateway
from or_stream.serve import Faults, Pace, Staging, Stop, Synthetic

from .conftest import COMMAND

STREAM = {"model": "asked", "input": "hi", "stream": True}


def sse(response):
    assert response.headers["content-type"].startswith("text/event-stream")
    return response.content


def metrics(running):
    text = running.client.get(running.url + "/metrics").text
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {(sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value for sample in samples}


def test_a_stream_passes_byte_for_byte_and_is_written_down(proxy, responses_server):
    body = ors.synthesize({"id": "resp_1", "status": "completed", "model": "m", "output": [], "usage": {
        "input_tokens": 3, "output_tokens": 5, "total_tokens": 8,
    }})  # fmt: skip
    responses_server.serve(body)
    running = proxy(responses_server.base_url)
    own = {"authorization": "Bearer k", "x-mine": "1", "connection": "keep-alive, X-Hop", "x-hop": "1"}
    told = sse(running.post(STREAM, headers=own))
    assert told == body
    [asked] = responses_server.requests
    assert (asked.json, asked.headers["authorization"], asked.headers["x-mine"]) == (STREAM, "Bearer k", "1")
    assert asked.headers["accept-encoding"] == "identity"
    assert "x-hop" not in asked.headers
    [record] = running.records(1)
    assert record["usage"] == {"input_tokens": 3, "output_tokens": 5, "total_tokens": 8}
    assert (record["model"], record["response_id"], record["outcome"]) == ("m", "resp_1", "completed")
    assert (record["reason"], record["client_gone"], record["error"]) == ("upstream_end", False, None)
    assert record["bytes_in"] == record["bytes_out"] == len(body)
    counted = metrics(running)
    assert counted["or_stream_requests_total", "completed", "upstream_end", "true"] == 1
    assert counted["or_stream_tokens_total", "m", "output"] == 5
    assert counted[("or_stream_requests_in_flight",)] == 0


def test_what_is_no_stream_is_passed_on_as_it_is(proxy, responses_server):
    responses_server.serve(Synthetic(tokens=4, rate=1e6, ttft=0))
    running = proxy(responses_server.url)
    whole = running.post({"model": "asked", "input": "hi"})
    assert whole.json()["status"] == "completed"
    [record] = running.records(1)
    assert (record["stream"], record["outcome"], record["response_id"]) == (False, "completed", whole.json()["id"])
    missing = running.client.get(running.url + "/v1/nothing?limit=2")
    direct = httpx2.get(responses_server.base_url.removesuffix("/v1") + "/v1/nothing?limit=2")
    assert (missing.status_code, missing.content) == (direct.status_code, direct.content)
    assert running.records(2)[1]["error"] == f"HTTP {direct.status_code}"


def request_line(running, path):
    """Ask for a path as it is written here: clients would normalise it."""
    host, port = running.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as asking:
        asking.sendall(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: asking.recv(4096), b"")).split(b"\r\n", 1)[0]


def test_paths_keep_their_escapes_and_their_base(proxy):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        running = proxy(f"http://127.0.0.1:{listening.getsockname()[1]}/base")
        for path in ("/v1/models/org%2Fmodel", "/v1/a%3Fb%23c%25d", "/v1/x%20y?q=a%2Bb+c"):
            with ThreadPoolExecutor(1) as pool:
                answered = pool.submit(request_line, running, path)
                server, _ = listening.accept()
                with server:
                    asked = server.recv(4096)
                    server.sendall(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
                assert answered.result(10) == b"HTTP/1.1 204 No Content"
            assert asked.split(b"\r\n", 1)[0] == f"GET /base{path} HTTP/1.1".encode()
        for path in ("/v1/../../secret", "/v1/%2e%2e/%2E./secret", "/v1/a%2F..%2Fb", "/v1/..%5Csecret"):
            assert request_line(running, path) == b"HTTP/1.1 400 Bad Request"
        for record in running.records(7)[3:]:
            assert (record["outcome"], record["reason"], record["status"]) == ("error", "invalid_path", 400)
            assert (record["stream"], record["bytes_out"], record["client_gone"]) == (False, 0, False)
        listening.settimeout(0.05)
        with pytest.raises(TimeoutError):
            listening.accept()


def test_errors_of_the_server_and_of_the_way_to_it(proxy, responses_server):
    running = proxy(responses_server.base_url + "/nowhere", "--upstream-header", "x-team: a")
    refused = running.post(STREAM)
    assert refused.status_code == 404
    assert refused.json()["error"]["message"]
    assert responses_server.requests[0].headers["x-team"] == "a"
    [record] = running.records(1)
    assert (record["outcome"], record["reason"], record["status"]) == ("error", "upstream_error", 404)
    assert refused.json()["error"]["message"] in record["error"]
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = proxy(f"http://127.0.0.1:{closed.getsockname()[1]}")
        for body in (STREAM, {"input": "hi"}):
            down = nowhere.post(body)
            assert down.status_code == 502
            assert down.json()["error"]["code"] == "upstream_error"
    told = [(record["outcome"], record["reason"], record["status"]) for record in nowhere.records(2)]
    assert told == [("error", "upstream_error", None)] * 2


def test_a_cut_stream_gets_a_conformant_end(proxy, responses_server):
    responses_server.serve(
        Synthetic(tokens=9, rate=1e6, ttft=0), staging=Staging(faults=Faults(stop=Stop("close", 900)))
    )
    running = proxy(responses_server.base_url)
    body = sse(running.post(STREAM))
    assert body.endswith(b"data: [DONE]\n\n")
    assembler = ors.Assembler()
    assembler.feed(body)
    assembler.finish()
    assert assembler.outcome is ors.Outcome.FAILED
    [record] = running.records(1)
    assert (record["outcome"], record["status"]) == ("truncated", 200)


def test_a_handshake_is_refused_where_the_server_has_no_websocket_library(responses_server):
    records = []
    books = Books(on_record=records.append)
    config = uvicorn.Config(Gateway(responses_server.base_url, books=books), port=0, log_level="critical", ws="none")
    server = uvicorn.Server(config)
    with ThreadPoolExecutor(1) as pool:
        serving = pool.submit(server.run)
        try:
            while not server.started:
                time.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            with pytest.raises(InvalidStatus) as refused:
                connect(f"ws://127.0.0.1:{port}/v1/responses")
        finally:
            server.should_exit = True
        serving.result(10)
    answer = refused.value.response
    assert answer.status_code == 501
    assert json.loads(answer.body)["error"]["code"] == "websocket_not_relayed"
    [record] = records
    assert (record["outcome"], record["reason"], record["status"]) == ("error", "websocket_not_relayed", 501)
    assert responses_server.requests == []


def test_a_client_that_leaves_closes_the_stream(proxy, responses_server):
    responses_server.serve(Synthetic(tokens=10_000, rate=100, ttft=0), staging=Staging(pace=Pace(speed=1)))
    running = proxy(responses_server.base_url)
    with running.client.stream("POST", running.responses, json=STREAM) as response:
        next(response.iter_raw())
    [record] = running.records(1)
    assert (record["reason"], record["client_gone"], record["outcome"]) == ("client_gone", True, "truncated")
    assert record["seconds"] < 5


def test_health_and_readiness(proxy, responses_server):
    running = proxy(responses_server.base_url)
    assert running.client.get(running.url + "/healthz").json() == {"status": "ok"}
    assert running.client.get(running.url + "/readyz").json() == {"status": "ready"}


def test_a_stream_is_resumed_on_another_node(proxy, responses_server, redis_url):
    responses_server.serve(Synthetic(tokens=40, rate=200, ttft=0), staging=Staging(pace=Pace(speed=1)))
    one, other = (proxy(responses_server.base_url, "--redis", redis_url) for _ in range(2))
    assert other.client.get(other.url + "/readyz").json() == {"status": "ready"}
    decoder, events = ors.Decoder(), []
    with one.client.stream("POST", one.responses, json=STREAM) as response:
        for chunk in response.iter_raw():
            events += decoder.feed(chunk)
            if len(events) > 5:
                break
    response_id, last = events[0].response.id, events[-1].sequence_number
    rest = other.client.get(f"{other.responses}/{response_id}", params={"stream": "true", "starting_after": last})
    more = ors.Decoder().feed(sse(rest))
    numbers = [event.sequence_number for event in [*events, *more]]
    assert numbers == list(range(len(numbers)))
    assert type(more[-1]) is ors.Completed
    # The node that lost its client read on, so that the log is whole.
    assert one.records(1)[0]["outcome"] == "completed"


def test_what_a_log_lacks_is_written_down(proxy, responses_server, redis_url):
    """A server that gives two responses one id: the second streams all the same, and cannot be resumed."""
    responses_server.serve(Synthetic(tokens=3, rate=1e6, ttft=0))
    running = proxy(responses_server.base_url, "--redis", redis_url)
    bodies = {running.post(STREAM).content for _ in range(2)}
    assert len(bodies) == 1
    # The second may be written down first: the first waits for Redis to take its end.
    whole, lacking = sorted(running.records(2), key=lambda record: record["log_error"] is not None)
    assert whole["outcome"] == lacking["outcome"] == "completed"
    assert whole["log_error"] is None
    assert "another producer" in lacking["log_error"]


def test_readiness_without_its_redis(proxy, responses_server):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        running = proxy(responses_server.base_url, "--redis", f"redis://127.0.0.1:{closed.getsockname()[1]}")
    answer = running.client.get(running.url + "/readyz")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "event_log_unavailable"
    # Streams go on without their log.
    responses_server.serve(Synthetic(tokens=3, rate=1e6, ttft=0))
    assert ors.check(sse(running.post(STREAM))).ok


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_signal_lets_streams_end(proxy, responses_server, sent, code):
    responses_server.serve(Synthetic(tokens=30, rate=100, ttft=0), staging=Staging(pace=Pace(speed=1)))
    running = proxy(responses_server.base_url)
    with running.client.stream("POST", running.responses, json=STREAM) as response:
        chunks = response.iter_raw()
        body = next(chunks)
        running.process.send_signal(sent)
        body += b"".join(chunks)
    assert ors.check(body).ok
    assert running.process.wait(10) == code
    assert running.process.stderr.read() == ""


def test_a_second_signal_ends_them(proxy, responses_server):
    responses_server.serve(Synthetic(tokens=10_000, rate=50, ttft=0), staging=Staging(pace=Pace(speed=1)))
    running = proxy(responses_server.base_url)
    with running.client.stream("POST", running.responses, json=STREAM) as response:
        chunks = response.iter_raw()
        body = next(chunks)
        running.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        body += next(chunks)
        running.process.send_signal(signal.SIGTERM)
        body += b"".join(chunks)
    assert running.process.wait(10) == 0
    closed_for(body, running)


def test_streams_that_outlast_the_drain_are_closed(proxy, responses_server):
    responses_server.serve(Synthetic(tokens=10_000, rate=50, ttft=0), staging=Staging(pace=Pace(speed=1)))
    running = proxy(responses_server.base_url, "--drain-seconds", 1)
    with running.client.stream("POST", running.responses, json=STREAM) as response:
        chunks = response.iter_raw()
        body = next(chunks)
        running.process.send_signal(signal.SIGTERM)
        body += b"".join(chunks)
    assert running.process.wait(10) == 0
    closed_for(body, running)


def closed_for(body, running):
    """A stream that the gateway cut short: whole for its client, and written down."""
    assert ors.check(body).findings == []
    assert body.endswith(b"data: [DONE]\n\n")
    last = ors.Decoder().feed(body)[-1]
    assert type(last) is ors.Failed
    assert last.response.error.code == "relay_stopped"
    [record] = running.records(1)
    assert (record["outcome"], record["reason"], record["client_gone"]) == ("truncated", "cancelled", False)


def run(*options):
    return subprocess.run([*COMMAND, *map(str, options)], capture_output=True, text=True, timeout=30, check=False)


def test_bad_usage_is_told_in_a_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = run("--upstream", "http://127.0.0.1:1", "--port", taken.getsockname()[1])
    assert (busy.returncode, "Traceback" in busy.stderr) == (2, False)
    assert "already in use" in busy.stderr
    assert run("--upstream", "ftp://x").returncode == 2
    unwritable = run("--upstream", "http://127.0.0.1:1", "--port", 0, "--usage-log", tmp_path / "no" / "log")
    assert (unwritable.returncode, unwritable.stderr.count("\n")) == (2, 1)
    assert run("--upstream", "http://127.0.0.1:1", "--redis", "what").returncode == 2


def test_a_hundred_streams_at_once(proxy, responses_server):
    responses_server.serve(Synthetic(tokens=20, rate=100, ttft=0), staging=Staging(pace=Pace(speed=1)))
    running = proxy(responses_server.base_url)

    async def one(client):
        return (await client.post(running.responses, json=STREAM)).content

    async def all_of_them():
        limits = httpx2.Limits(max_connections=None)
        async with httpx2.AsyncClient(timeout=30, limits=limits) as client:
            return await asyncio.gather(*(one(client) for _ in range(100)))

    bodies = asyncio.run(all_of_them())
    assert all(ors.check(body).ok for body in bodies)
    records = running.records(100)
    assert {record["outcome"] for record in records} == {"completed"}
    assert metrics(running)[("or_stream_requests_in_flight",)] == 0
    assert json.dumps(records)
