"""`python -m benches.relay`: CPU time of relays beside one that only copies bytes. Prints a table."""

import argparse
import asyncio
import gc
import shutil
from collections.abc import Iterator

from ..build import machine, refuse_debug_build
from ..sockets.load import enough_files
from ..stopwatch import Timing
from .gateways import FRAMEWORKS, RELAYS, Gateway, gateway
from .instructions import HEAD as INSTRUCTIONS
from .instructions import instructions
from .load import Cost, Load, measure

HEAD = """\
| load | framework | relay | us/event | times bytes only | us/stream, opened and ended |
|---|---|---|---|---|---|"""


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
    parser.add_argument("--instructions", action="store_true", help="count instructions instead; needs valgrind")
    options = parser.parse_args()
    refuse_debug_build()
    if not enough_files(2 * options.streams):
        parser.error("this user may not open so many files")
    print("\n".join(f"{name}: {told}" for name, told in machine().items()))
    if options.instructions:
        if shutil.which("valgrind") is None:
            parser.error("valgrind is not installed")
        print(INSTRUCTIONS)
        for row in instructions():
            print(row, flush=True)
        return
    print(HEAD)
    loads = (Load(options.streams, events=58, single=True), Load(options.streams, events=108, single=False))
    with gateway() as relay:
        for load in loads:
            for row in race(relay, load, options.rounds):
                print(row, flush=True)


if __name__ == "__main__":
    main()
