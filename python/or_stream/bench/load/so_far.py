"""How far a run is, told while it goes on: before the first request has ended, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

TELL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class SoFar:
    """Of a whole run, or of one process's share.

    Args:
        under_way: Requests that were sent and have not ended.
        events: Events that came until now, of requests that have ended and of those under way.
    """

    under_way: int = 0
    events: int = 0


class Sum:
    """Adds up what each process tells of its share.

    Args:
        tell: Takes the whole run, each time that a process has told its share.
    """

    def __init__(self, tell: Callable[[SoFar], None]) -> None:
        self._tell = tell
        self._parts: dict[int, SoFar] = {}

    def add(self, part: int, so_far: SoFar) -> None:
        """Take the newest of one process."""
        self._parts[part] = so_far
        parts = self._parts.values()
        self._tell(SoFar(sum(each.under_way for each in parts), sum(each.events for each in parts)))
