"""The load generator against real servers: what it sends when, what it measures, what goes wrong."""

import itertools
import threading
import time
from contextlib import contextmanager

import pytest

from or_stream.bench.load import Bounds, FixedConcurrency, FixedRate, Job, LoadRequest, Ramp, read_requests, run_load
from or_stream.bench.load.schedule import begins
from or_stream.serve import Program, ServerThread, Staging, Synthetic, Take
from tests.proxy.gateways import free_port
from tests.streams import wire
from tests.streams.answers import HELLO
from tests.streams.script import events
from tests.transports.scripted_server import ScriptedServer

BODY = wire.body(events(HELLO))


@contextmanager
def serving(tokens=5, rate=50.0, ttft=0.1):
    with ServerThread(Program([Take.of(Synthetic(tokens=tokens, rate=rate, ttft=ttft))], Staging())) as server:
        yield server.url


def job(url, plan=None, bounds=None, **more):
    request = LoadRequest.make(url, {"model": "m", "input": "x"})
    return Job((request,), plan or FixedConcurrency(1), bounds or Bounds(requests=4), **more)


def errors(result):
    return {record.error_kind for record in result.records}


def test_a_closed_loop_keeps_so_many_under_way():
    with serving() as url:
        result = run_load(job(url, FixedConcurrency(4), Bounds(requests=20, warm_up=3)))
    assert [record.index for record in result.records] == list(range(23))
    assert [record.warm_up for record in result.records] == [True] * 3 + [False] * 20
    assert (result.succeeded, result.failed) == (20, 0)
    moments = [(record.start_ns, 1) for record in result.records] + [(record.end_ns, -1) for record in result.records]
    under_way = list(itertools.accumulate(step for _, step in sorted(moments, key=lambda one: (one[0], one[1]))))
    assert max(under_way) == 4
    assert result.summary("vllm")["total_output_tokens"] == 20 * 5


def test_the_metrics_are_those_of_a_server_whose_times_are_known():
    with serving(tokens=6, rate=20.0, ttft=0.15) as url:
        result = run_load(job(url, FixedConcurrency(2), Bounds(requests=6)))
    summary = result.summary("vllm", {"ttft": 10_000, "tpot": 1})
    # From below by the server's own clock; from above with room for a busy machine.
    assert 150 <= summary["median_ttft_ms"] < 250
    assert 45 < summary["median_tpot_ms"] < 65
    assert 400 <= summary["median_e2el_ms"] < 550
    assert summary["request_goodput"] == 0
    assert result.summary("vllm", {"ttft": 10_000})["request_goodput"] > 0


@contextmanager
def stalls_once(seconds):
    """Serves one request at a time, and is silent for a while before the first."""
    turn, asked = threading.Lock(), []

    def script(exchange):
        with turn:
            if not asked:
                time.sleep(seconds)
            asked.append(exchange.request)
            exchange.whole(BODY)

    with ScriptedServer() as server:
        yield server.script(script)


def test_an_open_loop_counts_from_when_a_request_was_due():
    """What a stalled server did to the requests behind the first is seen, and not left out (coordinated omission)."""
    with stalls_once(0.5) as url:
        open_loop = run_load(job(url, FixedRate(50, "constant"), Bounds(requests=10), max_in_flight=1))
    with stalls_once(0.5) as url:
        closed_loop = run_load(job(url, FixedConcurrency(1), Bounds(requests=10)))
    due = [record.intended_ns - open_loop.start_ns for record in open_loop.records]
    assert due == [number * 20_000_000 for number in range(10)]
    assert all(record.e2e_ns >= 300_000_000 for record in open_loop.records)
    assert open_loop.records[5].queueing_ns > 300_000_000
    assert sum(record.e2e_ns >= 300_000_000 for record in closed_loop.records) == 1
    assert all(record.queueing_ns == 0 for record in closed_loop.records)


def test_arrivals_follow_the_seed_and_the_rate():
    def first(plan, count):
        return list(itertools.islice(begins(plan), count))

    assert first(FixedRate(100, seed=3), 50) == first(FixedRate(100, seed=3), 50) != first(FixedRate(100, seed=4), 50)
    assert 8 < first(FixedRate(100), 1001)[1000] < 12
    assert first(FixedRate(4, "constant"), 4) == [0, 0.25, 0.5, 0.75]
    ramp = first(Ramp(0, 10, 10, "constant"), 120)
    # After 10 s a ramp from 0 to 10 a second has had 50 requests; from there they come every 0.1 s.
    assert ramp[50] == pytest.approx(10)
    assert ramp[51] - ramp[50] == pytest.approx(0.1)
    assert ramp[10] == pytest.approx((2 * 10 * 10 / 10) ** 0.5)


def test_several_processes_share_the_load():
    with serving() as url:
        seen = []
        result = run_load(job(url, FixedConcurrency(4), Bounds(requests=12), processes=2), on_record=seen.append)
    assert [record.index for record in result.records] == list(range(12))
    assert len(seen) == 12
    assert len(result.vitals) == 2
    assert result.succeeded == 12


@pytest.mark.parametrize("client", ["aiohttp", "httpx2"])
@pytest.mark.parametrize(
    ("script", "kind", "says"),
    [
        (lambda e: e.whole(b'{"error":{"message":"slow down"}}', 429, {"content-type": "application/json"}),
         "HTTP 429", "slow down"),
        (lambda e: e.whole(b"<html>hello</html>", 200, {"content-type": "text/html"}), "not a stream", "hello"),
        (lambda e: e.whole(BODY[:400]), "truncated", "the body ended without"),
        (lambda e: (e.chunked(BODY[:400]), e.reset()), "broken", "the connection broke"),
    ],
    ids=["429", "html", "truncated", "reset"],
)  # fmt: skip
def test_what_goes_wrong_is_named(client, script, kind, says):
    with ScriptedServer() as server:
        result = run_load(job(server.script(script), bounds=Bounds(requests=2), client=client))
    assert errors(result) == {kind}
    assert all(says in record.error and "\n" not in record.error for record in result.records)
    assert (result.succeeded, result.failed) == (0, 2)


def test_a_server_that_is_down_is_a_failed_request():
    result = run_load(job(f"http://127.0.0.1:{free_port()}/", bounds=Bounds(requests=2)))
    assert errors(result) == {"connect"}


def test_a_request_that_takes_too_long_is_a_timeout():
    with serving(ttft=5) as url:
        result = run_load(job(url, bounds=Bounds(requests=1), timeout_s=0.2))
    assert errors(result) == {"timeout"}
    assert result.records[0].error == "no end after 0.2 s (the reply had begun)"


@pytest.mark.parametrize("client", ["aiohttp", "httpx2"])
@pytest.mark.parametrize("processes", [1, 2])
def test_loading_a_client_is_no_time_of_the_servers(client, processes):
    """The clock begins when every process is ready to send."""
    late = []
    for _ in range(4):  # the machine may be busy
        with serving(ttft=0.0) as url:
            plan = FixedRate(100, "constant")
            result = run_load(job(url, plan, Bounds(requests=2), processes=processes, client=client))
        late.append(max(record.first_byte_ns - record.intended_ns for record in result.records) / 1e6)
        if late[-1] < 100:
            return
    pytest.fail(f"the first bytes came after {late} ms")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: FixedConcurrency(0),
        lambda: FixedRate(0),
        lambda: Ramp(1, 0, 1),
        Bounds,
        lambda: Bounds(requests=0),
        lambda: job("http://x/", FixedConcurrency(1), processes=2),
        lambda: job("http://x/", timeout_s=0),
        lambda: job("http://x/", timeout_s=float("nan")),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        wrong()


def test_requests_come_from_objects_arrays_and_lines(tmp_path):
    one, two = {"model": "m", "input": "a"}, {"model": "m", "input": "b"}
    assert read_requests('{"model": "m", "input": "a"}') == [one]
    file = tmp_path / "requests.jsonl"
    file.write_text('{"model":"m","input":"a"}\n\n{"model":"m","input":"b"}\n')
    assert read_requests(str(file)) == [one, two]
    file.write_text('[{"model":"m","input":"a"},{"model":"m","input":"b"}]')
    assert read_requests(str(file)) == [one, two]
    file.write_text('{"model":"m"}\nnonsense\n')
    with pytest.raises(ValueError, match="line 2"):
        read_requests(str(file))


@pytest.mark.parametrize("processes", [1, 2])
def test_progress_is_told_before_the_first_request_ends(processes):
    told, ended = [], []

    def keep(so_far):
        told.append((so_far, len(ended)))

    take = Take.of(Synthetic(tokens=40, rate=40, ttft=0.0))
    with ServerThread(Program([take], Staging())) as server:
        request = LoadRequest.make(server.url, {"model": "m", "input": "x"})
        job = Job((request,), FixedConcurrency(4), Bounds(requests=4), processes=processes)
        result = run_load(job, on_record=ended.append, on_progress=keep)
    early = [so_far for so_far, number in told if number == 0]
    assert result.succeeded == 4
    assert max(so_far.under_way for so_far in early) == 4
    events = [so_far.events for so_far, _ in told]
    assert 0 < max(so_far.events for so_far in early) <= sum(record.events for record in result.records)
    assert events == sorted(events)
