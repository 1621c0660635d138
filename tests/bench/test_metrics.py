"""Every tool's metrics on fixed timelines equal what one works out by hand; the figures stand in the tests."""

import pytest

import or_stream as ors

from .timelines import CREATED, MS, START, delta, end, reasoned, timeline, usage


def near(values):
    return pytest.approx(values, rel=1e-9, abs=1e-12)


def test_vllm():
    metrics = reasoned().metrics("vllm", start_ns=START)
    # Contents at 110, 120, 150, 150, 170: 60 ms after the first for 5 further tokens.
    assert metrics["ttft"] == near(0.110)
    assert metrics["itl"] == near([0.010, 0.030, 0.0, 0.020])
    assert metrics["e2el"] == near(0.170)
    assert metrics["tpot"] == near(0.060 / 5)
    assert (metrics["input_tokens"], metrics["output_tokens"]) == (20, 6)
    assert (metrics.tokens_from, metrics.succeeded) == ("usage", True)


def test_aiperf():
    metrics = reasoned().metrics("aiperf", start_ns=START)
    assert metrics["time_to_first_token"] == near(110)
    assert metrics["time_to_second_token"] == near(10)
    assert metrics["time_to_first_output_token"] == near(150)
    assert metrics["request_latency"] == near(170)
    assert metrics["decode_duration"] == near(60)
    assert metrics["inter_token_latency"] == near(12)
    assert metrics["inter_chunk_latency"] == near([10, 30, 0, 20])
    assert metrics["output_token_throughput_per_user"] == near(1000 / 12)
    assert metrics["e2e_output_token_throughput"] == near(6 / 0.170)
    assert metrics["prefill_throughput_per_user"] == near(20 / 0.110)
    assert [metrics[name] for name in ("input_sequence_length", "output_sequence_length")] == [20, 6]
    assert [metrics[name] for name in ("output_token_count", "reasoning_token_count")] == [4, 2]


def test_guidellm():
    # It takes reasoning from summaries only: contents at 150, 150, 170; the whole 170 ms over 6 tokens.
    metrics = reasoned().metrics("guidellm", start_ns=START)
    assert metrics["request_latency"] == near(0.200)
    assert metrics["time_to_first_token_ms"] == near(150)
    assert metrics["time_to_first_output_token_ms"] == near(150)
    assert metrics["time_per_output_token_ms"] == near(170 / 6)
    assert metrics["inter_token_latency_ms"] == near(20 / 5)
    assert metrics["output_tokens_per_second"] == near(30)
    assert metrics["tokens_per_second"] == near(130)


def test_otel():
    metrics = reasoned().metrics("otel", start_ns=START)
    assert metrics["gen_ai.client.operation.duration"] == near(0.200)
    assert metrics["gen_ai.client.operation.time_to_first_chunk"] == near(0.100)
    gaps = [0.010, 0.010, 0.030, 0.0, 0.020, 0.010, 0.020]
    assert metrics["gen_ai.client.operation.time_per_output_chunk"] == near(gaps)
    assert metrics["gen_ai.client.token.usage[input]"] == 20
    assert metrics["gen_ai.client.token.usage[output]"] == 6


def test_what_counts_as_content_is_the_tools_own():
    line = timeline(
        (1, CREATED),
        (2, delta("reasoning_summary_text", summary_index=0)),
        (3, delta("reasoning_text", content_index=0)),
        (4, delta("function_call_arguments")),
        (5, delta("output_text", content_index=0)),
        (6, end(usage())),
    )
    assert line.metrics("vllm", start_ns=START)["ttft"] == near(0.003)
    assert line.metrics("vllm", start_ns=START)["itl"] == near([0.002])
    assert line.metrics("aiperf", start_ns=START)["inter_chunk_latency"] == near([1, 1])
    assert line.metrics("aiperf", start_ns=START)["time_to_first_output_token"] == near(4)
    assert line.metrics("guidellm", start_ns=START)["time_to_first_token_ms"] == near(2)
    assert line.metrics("guidellm", start_ns=START)["time_to_first_output_token_ms"] == near(4)


def test_late_text_is_no_gap_and_counts_nowhere():
    text = {"type": "response.output_text.done", "item_id": "i", "output_index": 0, "content_index": 0, "text": "late"}
    line = timeline((1, CREATED), (2, text), (3, end(usage())))
    assert line.metrics("vllm", start_ns=START).values == {
        "ttft": None,
        "tpot": None,
        "itl": [],
        "e2el": None,
        "input_tokens": 20,
        "output_tokens": 6,
    }
    assert not line.metrics("vllm", start_ns=START).succeeded


def test_empty_deltas_are_no_content():
    line = timeline((1, CREATED), (2, delta("output_text", "")), (5, delta("output_text")), (6, end(usage())))
    assert line.metrics("vllm", start_ns=START)["ttft"] == near(0.005)


@pytest.mark.parametrize("told", [{}, {"output_tokens": 0}, {"output_tokens": "6"}, {"output_tokens": True}])
def test_without_a_count_deltas_stand_in_and_the_result_says_so(told):
    metrics = reasoned(told=told).metrics("vllm", start_ns=START)
    assert (metrics.tokens_from, metrics["output_tokens"]) == ("deltas", 5)
    assert metrics["tpot"] == near(0.060 / 4)
    # OpenTelemetry forbids telling tokens that nobody counted.
    assert reasoned(told=told).metrics("otel", start_ns=START)["gen_ai.client.token.usage[output]"] is None


def test_one_token_has_no_time_per_token():
    line = timeline((5, delta("output_text")), (6, end(usage(tokens_out=1))))
    assert line.metrics("vllm", start_ns=START)["tpot"] is None
    assert line.metrics("aiperf", start_ns=START)["inter_token_latency"] is None
    assert line.metrics("guidellm", start_ns=START)["inter_token_latency_ms"] is None
    assert line.metrics("guidellm", start_ns=START)["time_per_output_token_ms"] == near(5)


@pytest.mark.parametrize("defs", ["vllm", "aiperf", "guidellm", "otel"])
def test_an_empty_timeline_has_metrics_too(defs):
    empty = timeline()
    assert not empty.metrics(defs, start_ns=START).succeeded
    summary = ors.metrics_of([(empty, START)], defs)
    assert (summary.succeeded, summary.failed, summary.duration_s) == (0, 1, 0)
    assert ors.metrics_of([], defs).succeeded == 0


def test_bad_questions():
    with pytest.raises(ValueError, match="defs must be one of vllm, aiperf, guidellm, otel, not 'llmperf'"):
        reasoned().metrics("llmperf", start_ns=START)
    with pytest.raises(ValueError, match="another clock"):
        reasoned().metrics("vllm", start_ns=START + 101 * MS)
    with pytest.raises(ValueError, match=r"vllm has no objective 'ttft_ms'; it knows: ttft, tpot, e2el"):
        ors.metrics_of([], "vllm", slos={"ttft_ms": 1})
    with pytest.raises(ValueError, match="it knows: none"):
        ors.metrics_of([], "otel", slos={"ttft": 1})


# Runs


def run():
    """Three requests that start 100 ms apart, of 10, 20 and 40 ms to the first content, and one that fails."""
    found = []
    for number, first in enumerate((10, 20, 40)):
        start = START + number * 100 * MS
        steps = [(first, delta("output_text")), (first + 10, delta("output_text")), (first + 30, end(usage(10, 3, 0)))]
        found.append((timeline(*steps, start=start), start))
    failed = timeline((5, CREATED), (6, end(status="failed")), start=START)
    return [*found, (failed, START)]


def test_a_run_by_vllm():
    summary = ors.metrics_of(run(), "vllm", slos={"ttft": 20, "tpot": 5})
    # From the first start to the last content, of the third request: 200 + 50 ms.
    assert summary.duration_s == near(0.250)
    assert (summary["completed"], summary["failed"], summary.tokens_from) == (3, 1, "usage")
    assert (summary["total_input_tokens"], summary["total_output_tokens"]) == (30, 9)
    assert summary["request_throughput"] == near(12)
    assert summary["output_throughput"] == near(36)
    assert summary["total_token_throughput"] == near(156)
    assert summary["request_goodput"] == near(8)
    assert summary["mean_ttft_ms"] == near(70 / 3)
    assert summary["median_ttft_ms"] == near(20)
    assert summary["p90_ttft_ms"] == near(20 + 0.8 * 20)
    assert summary["std_ttft_ms"] == near((1400 / 9) ** 0.5)
    assert (summary["mean_itl_ms"], summary["p99_itl_ms"]) == near((10, 10))
    assert summary["mean_tpot_ms"] == near(5)
    assert summary["mean_e2el_ms"] == near(100 / 3)


def test_a_run_by_aiperf():
    slos = {"time_to_first_token": 40, "output_token_throughput_per_user": 200}
    summary = ors.metrics_of(run(), "aiperf", slos=slos)
    first = summary["time_to_first_token"]
    assert (first["unit"], first["count"]) == ("ms", 3)
    assert (first["avg"], first["p50"], first["p99"]) == near((70 / 3, 20, 20 + 0.98 * 20))
    assert summary["inter_chunk_latency"]["count"] == 3
    assert summary["benchmark_duration"] == {"unit": "sec", "avg": near(0.250)}
    assert summary["output_token_throughput"]["avg"] == near(36)
    assert (summary["request_count"]["avg"], summary["error_request_count"]["avg"]) == (3, 1)
    assert summary["request_error_rate"] == {"unit": "%", "avg": near(25)}
    assert summary["input_token_throughput"]["avg"] == near(120)
    # Every request has 10 ms for 2 tokens, so 200 a second, which is enough: a throughput has a least value.
    assert (summary["good_request_count"]["avg"], summary["goodput"]["avg"]) == near((3, 12))
    # Of all four, the failed one among them.
    assert summary["good_request_fraction"]["avg"] == near(0.75)
    none = ors.metrics_of(run(), "aiperf", slos={"output_token_throughput_per_user": 201})
    assert none["good_request_count"]["avg"] == 0


def test_a_run_by_guidellm():
    summary = ors.metrics_of(run(), "guidellm", slos={"e2el_ms": 50})
    # Its requests end with the terminal event: 200 + 70 ms.
    assert summary.duration_s == near(0.270)
    first = summary["time_to_first_token_ms"]
    assert (first["median"], first["mean"], first["percentiles"]["p90"]) == near((20, 70 / 3, 40))
    # Weighted by tokens: the mean over 9 tokens of 20/3, 30/3 and 50/3 ms.
    assert summary["time_per_output_token_ms"]["mean"] == near(100 / 9)
    assert summary["time_per_output_token_ms"]["count"] == 9
    assert summary["inter_token_latency_ms"]["count"] == 6
    # Of four requests, the failed one among them, two lasted 50 ms at most.
    assert summary["slo_attainment"] == near(0.5)
    assert summary["request_goodput"]["mean"] == near(2 / 0.270)


def test_weights_move_a_percentile():
    lines = [
        timeline((ttft, delta("output_text")), (ttft, end(usage(1, tokens, 0)))) for ttft, tokens in ((10, 1), (30, 3))
    ]
    summary = ors.metrics_of([(line, START) for line in lines], "guidellm")
    tpot = summary["time_per_output_token_ms"]
    assert (tpot["mean"], tpot["median"]) == near((10, 10))
    lines = [
        timeline((ttft, delta("output_text")), (ttft, end(usage(1, tokens, 0)))) for ttft, tokens in ((10, 1), (60, 3))
    ]
    tpot = ors.metrics_of([(line, START) for line in lines], "guidellm")["time_per_output_token_ms"]
    assert (tpot["mean"], tpot["median"], tpot["percentiles"]["p25"]) == near((17.5, 20, 10))


def test_a_run_by_otel():
    summary = ors.metrics_of(run(), "otel")
    point = summary["gen_ai.client.operation.time_to_first_chunk"]
    # An upper boundary belongs to its bucket: 10 ms to the first, 20 to the second, 40 to the third.
    assert point["bucket_counts"][:4] == [1, 1, 1, 0]
    assert (point["count"], point["sum"], point["unit"]) == (3, near(0.070), "s")
    assert summary["gen_ai.client.token.usage[output]"]["bucket_counts"][:3] == [0, 3, 0]


def test_a_summary_says_deltas_if_one_request_had_no_count():
    both = [(reasoned(), START), (reasoned(told={}), START)]
    assert ors.metrics_of(both).tokens_from == "deltas"


def test_one_token_cannot_miss_the_time_per_token_of_vllm():
    line = timeline((5, delta("output_text")), (6, end(usage(tokens_out=1))))
    assert ors.metrics_of([(line, START)], "vllm", slos={"tpot": 0.001}, duration_s=2)["request_goodput"] == 0.5
    good = ors.metrics_of([(line, START)], "guidellm", slos={"tpot_ms": 0.001})
    assert good["slo_attainment"] == 0
