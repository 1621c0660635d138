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
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType

    Running: TypeAlias = Coroutine[Any, Any, None]


class Clock(Protocol):
    """Something to look at now and then."""

    def due(self) -> float:
        """Give the seconds until the next look."""
        ...

    async def look(self) -> None:
        """Do what is due by now; raises nothing."""


def beside(wait: Running, clock: Clock) -> AbstractAsyncContextManager[None]:
    """Run something beside a block, and end it with the block.

    Args:
        wait: Runs once; raises nothing.
        clock: Looked at whenever it is due.
    """
    try:
        is_asyncio = asyncio.current_task() is not None
    except RuntimeError:
        is_asyncio = False
    return _BesideTask(wait, clock) if is_asyncio else _BesideGroup(wait, clock)


class _BesideGroup:
    def __init__(self, wait: Running, clock: Clock) -> None:
        self._wait = wait
        self._clock = clock
        self._group = anyio.create_task_group()

    async def __aenter__(self) -> None:
        await self._group.__aenter__()
        self._group.start_soon(self._run)
        self._group.start_soon(self._keep_looking)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self._group.cancel_scope.cancel()
        return await self._group.__aexit__(kind, error, trace)

    async def _run(self) -> None:
        await self._wait

    async def _keep_looking(self) -> None:
        while True:
            await anyio.sleep(self._clock.due())
            await self._clock.look()


class _BesideTask:
    def __init__(self, wait: Running, clock: Clock) -> None:
        self._loop = asyncio.get_running_loop()
        self._clock = clock
        self._waiting = self._loop.create_task(wait)
        self._looking: asyncio.Task[None] | None = None
        self._handle = self._loop.call_later(clock.due(), self._look)

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, *_: object) -> None:
        self._handle.cancel()
        if self._looking is not None:
            self._looking.cancel()
        # It ends by itself at its next turn: to wait for that would cost one of ours.
        self._waiting.cancel()

    def _look(self) -> None:
        self._looking = self._loop.create_task(self._look_and_go_on())

    async def _look_and_go_on(self) -> None:
        await self._clock.look()
        self._handle = self._loop.call_later(self._clock.due(), self._look)
