"""Where one relayed stream stands, and what its clocks make of that."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import anyio

    from .ending import Reason

_FOREVER = 3600.0


@dataclass(slots=True)
class Passage:
    """What has happened to one stream so far; times in seconds of `time.monotonic`."""

    began: float = field(default_factory=monotonic)
    bytes_in: int = 0
    bytes_out: int = 0
    started: bool = False
    """Whether the client has the head of its response."""
    finished: bool = False
    """Whether the client has all that it will get: what it does from now on ends nothing."""
    last_sent: float = field(default_factory=monotonic)
    send_began: float | None = None
    """Since when a write waits for the client."""
    beating: anyio.Event | None = None
    """Set when the heartbeat is out that is on its way; None while none is."""
    left_at: float | None = None
    """When the client was found gone."""
    bytes_in_when_left: int = 0
    reason: Reason | None = None
    error: BaseException | None = None

    @property
    def client_gone(self) -> bool:
        """Whether the client left before its stream was finished."""
        return self.left_at is not None

    def leave(self) -> None:
        """Note that the client is gone."""
        if self.left_at is None:
            self.left_at, self.bytes_in_when_left = monotonic(), self.bytes_in

    def end_by(self, reason: Reason) -> None:
        """Note what ended the relaying; the first reason counts."""
        self.reason = self.reason or reason


@dataclass(frozen=True, slots=True)
class Clocks:
    """When a passage is to be ended or kept alive. All on one timer, none for each chunk."""

    heartbeat: float | None
    send_timeout: float | None
    max_duration: float | None

    def overdue(self, passage: Passage, now: float) -> Reason | None:
        """Tell why the passage is to end now, if it is."""
        if self.max_duration is not None and now - passage.began >= self.max_duration:
            return "max_duration"
        waits = self.send_timeout is not None and passage.send_began is not None
        return "send_timeout" if waits and now >= self._send_ends(passage, now) else None

    def is_silent(self, passage: Passage, now: float) -> bool:
        """Tell whether a heartbeat is due: the client waits, and no write is on its way."""
        waits = passage.started and not (passage.finished or passage.client_gone) and passage.send_began is None
        return waits and self.heartbeat is not None and now - passage.last_sent >= self.heartbeat

    def next_look(self, passage: Passage, now: float) -> float:
        """Give the seconds until something can be due."""
        looks = [now + _FOREVER]
        if self.heartbeat is not None:
            looks.append((passage.last_sent if passage.started else now) + self.heartbeat)
        if self.send_timeout is not None:
            looks.append(self._send_ends(passage, now))
        if self.max_duration is not None:
            looks.append(passage.began + self.max_duration)
        return max(min(looks) - now, 0.001)

    def _send_ends(self, passage: Passage, now: float) -> float:
        began = now if passage.send_began is None else passage.send_began
        return began + (self.send_timeout or 0.0)
