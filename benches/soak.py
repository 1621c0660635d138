"""`make soak`: many streams at once with slow consumers, and many streams opened, broken and dropped. Prints figures.

python -m benches.soak [--streams 10000] [--drops 1000000]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import time
import warnings
from pathlib import Path

import psutil
from tests.streams import wire, workloads

import or_stream as ors
from or_stream.stream.sources import AsyncSource

MB = 1 << 20


class Fast(AsyncSource):
    """A server that is always ahead: every chunk is there at once."""

    in_memory = True

    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks = iter(chunks)

    async def read(self) -> bytes | None:
        await asyncio.sleep(0)
        return next(self._chunks, None)

    async def aclose(self) -> None:
        pass


async def consume(chunks: list[bytes], *, coalesce: bool, pause: float, last: int) -> int:
    """Read one stream slowly; gives the number of events, and fails if one was lost or came out of order."""
    due, seen = 0, 0
    bounds = ors.ReadAhead(max_bytes=16_384, max_events=64)
    async with ors.AsyncEventStream(Fast(chunks), read_ahead=bounds, coalesce=coalesce) as stream:
        async for batch in stream.batches():
            for event in batch:
                if event.first_sequence_number != due or event.sequence_number is None:
                    raise AssertionError(f"event {event.first_sequence_number} came where {due} was due")
                due, seen = event.sequence_number + 1, seen + 1
            await asyncio.sleep(pause)
    if due != last + 1:
        raise AssertionError(f"the last event was {due - 1}, not {last}")
    return seen


async def flood(streams: int, *, coalesce: bool) -> None:
    """All streams at once, each consumer pausing a hundred times as long as its server."""
    body = workloads.text_stream(200)
    chunks, last = wire.chunks(body, 1400), len(ors.Decoder().feed(body)) - 1
    gc.collect()
    process, began = psutil.Process(), time.monotonic()
    before = process.memory_info().rss
    tasks = [asyncio.create_task(consume(chunks, coalesce=coalesce, pause=1.0, last=last)) for _ in range(streams)]
    most = before
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0.2)
        most = max(most, process.memory_info().rss)
    events = sum(task.result() for task in tasks)
    print(
        f"flood, coalesce={coalesce}: {streams:,} streams of {last + 1} events, {events:,} handed out, none lost or "
        f"reordered; RSS {(most - before) / MB:,.0f} MiB above base; {time.monotonic() - began:.0f} s"
    )


def drop(count: int) -> None:
    """Open, break and drop streams; memory and descriptors have to stay where they are."""
    body = workloads.chat()
    process, descriptors = psutil.Process(), Path("/proc/self/fd")
    warnings.simplefilter("ignore", ResourceWarning)
    marks = []
    for step in range(10):
        for _ in range(count // 10):
            stream = ors.EventStream(iter([body[:2000]]))
            next(stream)
            del stream
        gc.collect()
        marks.append((process.memory_info().rss / MB, len(list(descriptors.iterdir()))))
        print(f"dropped {(step + 1) * count // 10:,}: RSS {marks[-1][0]:.1f} MiB, {marks[-1][1]} descriptors")
    slope = (marks[-1][0] - marks[1][0]) / (0.8 * count) * MB
    print(f"RSS slope {slope:.2f} bytes a stream, descriptors {marks[1][1]} -> {marks[-1][1]}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Many streams, for as long as it takes.")
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--drops", type=int, default=1_000_000)
    options = parser.parse_args()
    drop(options.drops)
    for coalesce in (False, True):
        asyncio.run(flood(options.streams, coalesce=coalesce))


if __name__ == "__main__":
    main()
