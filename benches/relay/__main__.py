"""`python -m benches.relay`: CPU time of relays beside one that only copies bytes. Prints a table."""

import argparse
import asyncio
import gc
import shutil
from collections.abc import Iterator
from statistics import median, quantiles

from ..build import machine, refuse_debug_build
from ..sockets.load import enough_files
from .gateways import FRAMEWORKS, RELAYS, Gateway, gateway
from .instructions import HEAD as INSTRUCTIONS
from .instructions import instructions
from .load import Cost, Load, measure

HEAD = """\
| load | framework | relay | us/event, median | times bytes only, median and quartiles | us/stream, opened and ended |
|---|---|---|---|---|---|"""


def race(relay: Gateway, load: Load, rounds: int) -> Iterator[str]:
    """Rows of a table: the relays of every framework, side by side."""
    for name in FRAMEWORKS:
        costs = {kind: Cost() for kind in RELAYS}
        for turn in range(rounds + 1):
            gc.collect()
            for kind, cost in asyncio.run(measure(relay, name, list(RELAYS), load)).items():
                if turn:  # the first warms up
                    costs[kind].events += cost.events
                    costs[kind].streams += cost.streams
        for kind, cost in costs.items():
            yield f"| {load} | {name} | {RELAYS[kind]} | {_figures(cost, costs['bare'])} |"


def _figures(cost: Cost, bare: Cost) -> str:
    times = [one / least for one, least in zip(cost.events, bare.events, strict=True)]
    low, middle, high = quantiles(times, n=4)
    event, stream = median(cost.events) * 1e6, median(cost.streams) * 1e6
    return f"{event:.3g} | {middle:.2f} ({low:.2f} to {high:.2f}) | {stream:.0f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benches.relay", description=__doc__.partition("\n")[0])
    parser.add_argument("--streams", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--instructions", action="store_true", help="count instructions instead; needs valgrind")
    options = parser.parse_args()
    refuse_debug_build()
    if not enough_files(2 * len(RELAYS) * options.streams):
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
    single = Load(options.streams, events=58, single=True)
    at_once = Load(options.streams, events=108, single=False)
    with gateway() as relay:
        # Of all events at once there is one figure in a round.
        for load, rounds in ((single, options.rounds), (at_once, 4 * options.rounds)):
            for row in race(relay, load, rounds):
                print(row, flush=True)


if __name__ == "__main__":
    main()
