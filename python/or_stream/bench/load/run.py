"""A whole run: in this process, or divided among several."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import threading
from contextlib import contextmanager
from functools import partial
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from time import monotonic_ns, time_ns
from typing import TYPE_CHECKING, Any, cast

from .clients import client_name, make_client
from .job import Job, Share
from .pacing import run_share
from .results import LoadResult
from .so_far import SoFar, Sum
from .vitals import Vitals

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from .records import Record

__all__ = ["Job", "run_load"]

_HEAD_START_NS = 50_000_000
_JOIN_SECONDS = 10


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
    run = _alone if job.processes == 1 else _divided
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


def _divided(job: Job, keep: Callable[[Record], None], total: Sum) -> tuple[int, int, list[Vitals], bool]:
    workers: dict[Any, BaseProcess] = {}
    try:
        try:
            _start(job, workers)
        except KeyboardInterrupt:
            for process in workers.values():
                process.kill()  # it has nothing to tell yet
            return monotonic_ns(), monotonic_ns(), [], True
        start = monotonic_ns() + _HEAD_START_NS
        for connection in workers:
            connection.send(start)
        vitals, interrupted = _collect(workers, keep, total)
        return start, monotonic_ns(), vitals, interrupted
    finally:
        for connection, process in workers.items():
            connection.close()
            process.join(_JOIN_SECONDS)
            process.kill()


def _start(job: Job, workers: dict[Any, BaseProcess]) -> None:
    """Start the processes and wait until all are ready."""
    # Spawned: a fork would copy the caller's threads' locks in whatever state they are.
    context = multiprocessing.get_context("spawn")
    for part in range(job.processes):
        ours, theirs = context.Pipe()
        share = Share(job, part, job.processes)
        process: BaseProcess = context.Process(target=_work, args=(share, theirs), daemon=True)
        with _deaf():
            process.start()
        theirs.close()
        workers[ours] = process
    for connection in workers:
        _receive(connection)


@contextmanager
def _deaf() -> Generator[None]:
    """Start processes deaf to Ctrl-C, which a terminal tells to all of a group: it is the parent's to act on."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # else the first process starts it, and it lets the signal through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _collect(workers: dict[Any, BaseProcess], keep: Callable[[Record], None], total: Sum) -> tuple[list[Vitals], bool]:
    vitals: list[Vitals] = []
    interrupted, running = False, set(workers)
    while running:
        try:
            for ready in wait(running):
                connection = cast("Connection", ready)
                told = _receive(connection)
                if isinstance(told, list):
                    for record in cast("list[Record]", told):
                        keep(record)
                elif isinstance(told, SoFar):
                    total.add(connection.fileno(), told)
                else:
                    vitals.append(Vitals.unpacked(told))
                    running.remove(connection)
        except KeyboardInterrupt:
            if interrupted:
                raise
            interrupted = True
            for connection in running:
                connection.send("stop")
    return vitals, interrupted


def _receive(connection: Connection) -> Any:
    try:
        return connection.recv()
    except EOFError:
        message = "a process of the run died"
        raise RuntimeError(message) from None


def _work(share: Share, connection: Connection) -> None:
    """Run one share in a process of its own, which began deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_serve(share, connection))


async def _serve(share: Share, connection: Connection) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    waiting: list[Record] = []
    # Before it says that it is ready: loading an HTTP library is no time of the server's.
    client = make_client(client_name(share.job.client))
    connection.send("ready")
    start_ns = int(await loop.run_in_executor(None, connection.recv))
    loop.add_reader(connection.fileno(), _hear, loop, connection, stop)

    def keep(record: Record) -> None:
        waiting.append(record)
        if len(waiting) == 1:
            loop.call_later(0.2, send)

    def send() -> None:
        if waiting:
            connection.send(waiting.copy())
            waiting.clear()

    vitals = await run_share(share, client, start_ns, keep=keep, stop=stop, tell=connection.send)
    send()
    connection.send(vitals.packed())


def _hear(loop: asyncio.AbstractEventLoop, connection: Connection, stop: asyncio.Event) -> None:
    # "stop", or the end of a parent that is gone.
    loop.remove_reader(connection.fileno())
    stop.set()
