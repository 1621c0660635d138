"""When each request of an open loop begins."""

from __future__ import annotations

from itertools import count
from math import log, sqrt
from random import Random
from typing import TYPE_CHECKING

from .plans import FixedRate, Ramp

if TYPE_CHECKING:
    from collections.abc import Iterator


def begins(plan: FixedRate | Ramp) -> Iterator[float]:
    """Give the begin of one request after the other, in seconds from the start of the run; it never ends.

    Arrivals at rate 1 are laid onto the time by which the plan has had so many: even or Poisson, steady or ramp.
    """
    for work in _at_rate_one(plan):
        yield work / plan.per_second if isinstance(plan, FixedRate) else _on_ramp(plan, work)


def _at_rate_one(plan: FixedRate | Ramp) -> Iterator[float]:
    if plan.arrivals == "constant":
        yield from map(float, count())
    random = Random(plan.seed)  # noqa: S311 - arrivals are no secret
    now = 0.0
    while True:
        now -= log(1.0 - random.random())
        yield now


def _on_ramp(plan: Ramp, work: float) -> float:
    """The time t at which a ramp has had `work` requests: first t + (last - first) t² / (2 seconds) = work."""
    on_ramp = (plan.first + plan.last) / 2 * plan.seconds
    if work >= on_ramp:
        return plan.seconds + (work - on_ramp) / plan.last
    steepness = (plan.last - plan.first) / plan.seconds
    # The form of the root that stands a steepness of 0, and a first rate of 0.
    root = sqrt(plan.first * plan.first + 2 * steepness * work)
    return 2 * work / (plan.first + root) if work else 0.0
