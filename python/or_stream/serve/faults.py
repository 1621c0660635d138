"""`Faults`: what goes wrong with an answer, always the same way."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .cut import Beat


@dataclass(frozen=True, slots=True)
class Stop:
    """The body stops before its end.

    Args:
        how: `reset`: the connection is reset (RST); `close`: it is closed, in the middle of the body; `stall`: it stays
            open and silent until the client goes.
        at: After this many bytes of the body; over WebSocket, after the last whole message before them.

    Raises:
        ValueError: Raised for a negative number.
    """

    how: Literal["reset", "close", "stall"]
    at: int

    def __post_init__(self) -> None:
        if self.at < 0:
            message = f"at must be bytes from 0 up, not {self.at}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What goes wrong with one answer; nothing, by default.

    Args:
        delay: Seconds before the head of the answer.
        stop: Where the body stops before its end; None for nowhere.
        content_type: Sent in place of the right one.
        repeated: Numbers of events, from 0, that are sent twice in a row.
        swapped: Numbers of events that change places with the next one.

    Raises:
        ValueError: Raised for a negative delay or number.
    """

    delay: float = 0.0
    stop: Stop | None = None
    content_type: str | None = None
    repeated: frozenset[int] = frozenset()
    swapped: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not self.delay >= 0:
            message = f"delay must be seconds from 0 up, not {self.delay!r}"
            raise ValueError(message)
        if min(self.repeated | self.swapped, default=0) < 0:
            message = "events are numbered from 0"
            raise ValueError(message)

    def disturbed(self, events: Sequence[Beat]) -> list[Beat]:
        """Repeat and swap events; the times stay where they are."""
        told = [beat.data for beat in events]
        for number in sorted(self.swapped):
            told[number : number + 2] = reversed(told[number : number + 2])
        return [
            beat._replace(data=data)
            for number, (beat, data) in enumerate(zip(events, told, strict=True))
            for _ in range(1 + (number in self.repeated))
        ]


@dataclass(frozen=True, slots=True)
class RandomFaults:
    """Other faults for each answer, drawn by a seed: the n-th answer of a seed always has the same ones.

    Args:
        seed: Of the draw.
        delay: The longest delay, in seconds.
        stops: How a body may stop; each second one does, at any byte.
    """

    seed: int
    delay: float = 0.0
    stops: tuple[Literal["reset", "close", "stall"], ...] = ("reset", "close")

    def drawn(self, number: int, events: Sequence[Beat]) -> Faults:
        """Draw the faults of the n-th answer."""
        draw = Random(f"{self.seed}/{number}")  # noqa: S311 - chance, no secret
        size = sum(len(beat.data) for beat in events)
        numbers = range(max(len(events) - 1, 0))
        stops = bool(self.stops) and size > 0 and draw.random() < 0.5
        return Faults(
            delay=draw.uniform(0.0, self.delay),
            stop=Stop(draw.choice(self.stops), draw.randrange(size)) if stops else None,
            repeated=frozenset(draw.sample(numbers, k=min(draw.randrange(3), len(numbers)))),
            swapped=frozenset(draw.sample(numbers, k=min(draw.randrange(2), len(numbers)))),
        )


@dataclass(frozen=True, slots=True)
class FaultsInTurn:
    """The n-th answer has the n-th faults; the last ones go on for the rest.

    Args:
        turns: At least one.

    Raises:
        ValueError: Raised when there are none.
    """

    turns: tuple[Faults, ...] = field(default=(Faults(),))

    def __post_init__(self) -> None:
        if not self.turns:
            message = "turns must not be empty"
            raise ValueError(message)

    def drawn(self, number: int, events: Sequence[Beat]) -> Faults:
        """Give the faults of the n-th answer."""
        return self.turns[min(number, len(self.turns) - 1)]


AnyFaults: TypeAlias = Faults | FaultsInTurn | RandomFaults
