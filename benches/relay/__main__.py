"""`python -m benches.relay`: CPU time of relays beside one that only copies bytes. Prints a table."""

import argparse
import asyncio
import gc
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

import aiohttp

from ..build import machine, refuse_debug_build
from ..sockets.load import enough_files
from ..sockets.server import workload
from ..stopwatch import NANO, Timing
from .readers import open_readers, until_ended, until_events
from .upstream import serving

FRAMEWORKS = ("asgi", "starlette", "aiohttp")
RELAYS = {"bare": "bytes only", "relay": "or_stream", "json": "json.loads of each event"}
HEAD = """\
| load | framework | relay | us/event | times bytes only | us/stream, opened and ended |
|---|---|---|---|---|---|"""


@dataclass(frozen=True)
class Gateway:
    """A running gateway: where its frameworks and its clock are."""

    ports: dict[str, int]

    async def cpu(self) -> int:
        """Nanoseconds that the process has used."""
        url = f"http://127.0.0.1:{self.ports['aiohttp']}/cpu"
        async with aiohttp.ClientSession() as session, session.get(url) as reply:
            return int(await reply.text())


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A gateway in a process of its own."""
    command = [sys.executable, "-m", "benches.relay.gateway"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            uvicorn, aiohttp = map(int, process.stdout.readline().split())
            yield Gateway({"asgi": uvicorn, "starlette": uvicorn, "aiohttp": aiohttp})
        finally:
            process.kill()


@dataclass(frozen=True)
class Load:
    """How many streams of how many events; each event by itself, or all of a stream at once."""

    streams: int
    events: int
    single: bool

    def __str__(self) -> str:
        """For tables."""
        return f"{self.streams:,} streams, " + (
            "one event a read" if self.single else f"all {self.events} events at once"
        )


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU of one run."""

    event: float
    """For each event, up to the last one."""
    stream: float
    """For each stream, its opening and its end."""


async def measure(relay: Gateway, framework: str, kind: str, load: Load) -> Cost:
    """One run: all streams opened, then all sent and read, then all ended.

    An event is sent when everybody has the one before. So each is a read of its own, whatever else the machine does.
    """
    sent = workload(load.events)
    async with serving(load.events) as upstream:
        times = [await relay.cpu()]
        query = f"{upstream.address}/stream"
        readers = await open_readers(load.streams, relay.ports[framework], f"/{framework}/{kind}?{query}")
        times.append(await relay.cpu())
        for event in range(sent.events if load.single else 0):
            upstream.send(event)
            await until_events(readers, event + 1)
        if not load.single:
            upstream.send_all()
            await until_events(readers, sent.events)
        times.append(await relay.cpu())
        upstream.end()
        await until_ended(readers)
        times.append(await relay.cpu())
        for reader in readers:
            if reader.body() != sent.body:
                message = f"{framework} {kind} gave other bytes than it got"
                raise ValueError(message)
            reader.transport.close()
        await asyncio.sleep(0.2)
    opening, sending, ending = (after - before for before, after in pairwise(times))
    return Cost(sending * NANO / (load.streams * sent.events), (opening + ending) * NANO / load.streams)


def race(relay: Gateway, load: Load, rounds: int) -> Iterator[str]:
    """Rows of a table: every relay of every framework, in turns."""
    costs: dict[tuple[str, str], list[Cost]] = {(name, kind): [] for name in FRAMEWORKS for kind in RELAYS}
    for turn in range(rounds + 1):
        for (name, kind), each in costs.items():
            gc.collect()
            cost = asyncio.run(measure(relay, name, kind, load))
            if turn:  # the first warms up
                each.append(cost)
    for (name, kind), each in costs.items():
        yield f"| {load} | {name} | {RELAYS[kind]} | {_figures(each, costs[name, 'bare'])} |"


def _figures(costs: list[Cost], bare: list[Cost]) -> str:
    times, least = (Timing(tuple(cost.event for cost in each)) for each in (costs, bare))
    low, high = times.times(least)
    stream = min(cost.stream for cost in costs)
    return f"{times.best * 1e6:.3g} | {times.best / least.best:.2f} ({low:.2f} to {high:.2f}) | {stream * 1e6:.0f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benches.relay", description=__doc__.partition("\n")[0])
    parser.add_argument("--streams", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    refuse_debug_build()
    if not enough_files(2 * options.streams):
        parser.error("this user may not open so many files")
    print("\n".join(f"{name}: {told}" for name, told in machine().items()))
    print(HEAD)
    loads = (Load(options.streams, events=58, single=True), Load(options.streams, events=108, single=False))
    with gateway() as relay:
        for load in loads:
            for row in race(relay, load, options.rounds):
                print(row, flush=True)


if __name__ == "__main__":
    main()
