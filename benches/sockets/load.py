"""One measurement: many connections to the server, opened first and then read by one client all at once."""

import asyncio
import gc
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from time import process_time_ns

from ..stopwatch import NANO, Timing
from .clients import Client
from .server import workload

SPARE_FILES = 100


@dataclass(frozen=True)
class Load:
    """How many connections, how many events each, and the milliseconds between two of them, 0 for all at once."""

    connections: int
    events: int
    gap: int
    rounds: int

    def __str__(self) -> str:
        """For tables."""
        return f"{self.connections:,} connections, " + (f"an event every {self.gap} ms" if self.gap else "coalesced")


@contextmanager
def server() -> Iterator[str]:
    """A running server's address."""
    command = [sys.executable, "-m", "benches.sockets.server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def enough_files(connections: int) -> bool:
    """Raise the limit of open files as far as needed; whether that was allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + SPARE_FILES
    if hard != resource.RLIM_INFINITY and hard < needed:
        return False
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))
    return True


def race(address: str, clients: Sequence[Client], load: Load) -> dict[str, Timing]:
    """CPU seconds per event, client by client in turns."""
    rounds: dict[str, list[float]] = {client.name: [] for client in clients}
    for _ in range(load.rounds):
        for client in clients:
            gc.collect()
            rounds[client.name].append(asyncio.run(_measure(address, client, load)))
    return {name: Timing(tuple(seconds)) for name, seconds in rounds.items()}


async def _measure(address: str, client: Client, load: Load) -> float:
    sent = workload(load.events)
    async with AsyncExitStack() as stack:
        get = await client.open(stack, f"{address}/stream?events={load.events}")
        responses = await asyncio.gather(*(get() for _ in range(load.connections)))
        readers = [asyncio.create_task(client.read(response)) for response in responses]
        await asyncio.sleep(0)
        start = process_time_ns()
        await _go(address, load.gap)
        answers = set(await asyncio.gather(*readers))
        seconds = (process_time_ns() - start) * NANO
    expected = {len(sent.body) if client.bare else len(sent.answer)}
    if answers != expected:
        message = f"{client.name} read {answers}, not {expected}"
        raise ValueError(message)
    return seconds / (load.connections * sent.events)


async def _go(address: str, gap: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
    writer.write(b"GET /go?gap=%d HTTP/1.1\r\nhost: loopback\r\n\r\n" % gap)
    await reader.readline()
    writer.close()
