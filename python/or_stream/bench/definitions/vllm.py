"""`vllm bench serve`, the backend for Responses: names and formulas of version 0.33."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from .definition import NS, Definition, Run, Values, scaled, shared
from .moments import REASONING, TEXT
from .spread import deviation, interpolated, mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .moments import Moments

_PERCENTS = (25, 50, 75, 90, 95, 99)


class VLLM(Definition):
    """Of a request in seconds, of a run in milliseconds, as the tool writes them."""

    content = frozenset({TEXT, REASONING})
    objectives: ClassVar[Mapping[str, str]] = {"ttft": "ttft", "tpot": "tpot", "e2el": "e2el"}

    def of_request(self, moments: Moments) -> Values:
        """TTFT to the first content, E2EL to the last, TPOT over the tokens after the first, ITL the raw gaps."""
        ttft, latency = moments.since_start(moments.first_ns), moments.since_start(moments.last_ns)
        decode = None if ttft is None or latency is None else latency - ttft
        return {
            "ttft": scaled(ttft, NS),
            "tpot": shared(scaled(decode, NS), moments.output_tokens - 1),
            "itl": [gap / NS for gap in moments.gaps],
            "e2el": scaled(latency, NS),
            "input_tokens": moments.input_tokens,
            "output_tokens": moments.output_tokens,
        }

    def objective(self, values: Values, name: str) -> float | None:
        """Objectives are in milliseconds; a request of one token has no TPOT to miss."""
        value: float | None = values[name]
        if name == "tpot" and value is None and values["ttft"] is not None:
            return 0.0
        return None if value is None else value * 1000

    def of_run(self, run: Run) -> Values:
        """Give the keys of its result file."""
        total_input, total_output = run.total("input_tokens"), run.total("output_tokens")
        found: Values = {
            "duration": run.duration_s,
            "completed": len(run.succeeded),
            "failed": run.failed,
            "total_input_tokens": total_input,
            "total_output_tokens": total_output,
            "request_throughput": run.rate(len(run.succeeded)),
            "request_goodput": None if run.good is None else run.rate(run.good),
            "output_throughput": run.rate(total_output),
            "total_token_throughput": run.rate(total_input + total_output),
        }
        for name in ("ttft", "tpot", "itl", "e2el"):
            column = [value * 1000 for value in run.column(name)]
            found[f"mean_{name}_ms"] = mean(column)
            found[f"median_{name}_ms"] = interpolated(column, 50)
            found[f"std_{name}_ms"] = deviation(column)
            found.update({f"p{percent}_{name}_ms": interpolated(column, percent) for percent in _PERCENTS})
        return found

    def end_ns(self, moments: Moments) -> int:
        """A request ends with its last content."""
        return moments.end_ns if moments.last_ns is None else moments.last_ns
