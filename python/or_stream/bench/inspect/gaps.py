"""The pauses between the chunks that brought content, and which of them are stalls."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .columns import EventColumns

STALL_TIMES: Final = 10
"""A stall is a gap of at least so many times the median,"""
STALL_MS: Final = 100.0
"""and of at least so many milliseconds."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """From each chunk with content to the next. Deltas of one chunk came together: there is no gap between them.

    Args:
        events: The first delta behind each gap.
        gap_ms: How long it was.
    """

    events: array[int]
    gap_ms: array[float]

    @classmethod
    def of(cls, columns: EventColumns) -> Gaps:
        """Read the columns."""
        firsts: dict[int, int] = {}
        for number, (chunk, size) in enumerate(zip(columns.chunk, columns.characters, strict=True)):
            if size:
                firsts.setdefault(chunk, number)
        steps = list(pairwise(firsts.values()))
        lengths = (columns.time_ms[after] - columns.time_ms[before] for before, after in steps)
        return cls(array("I", (after for _, after in steps)), array("d", lengths))

    def facts(self) -> dict[str, Any]:
        """Give their spread and the stalls."""
        told = spread(self.gap_ms)
        limit = max(STALL_MS, STALL_TIMES * (told["p50"] or 0.0))
        long = [place for place, gap in enumerate(self.gap_ms) if gap >= limit]
        stalls = [{"event": self.events[place], "ms": self.gap_ms[place]} for place in long]
        return {**told, "stall_limit_ms": limit, "stalls": stalls}


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Give the nearest-rank percentiles of some values, None where there is no value."""
    ranked = sorted(values)
    told: dict[str, Any] = {"count": len(ranked)}
    for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)):
        told[name] = ranked[ceil(share * len(ranked)) - 1] if ranked else None
    return told
