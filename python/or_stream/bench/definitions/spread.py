"""Percentiles in the two ways that the tools take them, and how far values spread."""

from __future__ import annotations

from itertools import accumulate
from math import floor, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def mean(values: Sequence[float]) -> float:
    """The mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def deviation(values: Sequence[float]) -> float:
    """The standard deviation of the population (not of a sample); 0 of nothing."""
    middle = mean(values)
    return sqrt(mean([(value - middle) ** 2 for value in values]))


def interpolated(values: Sequence[float], percent: float) -> float:
    """Give a percentile as numpy does by default: on the line between the two nearest ranks.

    Args:
        values: In any order; nothing gives 0.
        percent: From 0 to 100.
    """
    if not values:
        return 0.0
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def ranked(weighted: Sequence[tuple[float, float]], share: float) -> float:
    """Give the smallest value that at least this share of the weight does not exceed.

    Args:
        weighted: Values and their weights, in any order; nothing gives 0.
        share: From 0 to 1.
    """
    ordered = sorted(weighted)
    if not ordered:
        return 0.0
    # Rounding of a sum must not move a share that is met exactly to the next value.
    bound = share * sum(weight for _, weight in ordered) * (1 - 1e-12)
    reached = accumulate(weight for _, weight in ordered)
    return next((value for (value, _), sum_ in zip(ordered, reached, strict=True) if sum_ >= bound), ordered[-1][0])
