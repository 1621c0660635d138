"""`Cut`: where a body is cut into chunks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from random import Random


class Beat(NamedTuple):
    """Bytes, and when they are due: in seconds since the request."""

    at: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """What one chunk of a body holds. Over WebSocket a chunk is always one message.

    Args:
        by: `recorded`, as the recording has it (or one event, where it has none); `event`; `whole`, the body in one
            chunk; `bytes`, exactly `size` of them; `random`, from 1 to `size` of them, drawn by the seed.
        size: In bytes.

    Raises:
        ValueError: Raised for a size below 1.
    """

    by: Literal["recorded", "event", "whole", "bytes", "random"] = "recorded"
    size: int = 64

    def __post_init__(self) -> None:
        if self.size < 1:
            message = f"size must be at least 1 byte, not {self.size}"
            raise ValueError(message)

    def applied(self, beats: Sequence[Beat], draw: Random) -> list[Beat]:
        """Cut a body; each chunk is due when its last byte was."""
        if self.by in {"recorded", "event"}:
            return list(beats)
        whole = sum(len(beat.data) for beat in beats)
        if self.by == "whole":
            return recut(beats, [whole])
        if self.by == "bytes":
            return recut(beats, repeat(self.size))
        return recut(beats, (draw.randint(1, self.size) for _ in range(whole)))


def recut(beats: Sequence[Beat], sizes: Iterable[int]) -> list[Beat]:
    """Cut the same bytes into pieces of these sizes; the last may be shorter."""
    body = b"".join(beat.data for beat in beats)
    times = _due(beats)
    found: list[Beat] = []
    start, due = 0, next(times, (0.0, 0))
    for size in sizes:
        if start >= len(body):
            break
        end = min(start + size, len(body))
        while due[1] < end:
            due = next(times)
        found.append(Beat(due[0], body[start:end]))
        start = end
    return found


def _due(beats: Sequence[Beat]) -> Iterator[tuple[float, int]]:
    """When each beat is due, and where it ends."""
    end = 0
    for beat in beats:
        end += len(beat.data)
        yield beat.at, end
