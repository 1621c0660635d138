"""How long a stream may keep its reader waiting: three clocks and a lid, on at most one timer a read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import EventTimeout, IdleTimeout, ProgressTimeout, TotalTimeout

if TYPE_CHECKING:
    from ..errors import StreamStalled

FOREVER = float("inf")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """The settings, in seconds; None for no limit.

    Args:
        idle: Without a byte.
        event: Without an event; comments do not count.
        progress: Without a delta or a change of state; heartbeats do not count.
        total: For the whole stream.
    """

    idle: float | None = None
    event: float | None = None
    progress: float | None = None
    total: float | None = None

    def __post_init__(self) -> None:
        for name in ("idle", "event", "progress", "total"):
            seconds = getattr(self, name)
            if seconds is not None and not (isinstance(seconds, (int, float)) and seconds > 0):
                message = f"{name}_timeout must be more than 0 seconds, not {seconds!r}"
                raise ValueError(message)

    def __bool__(self) -> bool:
        return any(seconds is not None for seconds in (self.idle, self.event, self.progress, self.total))


class Clocks:
    """The clocks of one stream, in the time of its event loop.

    All but `total` run only while the stream waits for the reply or for bytes: what its reader does between two reads
    is not the server's delay.
    """

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._idle, self._event, self._progress, self._total = (
            FOREVER if seconds is None else seconds
            for seconds in (timeouts.idle, timeouts.event, timeouts.progress, timeouts.total)
        )
        self._began: float | None = None
        self._since_event = 0.0
        self._since_progress = 0.0

    def give_idle(self) -> float | None:
        """Give the idle limit away, to a source that keeps it itself and goes on where it is crossed."""
        seconds, self._idle = self._idle, FOREVER
        return None if seconds == FOREVER else seconds

    def deadline(self, now: float) -> float:
        """When a read that starts now is late."""
        if self._began is None:
            self._began = now
        left = min(self._idle, self._event - self._since_event, self._progress - self._since_progress)
        return min(now + left, self._began + self._total)

    def waited(self, seconds: float, *, event: bool, progress: bool) -> None:
        """Note a read and what it brought.

        Args:
            seconds: How long it took.
            event: Whether any event came.
            progress: Whether one of them was a delta or a change of state.
        """
        self._since_event = 0.0 if event else self._since_event + seconds
        self._since_progress = 0.0 if progress else self._since_progress + seconds

    def stalled(self, now: float) -> StreamStalled:
        """Say which clock ran out in a read that started at `now`."""
        began = now if self._began is None else self._began
        limits = self._timeouts
        lates: list[tuple[float, float | None, type[StreamStalled], str]] = [
            (now + self._idle, limits.idle, IdleTimeout, "no byte came for {} s (idle_timeout)"),
            (
                now - self._since_event + self._event,
                limits.event,
                EventTimeout,
                "no event came for {} s (event_timeout)",
            ),
            (
                now - self._since_progress + self._progress,
                limits.progress,
                ProgressTimeout,
                "no delta and no change of state came for {} s (progress_timeout)",
            ),
            (began + self._total, limits.total, TotalTimeout, "the stream took longer than {} s (total_timeout)"),
        ]
        _, seconds, error, words = min(lates, key=lambda late: late[0])
        return error(words.format(seconds))
