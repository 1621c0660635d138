"""A run divided among processes."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from time import monotonic_ns
from typing import TYPE_CHECKING, Any, cast

from .clients import client_name, make_client
from .interrupts import HeldInterrupts
from .job import Job, Share
from .pacing import run_share
from .so_far import SoFar, Sum
from .vitals import Vitals

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from .records import Record

__all__ = ["run_divided"]

_HEAD_START_NS = 50_000_000
_JOIN_SECONDS = 10


def run_divided(job: Job, keep: Callable[[Record], None], total: Sum) -> tuple[int, int, list[Vitals], bool]:
    """Run a job in `job.processes` processes of its own.

    Args:
        job: What to run.
        keep: Called with each record, as they come.
        total: Told how far each process is.

    Returns:
        When it began and when it ended, in ns; how each process fared; and whether Ctrl-C ended it.

    Raises:
        KeyboardInterrupt: Raised at a second Ctrl-C.
        RuntimeError: Raised when a process of the run died.
    """
    workers: dict[Connection, BaseProcess] = {}
    with HeldInterrupts() as interrupts:
        try:
            _start(job, workers)
            if not _are_ready(workers, interrupts):
                for process in workers.values():
                    process.kill()  # it has nothing to tell yet
                return monotonic_ns(), monotonic_ns(), [], True
            start = monotonic_ns() + _HEAD_START_NS
            for connection in workers:
                _send(connection, start)
            vitals, interrupted = _collect(workers, interrupts, keep, total)
            return start, monotonic_ns(), vitals, interrupted
        finally:
            for connection, process in workers.items():
                connection.close()
                process.join(_JOIN_SECONDS)
                process.kill()


def _start(job: Job, workers: dict[Connection, BaseProcess]) -> None:
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


def _are_ready(workers: dict[Connection, BaseProcess], interrupts: HeldInterrupts) -> bool:
    """Wait until all are, or for Ctrl-C."""
    waited_for = {interrupts.came, *workers}
    while len(waited_for) > 1:
        for ready in wait(waited_for):
            if ready is interrupts.came:
                return False
            connection = cast("Connection", ready)
            _receive(connection)
            waited_for.remove(connection)
    return True


def _collect(
    workers: dict[Connection, BaseProcess], interrupts: HeldInterrupts, keep: Callable[[Record], None], total: Sum
) -> tuple[list[Vitals], bool]:
    vitals: list[Vitals] = []
    interrupted, running = False, set(workers)
    while running:
        for ready in wait(running if interrupted else {interrupts.came, *running}):
            connection = cast("Connection", ready)
            if connection is interrupts.came:
                interrupted = True
                for other in running:
                    _send(other, "stop")
                continue
            told = _receive(connection)
            if isinstance(told, list):
                for record in cast("list[Record]", told):
                    keep(record)
            elif isinstance(told, SoFar):
                total.add(connection.fileno(), told)
            else:
                vitals.append(Vitals.unpacked(told))
                running.remove(connection)
    return vitals, interrupted


def _send(connection: Connection, word: Any) -> None:
    with suppress(OSError):  # one that is gone is told by what it sent, or by not having sent it
        connection.send(word)


def _receive(connection: Connection) -> Any:
    try:
        return connection.recv()
    except EOFError:
        message = "a process of the run died"
        raise RuntimeError(message) from None


def _work(share: Share, connection: Connection) -> None:
    """Run one share in a process of its own, which began deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(BrokenPipeError, ConnectionResetError, EOFError):  # the parent is gone: there is nobody to tell
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
