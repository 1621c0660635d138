"""aiperf: names (its metric tags), display units and formulas of version 0.13."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from .definition import MS, NS, Definition, Run, Values, scaled, shared
from .moments import ARGUMENTS, REASONING, TEXT
from .spread import deviation, interpolated, mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .moments import Moments

_UNITS = {
    "time_to_first_token": "ms",
    "time_to_second_token": "ms",
    "time_to_first_output_token": "ms",
    "request_latency": "ms",
    "decode_duration": "ms",
    "inter_token_latency": "ms",
    "inter_chunk_latency": "ms",
    "output_token_throughput_per_user": "tokens/sec/user",
    "e2e_output_token_throughput": "tokens/sec/user",
    "prefill_throughput_per_user": "tokens/sec/user",
    "input_sequence_length": "tokens",
    "output_sequence_length": "tokens",
    "output_token_count": "tokens",
    "reasoning_token_count": "tokens",
}
_PERCENTS = (1, 5, 10, 25, 50, 75, 90, 95, 99)


class AIPerf(Definition):
    """Every metric has its display unit: milliseconds, tokens, tokens a second and user."""

    content = frozenset({TEXT, REASONING, ARGUMENTS})
    objectives: ClassVar[Mapping[str, str]] = {name: name for name in _UNITS if name != "inter_chunk_latency"}
    larger_is_better = frozenset(name for name in _UNITS if "throughput" in name or "token_count" in name) | {
        "input_sequence_length",
        "output_sequence_length",
    }

    def of_request(self, moments: Moments) -> Values:
        """A request lasts until its last content; its tokens but the first are spread over the time after the first."""
        first, last = moments.since_start(moments.first_ns), moments.since_start(moments.last_ns)
        decode = None if first is None or last is None else last - first
        tokens = moments.output_tokens
        itl = shared(decode, tokens - 1)
        reasoning = moments.reasoning_tokens
        return {
            "time_to_first_token": scaled(first, MS),
            "time_to_second_token": scaled(moments.gaps[0], MS) if moments.gaps else None,
            "time_to_first_output_token": scaled(moments.since_start(moments.first_output_ns), MS),
            "request_latency": scaled(last, MS),
            "decode_duration": scaled(decode, MS),
            "inter_token_latency": scaled(itl, MS),
            "inter_chunk_latency": [gap / MS for gap in moments.gaps],
            "output_token_throughput_per_user": shared(NS, itl or 0),
            "e2e_output_token_throughput": shared(tokens * NS, last or 0),
            "prefill_throughput_per_user": _prefill(moments.input_tokens, first),
            "input_sequence_length": moments.input_tokens,
            "output_sequence_length": tokens,
            "output_token_count": None if reasoning is None else max(tokens - reasoning, 0),
            "reasoning_token_count": reasoning,
        }

    def of_run(self, run: Run) -> Values:
        """Give the metrics of its JSON export, each with its unit."""
        found: Values = {name: _spread(run.column(name), unit) for name, unit in _UNITS.items()}
        asked = len(run.succeeded) + run.failed
        tokens_in, tokens_out = run.total("input_sequence_length"), run.total("output_sequence_length")
        found |= {
            "request_count": {"unit": "requests", "avg": len(run.succeeded)},
            "error_request_count": {"unit": "requests", "avg": run.failed},
            "request_error_rate": {"unit": "%", "avg": 100 * run.failed / asked if asked else None},
            "benchmark_duration": {"unit": "sec", "avg": run.duration_s},
            "request_throughput": {"unit": "requests/sec", "avg": run.rate(len(run.succeeded))},
            "input_token_throughput": {"unit": "tokens/sec", "avg": run.rate(tokens_in)},
            "output_token_throughput": {"unit": "tokens/sec", "avg": run.rate(tokens_out)},
            "total_token_throughput": {"unit": "tokens/sec", "avg": run.rate(tokens_in + tokens_out)},
        }
        if run.good is not None:
            found["good_request_count"] = {"unit": "requests", "avg": run.good}
            found["good_request_fraction"] = {"unit": "ratio", "avg": run.good / asked if asked else 0.0}
            found["goodput"] = {"unit": "requests/sec", "avg": run.rate(run.good)}
        return found

    def end_ns(self, moments: Moments) -> int:
        """A request ends with its last content."""
        return moments.end_ns if moments.last_ns is None else moments.last_ns


def _prefill(tokens: int | None, first: int | None) -> float | None:
    return None if tokens is None or not first else tokens * NS / first


def _spread(values: Sequence[float], unit: str) -> Values | None:
    if not values:
        return None
    found: Values = {"unit": unit, "avg": mean(values), "min": min(values), "max": max(values)}
    found |= {"std": deviation(values), "count": len(values)}
    return found | {f"p{percent}": interpolated(values, percent) for percent in _PERCENTS}
