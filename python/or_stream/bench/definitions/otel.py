"""OpenTelemetry's semantic conventions for generative AI, client metrics: status "development", read in 2026-11."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

from ...semconv import (
    DURATION,
    FIRST_CHUNK,
    PER_CHUNK,
    SECONDS,
    SECONDS_BOUNDARIES,
    TOKEN,
    TOKENS,
    TOKENS_BOUNDARIES,
)
from .definition import NS, Definition, Run, Values, scaled
from .moments import ARGUMENTS, REASONING, SUMMARY, TEXT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .moments import Moments


class OpenTelemetry(Definition):
    """A chunk is an event of the stream, of any type, as a client library gives it; all times in seconds."""

    content = frozenset({TEXT, REASONING, SUMMARY, ARGUMENTS})

    def of_request(self, moments: Moments) -> Values:
        """Give what the instruments record for one operation; tokens that the server did not tell must not be told."""
        events = moments.events
        counted = moments.tokens_from == "usage"
        return {
            DURATION: (moments.end_ns - moments.start_ns) / NS,
            FIRST_CHUNK: scaled(moments.since_start(events[0]), NS) if events else None,
            PER_CHUNK: [(after - before) / NS for before, after in pairwise(events)],
            f"{TOKENS}[input]": moments.input_tokens,
            f"{TOKENS}[output]": moments.output_tokens if counted else None,
        }

    def of_run(self, run: Run) -> Values:
        """Give one histogram point an instrument, with the boundaries that the conventions advise."""
        found: Values = {
            name: _point(run.column(name), SECONDS_BOUNDARIES, SECONDS) for name in (DURATION, FIRST_CHUNK, PER_CHUNK)
        }
        for kind in ("input", "output"):
            name = f"{TOKENS}[{kind}]"
            found[name] = _point(run.column(name), TOKENS_BOUNDARIES, TOKEN)
        return found


def _point(values: Sequence[float], bounds: Sequence[float], unit: str) -> Values:
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[bisect_left(bounds, value)] += 1
    return {
        "unit": unit,
        "count": len(values),
        "sum": sum(values),
        "min": min(values, default=None),
        "max": max(values, default=None),
        "explicit_bounds": list(bounds),
        "bucket_counts": counts,
    }
