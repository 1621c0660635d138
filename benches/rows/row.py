"""What a row of the table is: something measured, held against its bar."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ..stopwatch import Pace, Timing


@dataclass(frozen=True)
class Check:
    """One measured figure and the bar it has to pass."""

    row: str
    what: str
    measured: float
    unit: str
    bar: float
    goal: float | None
    at_least: bool
    """Whether more is better."""
    ours: str = ""
    beside: str = ""
    spread: tuple[float, float] | None = None
    """The middle half of the rounds."""

    @property
    def verdict(self) -> str:
        """`goal`, `met` or `missed`."""
        if self.goal is not None and self._passes(self.goal):
            return "goal"
        return "met" if self._passes(self.bar) else "missed"

    @property
    def share(self) -> float:
        """How much of the bar is reached: 1 and more is enough."""
        return self.measured / self.bar if self.at_least else self.bar / self.measured

    def _passes(self, bar: float) -> bool:
        return self.measured >= bar if self.at_least else self.measured <= bar


@dataclass(frozen=True)
class Absent:
    """A row that was not measured, and why."""

    row: str
    what: str
    reason: str


@dataclass(frozen=True)
class Figure:
    """A figure without a bar, for a table or a picture."""

    group: str
    series: str
    x: float | str
    y: float


Finding: TypeAlias = Check | Absent | Figure
Row: TypeAlias = Callable[[Pace], list[Finding]]


def micros(timing: Timing, events: int) -> float:
    """Microseconds per event."""
    return timing.best * 1e6 / events


def faster(row: str, what: str, ours: Timing, theirs: Timing, *, events: int, bar: float, goal: float | None) -> Check:
    """A check that we take `bar` times less than a peer."""
    return Check(
        row,
        what,
        theirs.best / ours.best,
        "x",
        bar,
        goal,
        at_least=True,
        ours=f"{micros(ours, events):.3g} us/event",
        beside=f"{micros(theirs, events):.3g} us/event",
        spread=theirs.times(ours),
    )


def dearer(
    row: str,
    what: str,
    harder: Timing,
    easier: Timing,
    *,
    bar: float,
    goal: float,
    events: tuple[int, int] | None = None,
) -> Check:
    """A check that something harder takes at most `bar` times what the easy case takes.

    Args:
        row: Which row of the table.
        what: The two cases.
        harder: Time of the hard case.
        easier: Time of the easy case.
        bar: The most that the ratio may be.
        goal: What it should be.
        events: How many events each has, when they are not the same; the ratio is then taken per event.
    """
    many, few = events or (1, 1)
    low, high = (ratio * few / many for ratio in harder.times(easier))
    return Check(
        row,
        what,
        harder.best / easier.best * few / many,
        "x",
        bar,
        goal,
        at_least=False,
        ours=f"{micros(harder, many):.3g} us/event" if events else f"{harder.best * 1e3:.3g} ms",
        beside=f"{micros(easier, few):.3g} us/event" if events else f"{easier.best * 1e3:.3g} ms",
        spread=(low, high),
    )
