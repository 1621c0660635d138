"""A whole run."""

from __future__ import annotations

import asyncio
import signal
import threading
from functools import partial
from time import monotonic_ns, time_ns
from typing import TYPE_CHECKING

from .clients import client_name, make_client
from .job import Job, Share
from .pacing import run_share
from .processes import run_divided
from .results import LoadResult
from .so_far import SoFar, Sum

if TYPE_CHECKING:
    from collections.abc import Callable

    from .records import Record
    from .vitals import Vitals

__all__ = ["Job", "run_load"]


def run_load(
    job: Job,
    *,
    on_record: Callable[[Record], None] | None = None,
    on_progress: Callable[[SoFar], None] | None = None,
) -> LoadResult:
    """Send a load and keep a record of every request. Blocks until it is over.

    Ctrl-C ends the run early: requests under way are cut off, and what was measured stays.

    Args:
        job: What to run.
        on_record: Called with each record as its request ends.
        on_progress: Called about five times a second, from the start, with how far the run is.

    Returns:
        The records, and how the client fared.

    Raises:
        ImportError: Raised when no HTTP client is installed.
        RuntimeError: Raised when a process of the run died.
    """
    client = client_name(job.client)
    records: list[Record] = []

    def keep(record: Record) -> None:
        records.append(record)
        if on_record is not None:
            on_record(record)

    began_at = time_ns()
    run = _alone if job.processes == 1 else run_divided
    start_ns, end_ns, vitals, interrupted = run(job, keep, Sum(on_progress or _nobody))
    records.sort(key=lambda record: record.index)
    return LoadResult(job, client, began_at, start_ns, end_ns, tuple(records), tuple(vitals), interrupted=interrupted)


def _nobody(so_far: SoFar) -> None:
    """Nobody wants to know."""


def _alone(job: Job, keep: Callable[[Record], None], total: Sum) -> tuple[int, int, list[Vitals], bool]:
    async def main() -> tuple[int, int, list[Vitals], bool]:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        in_main = threading.current_thread() is threading.main_thread()
        if in_main:
            loop.add_signal_handler(signal.SIGINT, stop.set)
        client = make_client(client_name(job.client))
        try:
            start = monotonic_ns()
            vitals = await run_share(Share(job, 0, 1), client, start, keep=keep, stop=stop, tell=partial(total.add, 0))
            return start, monotonic_ns(), [vitals], stop.is_set()
        finally:
            if in_main:
                loop.remove_signal_handler(signal.SIGINT)

    return asyncio.run(main())
