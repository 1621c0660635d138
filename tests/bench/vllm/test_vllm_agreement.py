import json
import subprocess
from pathlib import Path

import pytest

import or_stream as ors
from tests.bench.timelines import CREATED, MS, START, calling, chat, delta, demo, end, thinking, usage

PYTHON = Path(__file__).parents[3] / ".venv-vllm" / "bin" / "python"
THEIRS = Path(__file__).with_name("theirs.py")
PERCENTILES = [25, 50, 75, 90, 95, 99]

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="vLLM's code is not there: make test-vllm fetches it")


def theirs(requests, duration_s=10.0, slos=None):
    """What vLLM's code says of each request and of the run."""
    told = {"requests": requests, "duration_s": duration_s, "slos": slos or {}, "percentiles": PERCENTILES}
    run = subprocess.run([PYTHON, THEIRS], input=json.dumps(told), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout)


def timeline(pieces):
    found = ors.Timeline()
    for at, text in pieces:
        found.feed(text.encode(), at)
    found.finish()
    return found


def at_times(events, gaps, start=START):
    """Events as an event stream, one piece each, at times whose gaps, in milliseconds, are used in turns."""
    at, pieces = start, []
    for number, event in enumerate(events):
        at += int(gaps[number % len(gaps)] * MS)
        pieces.append((at, ors.encode(event).decode()))
    return pieces


def short():
    return [CREATED, delta("output_text", content_index=0), end(usage(3, 1))]


GAPS = [(10,), (1, 30, 0.25), (100, 0, 0, 0, 3)]
SHAPES = [chat, thinking, calling, short, demo]


@pytest.mark.parametrize("gaps", GAPS, ids=str)
@pytest.mark.parametrize("events", SHAPES)
def test_the_same_figures_of_a_request(events, gaps):
    pieces = at_times(events(), gaps)
    found = timeline(pieces).metrics("vllm", start_ns=START)
    (expected,) = theirs([(START, pieces)])["requests"]
    assert expected["success"] is found.succeeded is True, expected["error"]
    assert found["ttft"] == pytest.approx(expected["ttft"], abs=1e-9)
    assert found["e2el"] == pytest.approx(expected["latency"], abs=1e-9)
    assert found["itl"] == pytest.approx(expected["itl"], abs=1e-9)


@pytest.mark.parametrize("slos", [{}, {"ttft": 40}, {"ttft": 200, "tpot": 9, "e2el": 300}, {"tpot": 0.001}], ids=str)
def test_the_same_figures_of_a_run(slos):
    starts = range(START, START + 10_000 * MS, 137 * MS)
    requests = [
        (start, at_times(SHAPES[number % len(SHAPES)](), GAPS[number % len(GAPS)], start))
        for number, start in enumerate(starts)
    ]
    failed = [CREATED, delta("output_text", content_index=0), end(status="failed")]
    requests.append((START, at_times(failed, (5,))))
    expected = theirs(requests, duration_s=12.5, slos=slos)["run"]
    runs = [(timeline(pieces), start) for start, pieces in requests]
    found = ors.metrics_of(runs, "vllm", slos=slos, duration_s=12.5)

    assert (found["completed"], found["failed"]) == (expected["completed"], expected["failed"]) == (len(starts), 1)
    assert found["total_input_tokens"] == expected["total_input"]
    assert found["total_output_tokens"] == expected["total_output"]
    rates = ["request_throughput", "output_throughput", "total_token_throughput"]
    figures = [f"{what}_{name}_ms" for name in ("ttft", "tpot", "itl", "e2el") for what in ("mean", "median", "std")]
    for name in [*rates, *(["request_goodput"] if slos else []), *figures]:
        assert found[name] == pytest.approx(expected[name], rel=1e-6), name
    for name in ("ttft", "tpot", "itl", "e2el"):
        for percentile, value in expected[f"percentiles_{name}_ms"]:
            if percentile != 50:
                assert found[f"p{percentile}_{name}_ms"] == pytest.approx(value, rel=1e-6), (name, percentile)


def test_a_cut_stream_is_a_failure_for_both():
    pieces = at_times(chat()[:-1], (10,))
    assert timeline(pieces).metrics("vllm", start_ns=START).succeeded is False
    assert theirs([(START, pieces)])["requests"][0]["success"] is False


def test_the_known_difference_is_what_counts_as_content():
    """vLLM takes an empty delta for content and does not know `response.reasoning.delta`; we do the opposite."""
    events = [CREATED, delta("reasoning"), delta("output_text", content_index=0), delta("output_text", ""), chat()[-1]]
    pieces = at_times(events, (10,))
    found = timeline(pieces).metrics("vllm", start_ns=START)
    (expected,) = theirs([(START, pieces)])["requests"]
    assert (found["ttft"], found["itl"]) == (pytest.approx(0.02), pytest.approx([0.01]))
    assert (expected["ttft"], expected["itl"]) == (pytest.approx(0.03), pytest.approx([0.01]))
