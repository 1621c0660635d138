"""Real connections: G9."""

from dataclasses import replace

from ..sockets.clients import AIOHTTP, HTTPX2
from ..sockets.load import Load, enough_files, race, server
from ..stopwatch import QUICK, Pace, Timing
from .row import Absent, Check, Figure, Finding

LOADS = (
    Load(connections=100, events=508, gap=0, rounds=5),
    Load(connections=100, events=58, gap=10, rounds=5),
    Load(connections=1_000, events=108, gap=0, rounds=2),
    Load(connections=1_000, events=18, gap=50, rounds=2),
)


def g9(pace: Pace) -> list[Finding]:
    """CPU time of a client per event: aiohttp and httpx2 bare, and with events made of their bytes."""
    loads = LOADS[:2] if pace is QUICK else LOADS
    findings: list[Finding] = []
    with server() as address:
        for load in loads:
            if not enough_files(load.connections):
                findings.append(Absent("G9", str(load), "this user may not open so many files"))
                continue
            findings += _judged(load, race(address, AIOHTTP, load))
            if pace is not QUICK:
                # Slower by far, and not judged: one round shows it.
                findings += _figures(load, race(address, HTTPX2, replace(load, rounds=1)))
    return findings


def _judged(load: Load, times: dict[str, Timing]) -> list[Finding]:
    bare, ours = times["aiohttp, bare"], times["aiohttp + AsyncEventStream"]
    check = Check(
        "G9",
        f"{load}: aiohttp + AsyncEventStream; aiohttp bare",
        ours.best / bare.best,
        "x",
        1.05 if load.gap else 1.25,
        None if load.gap else 1.1,
        at_least=False,
        ours=f"{ours.best * 1e6:.3g} us/event",
        beside=f"{bare.best * 1e6:.3g} us/event",
        spread=ours.times(bare),
    )
    return [check, *_figures(load, times)]


def _figures(load: Load, times: dict[str, Timing]) -> list[Finding]:
    return [Figure("sockets", name, str(load), timing.best * 1e6) for name, timing in times.items()]
