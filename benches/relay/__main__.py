"""`python -m benches.relay`: CPU time of relays beside one that only copies bytes. Prints a table."""

import argparse
import asyncio
import gc
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

import aiohttp

from ..build import machine, refuse_debug_build
from ..sockets.load import Load, enough_files, go, server
from ..sockets.server import workload
from ..stopwatch import NANO, Timing
from .readers import open_readers

BAR = 1.10
FRAMEWORKS = ("asgi", "starlette", "aiohttp")
RELAYS = {"bare": "bytes only", "relay": "or_stream", "json": "json.loads of each event"}
HEAD = """\
| load | framework | relay | us/event | times bytes only | 1.10 | us/opening | s |
|---|---|---|---|---|---|---|---|"""


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
def gateway(upstream: str) -> Iterator[Gateway]:
    """A gateway in a process of its own."""
    command = [sys.executable, "-m", "benches.relay.gateway", upstream]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            uvicorn, aiohttp = map(int, process.stdout.readline().split())
            yield Gateway({"asgi": uvicorn, "starlette": uvicorn, "aiohttp": aiohttp})
        finally:
            process.kill()


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU for each event of a run, and for each stream's opening."""

    event: float
    opening: float
    wall: float


async def measure(upstream: str, relay: Gateway, framework: str, kind: str, load: Load) -> Cost:
    """One run: all streams opened, then all sent and read."""
    sent = workload(load.events)
    first = await relay.cpu()
    target = f"/{framework}/{kind}?events={load.events}"
    readers = await open_readers(load.connections, relay.ports[framework], target)
    opened, began = await relay.cpu(), perf_counter()
    await go(upstream, load.gap)
    await asyncio.gather(*(reader.ended for reader in readers))
    read, wall = await relay.cpu(), perf_counter() - began
    for reader in readers:
        if reader.body() != sent.body:
            message = f"{framework} {kind} gave other bytes than it got"
            raise ValueError(message)
        reader.transport.close()
    await asyncio.sleep(0.3)
    seconds = (read - opened) * NANO
    return Cost(seconds / (load.connections * sent.events), (opened - first) * NANO / load.connections, wall)


def race(upstream: str, relay: Gateway, load: Load) -> Iterator[str]:
    """Rows of a table: every relay of every framework, in turns."""
    costs: dict[tuple[str, str], list[Cost]] = {(name, kind): [] for name in FRAMEWORKS for kind in RELAYS}
    for turn in range(load.rounds + 1):
        for (name, kind), each in costs.items():
            gc.collect()
            cost = asyncio.run(measure(upstream, relay, name, kind, load))
            if turn:  # the first warms up
                each.append(cost)
    for (name, kind), each in costs.items():
        yield f"| {load} | {name} | {RELAYS[kind]} | {_figures(each, costs[name, 'bare'])} |"


def _figures(costs: list[Cost], bare: list[Cost]) -> str:
    times, least = (Timing(tuple(cost.event for cost in each)) for each in (costs, bare))
    low, high = times.times(least)
    ratio = times.best / least.best
    verdict = "" if costs is bare else "met" if ratio <= BAR else "missed"
    opening, wall = (min(getattr(cost, name) for cost in costs) for name in ("opening", "wall"))
    return (
        f"{times.best * 1e6:.3g} | {ratio:.2f} ({low:.2f} to {high:.2f}) | {verdict} | {opening * 1e6:.0f} | {wall:.1f}"
    )


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
    loads = (
        Load(options.streams, events=108, gap=70, rounds=options.rounds),
        Load(options.streams, events=108, gap=0, rounds=options.rounds),
    )
    with server() as upstream, gateway(upstream) as relay:
        for load in loads:
            for row in race(upstream, relay, load):
                print(row, flush=True)


if __name__ == "__main__":
    main()
