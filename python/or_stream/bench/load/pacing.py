"""One process at its share of the load."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import monotonic_ns
from typing import TYPE_CHECKING

from .faults import TookTooLong
from .intake import Intake
from .plans import FixedConcurrency
from .schedule import begins
from .so_far import TELL_SECONDS, SoFar
from .vitals import Vitals

if TYPE_CHECKING:
    from collections.abc import Callable

    from .clients import Client
    from .job import Share
    from .records import Record


async def run_share(
    share: Share,
    client: Client,
    start_ns: int,
    *,
    keep: Callable[[Record], None],
    stop: asyncio.Event,
    tell: Callable[[SoFar], None],
) -> Vitals:
    """Send one process's share of a job.

    Args:
        share: Which part of which job.
        client: What sends it, made before the clock ran; it is closed.
        start_ns: When the run begins, in nanoseconds of `time.monotonic_ns()`.
        keep: Takes the record of each request when it has ended.
        stop: Ends the run: requests under way are cut off, and kept as such.
        tell: Told every fifth of a second how far it is.

    Returns:
        How the client fared.
    """
    vitals = Vitals()
    load = _Load(share, start_ns, keep, client, vitals)
    watch = asyncio.create_task(vitals.watch())
    drive = asyncio.create_task(load.drive())
    stopped = asyncio.create_task(stop.wait())
    telling = asyncio.create_task(load.telling(tell))
    try:
        await asyncio.wait({drive, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (drive, stopped, watch, telling):
            task.cancel()
        await asyncio.gather(drive, stopped, watch, telling, return_exceptions=True)
        await client.aclose()
    with suppress(asyncio.CancelledError):
        drive.result()
    return vitals


class _Load:
    def __init__(
        self, share: Share, start_ns: int, keep: Callable[[Record], None], client: Client, vitals: Vitals
    ) -> None:
        self._share = share
        self._job = share.job
        self._start_ns = start_ns
        self._keep = keep
        self._client = client
        self._vitals = vitals
        self._next = share.part
        self._under_way: set[Intake] = set()
        self._events = 0

    async def telling(self, tell: Callable[[SoFar], None]) -> None:
        """Tell how far it is until cancelled."""
        while True:
            tell(SoFar(len(self._under_way), self._events + sum(intake.events for intake in self._under_way)))
            await asyncio.sleep(TELL_SECONDS)

    async def drive(self) -> None:
        """Send all requests and wait for their ends; cancelled, cut them off."""
        if isinstance(self._job.plan, FixedConcurrency):
            async with asyncio.TaskGroup() as group:
                for user in range(self._share.part, self._job.plan.users, self._share.of):
                    group.create_task(self._user(self._job.plan.ramp_up_s * user / self._job.plan.users))
            return
        limit = self._job.max_in_flight
        slots = None if limit is None else asyncio.Semaphore(self._share.among(limit))
        async with asyncio.TaskGroup() as group:
            for index, begin in enumerate(begins(self._job.plan)):
                if index % self._share.of != self._share.part:
                    continue
                if not self._job.bounds.allows(index, begin):
                    break
                intended = await self._until(begin)
                group.create_task(self._queue(index, intended, slots))

    async def _user(self, begin: float) -> None:
        await self._until(begin)
        while self._job.bounds.allows(self._next, (monotonic_ns() - self._start_ns) / 1e9):
            index, self._next = self._next, self._next + self._share.of
            await self._request(index, monotonic_ns())

    async def _queue(self, index: int, intended_ns: int, slots: asyncio.Semaphore | None) -> None:
        if slots is None:
            await self._request(index, intended_ns)
            return
        async with slots:
            await self._request(index, intended_ns)

    async def _request(self, index: int, intended_ns: int) -> None:
        """Send one request; its record is kept whatever happens to it."""
        request = self._job.requests[index % len(self._job.requests)]
        intake = Intake(self._vitals.feed)
        # A closed loop intends to send when it does: what passes between the two calls is no queue.
        start_ns = intended_ns if isinstance(self._job.plan, FixedConcurrency) else max(monotonic_ns(), intended_ns)
        cause: BaseException | None = None
        self._under_way.add(intake)
        clock = asyncio.timeout(self._job.timeout_s)
        try:
            async with clock:
                await self._client.exchange(request, intake)
        except asyncio.CancelledError as error:
            cause = error
            raise
        except Exception as error:
            cause = TookTooLong(self._job.timeout_s) if clock.expired() else error
        finally:
            self._under_way.discard(intake)
            self._events += intake.events
            warm_up = index < self._job.bounds.warm_up
            self._keep(intake.record(index, request.url, (intended_ns, start_ns), warm_up=warm_up, cause=cause))

    async def _until(self, begin: float) -> int:
        """Sleep until so many seconds after the start; give that moment."""
        at = self._start_ns + int(begin * 1e9)
        wait = (at - monotonic_ns()) / 1e9
        if wait > 0:
            await asyncio.sleep(wait)
        return at
