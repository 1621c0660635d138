"""What a page shows of a benchmark's run: its facts, a row a request, and how the latencies are spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .gaps import spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..load import LoadResult

POINTS: Final = 400
"""Quantiles that a curve is drawn through at most."""

SLOWEST: Final = 50
"""Requests that are listed."""


def run_facts(result: LoadResult, facts: dict[str, Any]) -> dict[str, Any]:
    """Give what the page of a run shows.

    Args:
        result: The run.
        facts: What `result.facts` gave of it.
    """
    measured = result.measured
    rows = [record.facts(result.start_ns) for record in measured]
    succeeded = [record for record in measured if record.succeeded]
    samples = {
        "TTFT": [record.ttft_ns / 1e6 for record in succeeded if record.ttft_ns is not None],
        "ITL": [gap / 1e6 for record in succeeded for gap in record.gaps],
        "E2E": [record.e2e_ns / 1e6 for record in succeeded],
    }
    return {
        "run": facts,
        "spreads": {name: {**spread(values), "curve": curve(values)} for name, values in samples.items()},
        "slowest": sorted(rows, key=lambda row: -row["e2e_ms"])[:SLOWEST],
        "failed": [row for row in rows if row["error_kind"]][:SLOWEST],
        "starts": [[row["intended_ms"], row["ttft_ms"], row["e2e_ms"], bool(row["error_kind"])] for row in rows],
    }


def curve(values: Sequence[float]) -> list[list[float]]:
    """Give points of the cumulative distribution: a value, and the share of values that do not exceed it."""
    ranked = sorted(values)
    count = len(ranked)
    places = sorted({round(step * (count - 1) / (POINTS - 1)) for step in range(POINTS)}) if count else []
    return [[ranked[place], (place + 1) / count] for place in places]
