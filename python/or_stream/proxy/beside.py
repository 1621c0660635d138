"""What goes on beside a relay: a wait for the client's leaving, and a timer.

Every relay pays for it. On asyncio it is one task and one timer, a fifth of what a task group of two tasks costs;
elsewhere it is that task group.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import anyio

if TYPE_CHECKING:
    from collections.abc import Coroutine

    Running: TypeAlias = Coroutine[Any, Any, None]


class Clock(Protocol):
    """Something to look at now and then."""

    def due(self) -> float:
        """Give the seconds until the next look."""
        ...

    async def look(self) -> None:
        """Do what is due by now; raises nothing."""


async def run_beside(main: Running, wait: Running, clock: Clock) -> None:
    """Run `main`, and beside it a wait and a clock, which end with it.

    Args:
        main: What it is about; what it raises is raised.
        wait: Runs once; raises nothing.
        clock: Looked at whenever it is due.
    """
    run = _on_asyncio if _is_asyncio() else _in_a_group
    await run(main, wait, clock)


def _is_asyncio() -> bool:
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False


async def _in_a_group(main: Running, wait: Running, clock: Clock) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(_await, wait)
        group.start_soon(_keep_looking, clock)
        await main
        group.cancel_scope.cancel()


async def _await(running: Running) -> None:
    await running


async def _keep_looking(clock: Clock) -> None:
    while True:
        await anyio.sleep(clock.due())
        await clock.look()


async def _on_asyncio(main: Running, wait: Running, clock: Clock) -> None:
    waiting = asyncio.get_running_loop().create_task(wait)
    timer = _Timer(clock)
    try:
        await main
    finally:
        timer.cancel()
        # It ends by itself at its next turn: to wait for that would cost one of ours.
        waiting.cancel()


class _Timer:
    """Looks at a clock; there is a task for it only while it does."""

    def __init__(self, clock: Clock) -> None:
        self._loop = asyncio.get_running_loop()
        self._clock = clock
        self._looking: asyncio.Task[None] | None = None
        self._handle = self._loop.call_later(clock.due(), self._look)

    def cancel(self) -> None:
        self._handle.cancel()
        if self._looking is not None:
            self._looking.cancel()

    def _look(self) -> None:
        self._looking = self._loop.create_task(self._look_and_go_on())

    async def _look_and_go_on(self) -> None:
        await self._clock.look()
        self._handle = self._loop.call_later(self._clock.due(), self._look)
