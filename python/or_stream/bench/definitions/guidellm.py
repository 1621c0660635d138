"""guidellm: names and formulas of version 0.8."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, ClassVar

from .definition import MS, NS, Definition, Run, Values, scaled, shared
from .moments import ARGUMENTS, SUMMARY, TEXT
from .spread import ranked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .moments import Moments

_SHARES = {
    "p001": 0.001,
    "p01": 0.01,
    "p05": 0.05,
    "p10": 0.1,
    "p25": 0.25,
    "p50": 0.5,
    "p75": 0.75,
    "p90": 0.9,
    "p95": 0.95,
    "p99": 0.99,
    "p999": 0.999,
}
# A metric that is a mean over tokens counts in a run as often as it has tokens.
_WEIGHTS = {"time_per_output_token_ms": 0, "inter_token_latency_ms": -1}


class GuideLLM(Definition):
    """Seconds where a name has no unit, milliseconds where it says so."""

    content = frozenset({TEXT, SUMMARY, ARGUMENTS})
    objectives: ClassVar[Mapping[str, str]] = {
        "ttft_ms": "time_to_first_token_ms",
        "tpot_ms": "inter_token_latency_ms",
        "e2el_ms": "request_latency",
    }

    def of_request(self, moments: Moments) -> Values:
        """TPOT is the whole time until the last content, TTFT included, over all tokens; ITL is without the first."""
        first, last = moments.since_start(moments.first_ns), moments.since_start(moments.last_ns)
        decode = None if first is None or last is None else last - first
        latency = (moments.end_ns - moments.start_ns) / NS
        tokens = moments.output_tokens
        total = tokens + (moments.input_tokens or 0)
        return {
            "request_latency": latency,
            "time_to_first_token_ms": scaled(first, MS),
            "time_to_first_output_token_ms": scaled(moments.since_start(moments.first_output_ns), MS),
            "time_per_output_token_ms": shared(scaled(last, MS), tokens),
            "inter_token_latency_ms": shared(scaled(decode, MS), tokens - 1),
            "output_tokens_per_second": shared(tokens, latency),
            "tokens_per_second": shared(total, latency),
            "prompt_tokens": moments.input_tokens,
            "output_tokens": tokens,
        }

    def objective(self, values: Values, name: str) -> float | None:
        """Objectives are in milliseconds."""
        value = super().objective(values, name)
        return None if value is None else value * 1000 if name == "e2el_ms" else value

    def of_run(self, run: Run) -> Values:
        """Give the distributions over requests, and the means of the rates."""
        names = ("request_latency", "time_to_first_token_ms", "time_to_first_output_token_ms", *_WEIGHTS)
        found: Values = {name: _distribution(_weighted(run, name)) for name in names}
        for counted in ("prompt_tokens", "output_tokens"):
            column = [(value, 1.0) for value in run.column(counted)]
            found[f"{counted.removesuffix('s')}_count"] = _distribution(column)
        tokens_in, tokens_out = run.total("prompt_tokens"), run.total("output_tokens")
        found |= {
            "requests_per_second": {"mean": run.rate(len(run.succeeded))},
            "prompt_tokens_per_second": {"mean": run.rate(tokens_in)},
            "output_tokens_per_second": {"mean": run.rate(tokens_out)},
            "tokens_per_second": {"mean": run.rate(tokens_in + tokens_out)},
        }
        if run.good is not None:
            found["slo_attainment"] = shared(run.good, len(run.succeeded) + run.failed)
            found["request_goodput"] = {"mean": run.rate(run.good)}
        return found


def _weighted(run: Run, name: str) -> list[tuple[float, float]]:
    told = ((one.values[name], one.values["output_tokens"]) for one in run.succeeded)
    return [
        (value, float(tokens + _WEIGHTS[name]) if name in _WEIGHTS else 1.0)
        for value, tokens in told
        if value is not None
    ]


def _distribution(weighted: Sequence[tuple[float, float]]) -> Values | None:
    total = sum(weight for _, weight in weighted)
    if total <= 0:
        return None
    middle = sum(value * weight for value, weight in weighted) / total
    variance = sum((value - middle) ** 2 * weight for value, weight in weighted) / total
    return {
        "mean": middle,
        "median": ranked(weighted, 0.5),
        "variance": variance,
        "std_dev": sqrt(variance),
        "min": min(value for value, _ in weighted),
        "max": max(value for value, _ in weighted),
        "count": round(total),
        "total_sum": middle * round(total),
        "percentiles": {name: ranked(weighted, share) for name, share in _SHARES.items()},
    }
