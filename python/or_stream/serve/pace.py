"""`Pace`: how fast a stream is played."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How the times of a stream become the times of its answer.

    Args:
        speed: Times faster than recorded; `inf` leaves all waiting out.
        jitter: Each chunk comes up to this many seconds later, evenly drawn by the seed; order is kept.

    Raises:
        ValueError: Raised for a speed that is not above 0, or a jitter below 0.
    """

    speed: float = 1.0
    jitter: float = 0.0

    def __post_init__(self) -> None:
        # Written so that nan is refused too.
        if not self.speed > 0:
            message = f"speed must be above 0, not {self.speed!r}"
            raise ValueError(message)
        if not 0 <= self.jitter < inf:
            message = f"jitter must be seconds from 0 up, not {self.jitter!r}"
            raise ValueError(message)


AT_ONCE = Pace(speed=inf)
"""No waiting at all."""
