"""What a tool's definitions say: of one request, and of a whole run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from .moments import TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .moments import Moments

Values: TypeAlias = dict[str, Any]
"""A tool's own names; a number, a list of numbers (gaps), or None for what this request does not have."""

NS = 1e9
MS = 1e6


@dataclass(frozen=True, slots=True)
class Measured:
    """One request: its moments, and what the tool says of them."""

    moments: Moments
    values: Values


@dataclass(frozen=True, slots=True)
class Run:
    """Some requests, measured together."""

    succeeded: Sequence[Measured]
    failed: int
    duration_s: float
    good: int | None
    """How many kept every objective; None where there is none."""

    def column(self, name: str) -> list[float]:
        """One value of every request that has it, pooled where it is a list."""
        found: list[float] = []
        for one in self.succeeded:
            value: list[float] | float | None = one.values[name]
            found += value if isinstance(value, list) else [] if value is None else [value]
        return found

    def total(self, name: str) -> float:
        """The sum over the requests that have it."""
        return sum(self.column(name))

    def rate(self, number: float) -> float:
        """So many a second."""
        return number / self.duration_s if self.duration_s > 0 else 0.0


class Definition(ABC):
    """The metrics of one tool."""

    content: ClassVar[frozenset[str]] = frozenset({TEXT})
    """The types of delta that it counts as content."""
    objectives: ClassVar[Mapping[str, str]] = {}
    """What an objective for goodput may be called, and the metric that it is about."""
    larger_is_better: ClassVar[frozenset[str]] = frozenset()
    """The metrics whose objective is a least value."""

    @abstractmethod
    def of_request(self, moments: Moments) -> Values:
        """Give the metrics of one request."""

    @abstractmethod
    def of_run(self, run: Run) -> Values:
        """Give the metrics of a run."""

    def end_ns(self, moments: Moments) -> int:
        """When this tool takes the request to be over."""
        return moments.end_ns

    def objective(self, values: Values, name: str) -> float | None:
        """Give the value that an objective is held against, in the objective's unit."""
        value: float | None = values[self.objectives[name]]
        return value

    def is_good(self, values: Values, slos: Mapping[str, float]) -> bool:
        """Whether a request keeps every objective; one that cannot be measured is not kept."""
        for name, bound in slos.items():
            value = self.objective(values, name)
            if value is None or (value < bound if name in self.larger_is_better else value > bound):
                return False
        return True


def scaled(value: float | None, unit: float) -> float | None:
    """Nanoseconds in another unit."""
    return None if value is None else value / unit


def shared(value: float | None, count: float) -> float | None:
    """A value divided among `count`; None among none."""
    return None if value is None or count <= 0 else value / count
