"""How the client itself fared: what tells a slow server from a slow client."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import monotonic_ns, process_time_ns
from typing import TYPE_CHECKING, Any, TypeAlias

from ..._core import Histogram

if TYPE_CHECKING:
    from collections.abc import Sequence

TICK_SECONDS = 0.01
LAG_LIMIT_NS = 25_000_000
BUSY_LIMIT = 0.9

_SHORTEST_NS = 500_000_000  # in less, starting up is most of it

Packed: TypeAlias = tuple[bytes, bytes, int, int]


@dataclass(slots=True)
class Vitals:
    """Of one process.

    Args:
        feed: From the stamp of each chunk to the end of its processing, in nanoseconds.
        lag: How late the event loop woke a task that slept 10 ms, in nanoseconds. About 1 ms is the timer's own.
        cpu_ns: CPU time of the process during the run.
        wall_ns: How long the run took.
    """

    feed: Histogram = field(default_factory=Histogram)
    lag: Histogram = field(default_factory=Histogram)
    cpu_ns: int = 0
    wall_ns: int = 0

    def packed(self) -> Packed:
        """Give it as what can be sent to another process."""
        return self.feed.to_bytes(), self.lag.to_bytes(), self.cpu_ns, self.wall_ns

    @classmethod
    def unpacked(cls, told: Packed) -> Vitals:
        """Read what `packed` gave."""
        return cls(Histogram.from_bytes(told[0]), Histogram.from_bytes(told[1]), told[2], told[3])

    async def watch(self) -> None:
        """Measure until cancelled."""
        cpu, start = process_time_ns(), monotonic_ns()
        try:
            while True:
                due = monotonic_ns() + int(TICK_SECONDS * 1e9)
                await asyncio.sleep(TICK_SECONDS)
                self.lag.record(max(0, monotonic_ns() - due))
        finally:
            self.cpu_ns, self.wall_ns = process_time_ns() - cpu, monotonic_ns() - start

    @property
    def busy(self) -> float:
        """The share of one core that the process took, from 0 to about 1."""
        return self.cpu_ns / self.wall_ns if self.wall_ns else 0.0


def facts(processes: Sequence[Vitals]) -> dict[str, Any]:
    """Give the vitals of all processes together, as members of a JSON object."""
    feed, lag = Histogram(), Histogram()
    for one in processes:
        feed.merge(one.feed)
        lag.merge(one.lag)
    wall = sum(one.wall_ns for one in processes)
    return {
        "loop_lag_ms": _spread(lag),
        "feed_lag_ms": _spread(feed),
        "feed_share": feed.sum / wall if wall else 0.0,
        "busiest_process": max((one.busy for one in processes), default=0.0),
    }


def warnings(processes: Sequence[Vitals]) -> list[str]:
    """Say where the client was, or may have been, what was measured."""
    found: list[str] = []
    for number, one in enumerate(processes, start=1):
        late = one.lag.quantile(0.99) if one.lag.count else None
        if one.busy > BUSY_LIMIT and one.wall_ns > _SHORTEST_NS:
            found.append(
                f"the client was the bottleneck: process {number} used {one.busy:.0%} of a core; use more --processes"
            )
        elif late is not None and late > LAG_LIMIT_NS:
            found.append(
                f"the client was late: the event loop of process {number} lagged {late / 1e6:.0f} ms at p99; "
                "times of that order are the client's own"
            )
    return found


def _spread(histogram: Histogram) -> dict[str, float | None]:
    if not histogram.count:
        return {"p50": None, "p99": None, "max": None}
    told = {"p50": histogram.quantile(0.5), "p99": histogram.quantile(0.99), "max": histogram.max}
    return {name: None if value is None else value / 1e6 for name, value in told.items()}
