"""Waiting until a given moment and no longer.

A stream with a timeout waits so for each of its chunks. On asyncio that costs no timer a chunk: the one that runs is
left to ring, and is set again then if its time has moved meanwhile. Elsewhere it is a cancel scope a chunk.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from anyio import CancelScope, current_time

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from .clocks import Clocks

T = TypeVar("T")


class Late(Exception):  # noqa: N818 - never leaves this package
    """The moment has come before the value."""


class Deadline(Protocol):
    """Waits for values, one at a time."""

    def now(self) -> float:
        """Give the event loop's time in seconds."""
        ...

    async def wait(self, value: Coroutine[Any, Any, T], until: float) -> T:
        """Wait for a value.

        Args:
            value: What gives it.
            until: The event loop's time when it is late.

        Raises:
            Late: Raised at that time, when `value` was cancelled.
        """
        ...

    def close(self) -> None:
        """Let go of the timer."""


def make_deadline() -> Deadline:
    """Make what fits the event loop that runs."""
    try:
        is_asyncio = asyncio.current_task() is not None
    except RuntimeError:
        is_asyncio = False
    return TimerDeadline() if is_asyncio else ScopeDeadline()


async def in_time(value: Coroutine[Any, Any, T], clocks: Clocks | None) -> T:
    """Wait for what comes before the first byte, no longer than the clocks of its stream allow.

    Args:
        value: What gives it: a reply, or the judgement of its head.
        clocks: Of the stream; None to wait for ever.

    Raises:
        StreamStalled: Raised when a clock runs out.
    """
    if clocks is None:
        return await value
    deadline = make_deadline()
    now = deadline.now()
    try:
        return await deadline.wait(value, clocks.deadline(now))
    except Late:
        raise clocks.stalled(now) from None
    finally:
        clocks.waited(deadline.now() - now, event=False, progress=False)
        deadline.close()


class ScopeDeadline:
    """Any event loop's."""

    def now(self) -> float:
        """Give the event loop's time in seconds."""
        return current_time()

    async def wait(self, value: Coroutine[Any, Any, T], until: float) -> T:
        """Wait for a value."""
        with CancelScope(deadline=until):
            return await value
        raise Late

    def close(self) -> None:
        """Do nothing."""


class TimerDeadline:
    """The one of asyncio."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.now = self._loop.time
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: asyncio.Task[Any] | None = None
        self._until = 0.0
        self._rang = False

    async def wait(self, value: Coroutine[Any, Any, T], until: float) -> T:
        """Wait for a value."""
        if self._timer is None or self._timer.when() > until:
            self._set(until)
        task = asyncio.current_task()
        if task is None:
            message = "a stream with timeouts is read inside of a task"
            raise RuntimeError(message)
        self._until, self._waiting = until, task
        wishes = task.cancelling()
        try:
            return await value
        except asyncio.CancelledError:
            # Somebody else's wish that the task shall end goes before our ring, where both have come.
            if self._rang and task.cancelling() == wishes + 1:
                raise Late from None
            raise
        finally:
            self._waiting = None
            if self._rang:
                self._rang = False
                task.uncancel()

    def close(self) -> None:
        """Let go of the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set(self, until: float) -> None:
        self.close()
        self._timer = self._loop.call_at(until, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._waiting is None:
            return
        if self.now() < self._until:
            self._set(self._until)
            return
        self._rang = True
        self._waiting.cancel()
