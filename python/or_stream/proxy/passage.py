"""Where one relayed stream stands, and what its clocks make of that."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import anyio

from .._core import Passage as CorePassage

if TYPE_CHECKING:
    from typing import Self

    from .ending import Reason
    from .flow import Flow
    from .tap import Tap

_FOREVER = 3600.0


class Passage(CorePassage):
    """What has happened to one stream so far; times in seconds of `time.monotonic`.

    Args:
        tap: Is told of every chunk.
    """

    __slots__ = ("_tap", "beating", "began", "bytes_in_when_left", "error", "finished", "left_at", "reason", "started")

    def __new__(cls, tap: Tap) -> Self:
        """Begin now."""
        return super().__new__(cls, tap)

    def __init__(self, tap: Tap) -> None:
        self._tap = tap
        self.began = monotonic()
        self.started = False
        """Whether the client has the head of its response."""
        self.finished = False
        """Whether the client has all that it will get: what it does from now on ends nothing."""
        self.beating: anyio.Event | None = None
        """Set when the heartbeat is out that is on its way; None while none is."""
        self.left_at: float | None = None
        """When the client was found gone."""
        self.bytes_in_when_left = 0
        self.reason: Reason | None = None
        self.error: BaseException | None = None

    @property
    def bytes_in(self) -> int:
        """All that came from the server."""
        return self._tap.bytes

    @property
    def client_gone(self) -> bool:
        """Whether the client left before its stream was finished."""
        return self.left_at is not None

    def settle(self, flow: Flow) -> None:
        """Let chunks go straight, where nothing of the flow, of a heartbeat or of the client stands in their way."""
        self.straight = flow.is_straight and self.beating is None and self.left_at is None

    def beats(self) -> anyio.Event:
        """Note that a heartbeat goes out: what comes meanwhile waits until the event is set."""
        self.straight = False
        self.beating = beating = anyio.Event()
        return beating

    def leave(self) -> None:
        """Note that the client is gone."""
        self.straight = False
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
