"""`make soak`: many streams at once with slow consumers, and many streams opened, broken and dropped.

Prints figures, and fails where one is beyond its bar: the goals G8 and G10.

python -m benches.soak [--streams 10000] [--drops 1000000]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import socket
import time
import warnings
from contextlib import suppress
from pathlib import Path

import psutil
from anyio.abc import SocketStream
from tests.streams import wire, workloads

import or_stream as ors
from or_stream.stream.sources import AsyncSource

MB = 1 << 20
LARGEST_SLOPE = 1024 / 10_000
"""Bytes a stream that is gone may leave behind (G10)."""
NOISE = 65_536
"""And bytes by which resident memory moves by itself."""


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


async def flood(streams: int, *, coalesce: bool) -> list[str]:
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
    return ["more than 1 GiB for the flood"] if most - before > 1024 * MB else []


def connected(body: bytes) -> tuple[socket.socket, socket.socket]:
    """Two ends of a connection, one of which has sent the beginning of a body."""
    ours, theirs = socket.socketpair()
    theirs.sendall(body)
    return ours, theirs


def leave(body: bytes, how: int) -> None:
    """Read one event of a thread's stream, which is then forgotten, cut by its server, or closed."""
    ours, theirs = connected(body)
    stream = ors.EventStream(ours.makefile("rb"))
    ours.close()  # the file has it now
    next(stream)
    theirs.close()
    if how == 1:
        with suppress(ors.StreamTruncated):
            stream.until_done()
    elif how == 2:
        stream.close()


async def leave_in_a_task(body: bytes, how: int) -> None:
    """The same in a task, which has to close what it opened; one that is forgotten holds only memory."""
    if how == 0:
        await anext(ors.AsyncEventStream([body]))
        return
    ours, theirs = connected(body)
    async with ors.AsyncEventStream(await SocketStream.from_socket(ours)) as stream:
        await anext(stream)
        theirs.close()
        if how == 1:
            with suppress(ors.StreamTruncated):
                await stream.until_done()


async def leave_many_in_tasks(body: bytes, count: int) -> None:
    for number in range(count):
        await leave_in_a_task(body, number % 3)


def drop(count: int) -> list[str]:
    """Open, break and drop streams over sockets; memory and descriptors have to stay where they are."""
    body = workloads.chat()[:2000]
    process, descriptors = psutil.Process(), Path("/proc/self/fd")
    warnings.simplefilter("ignore", ResourceWarning)
    marks = []
    for step in range(10):
        for number in range(count * 9 // 100):
            leave(body, number % 3)
        asyncio.run(leave_many_in_tasks(body, count // 100))
        gc.collect()
        marks.append((process.memory_info().rss / MB, len(list(descriptors.iterdir()))))
        print(f"dropped {(step + 1) * count // 10:,}: RSS {marks[-1][0]:.1f} MiB, {marks[-1][1]} descriptors")
    grown, streams = (marks[-1][0] - marks[1][0]) * MB, 0.8 * count
    print(f"RSS slope {grown / streams:.3f} bytes a stream, descriptors {marks[1][1]} -> {marks[-1][1]}")
    beyond = ["memory grows with streams that are gone"] if grown > NOISE + LARGEST_SLOPE * streams else []
    return beyond + (["descriptors are left"] if marks[-1][1] > marks[1][1] else [])


def main() -> None:
    parser = argparse.ArgumentParser(description="Many streams, for as long as it takes.")
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--drops", type=int, default=1_000_000)
    options = parser.parse_args()
    beyond = drop(options.drops)
    for coalesce in (False, True):
        beyond += asyncio.run(flood(options.streams, coalesce=coalesce))
    if beyond:
        raise SystemExit("; ".join(beyond))


if __name__ == "__main__":
    main()
