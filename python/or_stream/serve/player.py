"""`Player`: gives the beats of a score when they are due, and waits while the client does not read."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from .exact import ExactLoop

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Handle
    from collections.abc import Callable

    from .score import Score

# How early to wake for a beat while few streams play: the rest of the time is spent turning the loop. A usual loop's
# timers are rounded up to a millisecond; those of an exact one are late by what the system takes to wake somebody.
_USUAL_S = 0.0012
_EXACT_S = 0.0005
_FEW = 16
# With many, what is due within the same half millisecond goes out at its end: to wake for each chunk by itself costs
# half as much again.
_MANY = 64
_SHARED_S = 0.0005
# Linux lets poll, epoll and select oversleep by a thousandth of their time, by a two-hundredth in a process that gives
# way to others (nice): a long wait ends so much earlier, and a short one follows.
_LONG_S = 0.1
_OVERSLEPT = 1 / 200
_JOINED_BYTES = 64 << 10
_TURN = 64
"""Beats that one turn of the loop sends at most, so that other connections get theirs."""


class Player:
    """Plays one score.

    Args:
        loop: Whose clock and timers it uses.
        score: What to play.
        send: Takes the beats that are due: one, or several where the score joins them.
        ended: Called once, when the end is due.
        start: When the request came, by the loop's clock.
    """

    playing = 0
    """How many play now, in all loops: only a hint for how to wait."""

    def __init__(
        self,
        loop: AbstractEventLoop,
        score: Score,
        send: Callable[[list[bytes]], None],
        ended: Callable[[], None],
        start: float,
    ) -> None:
        self._loop = loop
        self._score = score
        self._send = send
        self._ended = ended
        self._start = start + score.delay
        self._next = 0
        self._early = _EXACT_S if isinstance(loop, ExactLoop) else _USUAL_S
        self._paused = False
        self._handle: Handle | None = None
        self._running = True
        Player.playing += 1

    @property
    def sent(self) -> int:
        """How many beats went out."""
        return self._next

    def play(self) -> None:
        """Send what is due, and wait for the next."""
        self._handle = None
        beats = self._score.beats
        now = self._loop.time() - self._start
        last = min(self._next + _TURN, len(beats))
        while self._running and not self._paused and self._next < last and beats[self._next].at <= now:
            self._send(self._due(now, last))
        if self._running and not self._paused:
            self._wait(now)

    def pause(self) -> None:
        """Send nothing until `resume`."""
        self._paused = True
        self._cancel()

    def resume(self) -> None:
        """Go on; what has become due meanwhile goes out at once."""
        self._paused = False
        if self._running and self._handle is None:
            self._handle = self._loop.call_soon(self.play)

    def stop(self) -> None:
        """Send nothing more."""
        if self._running:
            self._running = False
            Player.playing -= 1
            self._cancel()

    def _due(self, now: float, last: int) -> list[bytes]:
        beats = self._score.beats
        found = [beats[self._next].data]
        size = len(found[0])
        self._next += 1
        while self._score.joined and self._next < last and beats[self._next].at <= now and size < _JOINED_BYTES:
            found.append(beats[self._next].data)
            size += len(found[-1])
            self._next += 1
        return found

    def _wait(self, now: float) -> None:
        beats = self._score.beats
        due = beats[self._next].at if self._next < len(beats) else self._score.end_at
        if due <= now and self._next == len(beats):
            self.stop()
            self._ended()
            return
        wait = due - now - (self._early if Player.playing <= _FEW else 0.0)
        if wait <= 0:
            self._handle = self._loop.call_soon(self.play)
            return
        if wait > _LONG_S:
            wait -= wait * _OVERSLEPT
        at = self._start + now + wait
        if Player.playing > _MANY:
            at = ceil(at / _SHARED_S) * _SHARED_S
        self._handle = self._loop.call_at(at, self.play)

    def _cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
