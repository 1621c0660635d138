"""When requests are sent: so many at a time, or at a rate whatever the server does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Arrivals: TypeAlias = Literal["poisson", "constant"]
"""How requests of an open loop follow each other: independently, as users do, or evenly."""


@dataclass(frozen=True, slots=True)
class FixedConcurrency:
    """Closed loop: each of so many users sends its next request when its last one has ended.

    A server that stalls is asked less while it does, so latencies here say nothing of what users at a steady rate
    would have seen.

    Args:
        users: How many requests are under way at once.
        ramp_up_s: Seconds over which the users begin, evenly.
    """

    users: int
    ramp_up_s: float = 0.0

    def __post_init__(self) -> None:
        _check(self.users >= 1, "concurrency", self.users, "at least 1")
        _check(self.ramp_up_s >= 0, "ramp-up", self.ramp_up_s, "at least 0 seconds")


@dataclass(frozen=True, slots=True)
class FixedRate:
    """Open loop: requests begin at their own times, whether the server keeps up or not.

    Args:
        per_second: Requests a second.
        arrivals: "poisson" or "constant".
        seed: Of the Poisson arrivals: the same seed gives the same times.
    """

    per_second: float
    arrivals: Arrivals = "poisson"
    seed: int = 0

    def __post_init__(self) -> None:
        _check(self.per_second > 0, "rate", self.per_second, "more than 0 requests a second")


@dataclass(frozen=True, slots=True)
class Ramp:
    """Open loop at a rate that goes straight from one value to another, and stays there.

    Args:
        first: Requests a second at the start.
        last: Requests a second at the end.
        seconds: How long it takes from one to the other.
        arrivals: As of `FixedRate`.
        seed: As of `FixedRate`.
    """

    first: float
    last: float
    seconds: float
    arrivals: Arrivals = "poisson"
    seed: int = 0

    def __post_init__(self) -> None:
        _check(self.first >= 0, "ramp", self.first, "from at least 0 requests a second")
        _check(self.last > 0, "ramp", self.last, "to more than 0 requests a second")
        _check(self.seconds > 0, "ramp", self.seconds, "over more than 0 seconds")


Plan: TypeAlias = FixedConcurrency | FixedRate | Ramp


@dataclass(frozen=True, slots=True)
class Bounds:
    """When no further request is sent; those under way are read to their end.

    Args:
        requests: How many are measured; None for no such bound.
        seconds: How long after the start the last one begins; None for no such bound.
        warm_up: How many requests come first and are measured by nothing.
    """

    requests: int | None = None
    seconds: float | None = None
    warm_up: int = 0

    def __post_init__(self) -> None:
        _check(self.requests is not None or self.seconds is not None, "bounds", None, "requests, seconds or both")
        _check(self.requests is None or self.requests >= 1, "requests", self.requests, "at least 1")
        _check(self.seconds is None or self.seconds > 0, "seconds", self.seconds, "more than 0")
        _check(self.warm_up >= 0, "warm-up", self.warm_up, "at least 0 requests")

    def allows(self, index: int, after_s: float) -> bool:
        """Whether the request with this number, counted from 0, may begin so many seconds after the start."""
        enough = self.requests is not None and index >= self.requests + self.warm_up
        return not enough and (self.seconds is None or after_s < self.seconds)


def _check(holds: bool, name: str, value: object, wanted: str) -> None:  # noqa: FBT001 - a condition, not a flag
    if not holds:
        message = f"{name} must be {wanted}, not {value}"
        raise ValueError(message)
