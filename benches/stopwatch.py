"""CPU time of contenders that run in turns, so that a noisy neighbour slows them all alike."""

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import quantiles
from time import process_time_ns
from typing import TypeAlias

NANO = 1e-9

Run: TypeAlias = Callable[[], object]


@dataclass(frozen=True)
class Pace:
    """How long to measure: rounds of A B A B, and the least CPU seconds of one turn."""

    rounds: int
    turn: float

    def short(self) -> "Pace":
        """For peers that take seconds and are there to be seen, not to be judged."""
        return Pace(rounds=min(self.rounds, 3), turn=0.0)


FULL = Pace(rounds=11, turn=0.03)
QUICK = Pace(rounds=3, turn=0.01)


@dataclass(frozen=True)
class Timing:
    """Seconds that one run took, one figure a round; the best is the one with the least noise in it."""

    rounds: tuple[float, ...]

    @property
    def best(self) -> float:
        """Seconds of the fastest round."""
        return min(self.rounds)

    def times(self, other: "Timing") -> tuple[float, float]:
        """How often this takes what the other takes: the middle half of the rounds, each compared within itself."""
        ratios = [mine / theirs for mine, theirs in zip(self.rounds, other.rounds, strict=True)]
        low, _, high = quantiles(ratios, n=4, method="inclusive")
        return low, high


def race(
    contenders: Mapping[str, Run],
    pace: Pace,
    *,
    expected: object = None,
    clock: Callable[[], int] = process_time_ns,
) -> dict[str, Timing]:
    """Time contenders in turns.

    Args:
        contenders: What to run, by name. Each is run once before, unmeasured.
        pace: How often and how long.
        expected: What each run has to return: a wrong answer wins nothing. None when there is none in common.
        clock: Nanoseconds; CPU time of this process unless told otherwise.

    Raises:
        ValueError: Raised when a contender returns something else.
    """
    for name, run in contenders.items():
        check(name, run(), expected)
    repeats = {name: _repeats(run, pace, clock) for name, run in contenders.items()}
    # What is loaded now stays: the collector need not look at it again in the middle of somebody's turn.
    gc.collect()
    gc.freeze()
    rounds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(pace.rounds):
        for name, run in contenders.items():
            rounds[name].append(_turn(run, repeats[name], clock))
    gc.unfreeze()
    return {name: Timing(tuple(seconds)) for name, seconds in rounds.items()}


def check(name: str, answer: object, expected: object) -> None:
    """Refuse a wrong answer."""
    if expected is not None and answer != expected:
        message = f"{name} gives {str(answer)[:80]!r}, which is not {str(expected)[:80]!r}"
        raise ValueError(message)


def _repeats(run: Run, pace: Pace, clock: Callable[[], int]) -> int:
    return max(1, round(pace.turn / max(_turn(run, 1, clock), NANO)))


def _turn(run: Run, repeats: int, clock: Callable[[], int]) -> float:
    start = clock()
    for _ in range(repeats):
        run()
    return (clock() - start) * NANO / repeats
