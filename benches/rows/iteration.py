"""What iteration adds to the plain loop: G7."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Sequence
from functools import partial
from typing import Any

from or_stream import AsyncEventStream

from .. import ours
from ..stopwatch import Pace, race
from ..workloads import text
from .events import BUFFERED, DELTAS
from .row import Check, Figure, Finding, dearer, micros


def g7(pace: Pace) -> list[Finding]:
    """`async for` over 16 KiB chunks in memory, against a plain loop over the same events and the same fold."""
    load = text(DELTAS)
    chunks = load.chunks(BUFFERED)
    with asyncio.Runner() as runner:
        runs: dict[str, Callable[[], object]] = {
            "loop": lambda: runner.run(_in_a_task(ours.read_and_fold, chunks)),
            "bare loop": partial(ours.read, chunks),
            "EventStream": partial(ours.iterate, chunks),
            "AsyncEventStream": lambda: runner.run(ours.aiterate(chunks)),
            "batches()": lambda: runner.run(ours.abatches(chunks)),
        }
        times = race(runs, pace, expected=len(load.answer))
        most = runner.run(_most_suspensions(chunks))
    return [
        dearer("G7", "async for event; loop over lists", times["AsyncEventStream"], times["loop"], bar=2, goal=1.5),
        dearer("G7", "async for batch; loop over lists", times["batches()"], times["loop"], bar=1.25, goal=1.1),
        Check("G7", "suspensions for a chunk of events, at most", most, "", 1, 1, at_least=False),
        *(Figure("iteration", name, "us/event", micros(timing, load.events)) for name, timing in times.items()),
    ]


async def _in_a_task(read: Callable[[Sequence[bytes]], int], chunks: Sequence[bytes]) -> int:
    """Run a plain loop where the others run: starting a task, some 30 us, is no part of iterating."""
    return read(chunks)


async def _most_suspensions(chunks: Sequence[bytes]) -> int:
    """How often the iteration gave way between the first event of a chunk and the first of the next, at most."""
    most = since = seen = 0
    async with AsyncEventStream(chunks) as stream:
        while True:
            step = _Counted(anext(stream, None))
            if await step is None:
                return most
            since = step.suspensions if stream.stats.chunks > seen else since + step.suspensions
            seen, most = stream.stats.chunks, max(most, since)


class _Counted:
    """Awaits something and counts how often it gave way to the loop."""

    def __init__(self, awaitable: Awaitable[Any]) -> None:
        self._awaitable = awaitable
        self.suspensions = 0

    def __await__(self) -> Generator[Any, Any, Any]:
        steps = self._awaitable.__await__()
        while True:
            try:
                step = next(steps)
            except StopIteration as stop:
                return stop.value
            self.suspensions += 1
            yield step
