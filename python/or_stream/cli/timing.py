"""When the content of a stream came, as the consumer saw it."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..events import Event


class Timing:
    """Notes when each chunk with content came: any delta, of text, reasoning or arguments. Times are in seconds."""

    def __init__(self) -> None:
        self._started = perf_counter()
        self._stopped: float | None = None
        self._content: list[float] = []

    def note(self, events: Iterable[Event]) -> None:
        """Take note of the events of one chunk, now."""
        if any(event.type.endswith(".delta") for event in events):
            self._content.append(perf_counter())

    def stop(self) -> None:
        """The stream has ended."""
        self._stopped = perf_counter()

    @property
    def first_token(self) -> float | None:
        """From the start to the first content; None if there was none."""
        return self._content[0] - self._started if self._content else None

    @property
    def total(self) -> float:
        """From the start to the end, or until now."""
        return (self._stopped or perf_counter()) - self._started

    def gap(self, quantile: float) -> float | None:
        """Give a quantile (0 to 1, nearest rank) of the gaps between chunks with content; None for fewer than two."""
        gaps = sorted(after - before for before, after in zip(self._content, self._content[1:], strict=False))
        return gaps[min(int(quantile * len(gaps)), len(gaps) - 1)] if gaps else None
