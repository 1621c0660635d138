"""What users write to serve, test and measure streams: for mypy and pyright in strict mode, never run."""

from pathlib import Path
from typing import Any, assert_type

import or_stream as ors
from or_stream.bench.load import Bounds, FixedConcurrency, FixedRate, Job, LoadRequest, Ramp, Record, run_load
from or_stream.bench.metrics import Metrics, Summary, metrics_of
from or_stream.bench.timeline import Timeline
from or_stream.serve import (
    Faults,
    Pace,
    Program,
    Request,
    Server,
    ServerThread,
    Staging,
    Stop,
    Synthetic,
    Take,
)
from or_stream.testing import ResponsesServer


def serve_in_a_thread() -> None:
    program = Program([Take.of(Synthetic(tokens=8)), Take.of({"id": "r", "output": []})], Staging(pace=Pace(speed=2)))
    with ServerThread(program, port=0) as server:
        assert_type(server, ServerThread)
        assert_type(server.url + server.websocket_url + server.origin, str)
        assert_type(server.requests, list[Request])
        with ors.connect_sync(server.url, {"model": "m"}, record=Path("run.orx")) as stream:
            assert_type(stream.record_fault, OSError | None)
        server.play(program)


async def serve_in_a_loop(program: Program) -> None:
    async with Server(program) as server:
        assert_type(server.url, str)


def test_of_a_user(responses_server: ResponsesServer) -> None:
    url = responses_server.serve(Synthetic(tokens=4), b"", staging=Staging(faults=Faults(stop=Stop("close", 900))))
    with ors.connect_sync(url, {"model": "m"}) as stream:
        for event in stream:
            assert_type(event, ors.Event)
    [asked] = responses_server.requests
    assert asked.json == {"model": "m"}
    assert_type(asked.headers["accept"], str)


def measure(timeline: Timeline) -> float:
    one = timeline.metrics("vllm", start_ns=0)
    assert_type(one, Metrics)
    assert_type(timeline.times, memoryview[int])
    all_of_them = metrics_of([(timeline, 0)], "aiperf", duration_s=2.0, slos={"ttft_ms": 200})
    assert_type(all_of_them, Summary)
    assert_type(all_of_them.succeeded, int)
    value: Any = one["ttft"]
    return float(value)


def load() -> int:
    request = LoadRequest.make("http://localhost:8000/v1/responses", {"model": "m", "input": "hi"})
    plans = FixedConcurrency(2), FixedRate(10.0, arrivals="constant"), Ramp(1.0, 9.0, 60.0)
    jobs = [Job((request,), plan, Bounds(requests=4), client="aiohttp") for plan in plans]
    for record in run_load(jobs[0]).records:
        assert_type(record, Record)
        assert_type(record.error_kind, str)
    return assert_type(run_load(jobs[1]).succeeded, int)
