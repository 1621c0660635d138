"""Bytes to typed events: G1, G2, G4, G12, G13."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

from tests.streams.wire import OPENAI, Dialect

from .. import ours
from ..peers import msgspec_events, openai_client
from ..stopwatch import Pace, race
from ..workloads import Workload, plain_and_escaped, text
from .row import Finding, dearer, faster

DELTAS = 2_000
NETWORK = 1_400
"""Bytes of a chunk that is one packet."""
BUFFERED = 16_384
"""Bytes of a chunk that waited in a buffer."""

LAYOUTS = {
    "type first": OPENAI,
    "type in the middle": Dialect(key_order="middle"),
    "type last": Dialect(key_order="alphabetical"),
    "spaces": Dialect(spaces=True),
}

Path: TypeAlias = Callable[[list[bytes]], object]


def g1(pace: Pace) -> list[Finding]:
    """A list of typed events for each chunk of 16 KiB."""
    load = text(DELTAS)
    counts = {"ours": ours.count, "msgspec": msgspec_events.count, "openai": openai_client.count}
    times = race(over(load.chunks(BUFFERED), counts), pace, expected=load.events)
    beside = partial(faster, "G1", ours=times["ours"], events=load.events)
    return [
        beside("lists of events, 16 KiB chunks; split + msgspec", theirs=times["msgspec"], bar=5, goal=8),
        beside("the same; openai create(stream=True)", theirs=times["openai"], bar=400, goal=700),
    ]


def g2(pace: Pace) -> list[Finding]:
    """Reading type and delta of each event, in chunks of 1,400 bytes."""
    load = text(DELTAS)
    reads = {"ours": ours.read, "msgspec": msgspec_events.read, "openai": openai_client.read}
    times = race(over(load.chunks(NETWORK), reads), pace, expected=len(load.answer))
    beside = partial(faster, "G2", ours=times["ours"], events=load.events)
    return [
        beside("type and delta of each event, 1,400 B chunks; split + msgspec", theirs=times["msgspec"], bar=4, goal=6),
        beside("the same; openai create(stream=True)", theirs=times["openai"], bar=300, goal=None),
    ]


def g4(pace: Pace) -> list[Finding]:
    """Reading type and delta, one event a chunk."""
    load = text(DELTAS)
    reads = {"ours": ours.read, "msgspec": msgspec_events.read}
    times = race(over(load.single_events, reads), pace, expected=len(load.answer))
    what = "one event a chunk, type and delta read; split + msgspec"
    return [faster("G4", what, times["ours"], times["msgspec"], events=load.events, bar=3, goal=5)]


def g12(pace: Pace) -> list[Finding]:
    """The same events with their keys in other orders, and with spaces."""
    loads = {name: text(DELTAS, dialect) for name, dialect in LAYOUTS.items()}
    return [
        _slowest_layout("lists of events", ours.count, loads, pace),
        _slowest_layout("text", ours.text, loads, pace),
    ]


def g13(pace: Pace) -> list[Finding]:
    """Escaped text against plain text of as many bytes on the wire."""
    plain, hard = (load.chunks(BUFFERED) for load in plain_and_escaped(DELTAS // 4))
    findings: list[Finding] = []
    for name, path in (("lists of events", ours.count), ("text", ours.text)):
        times = race({"plain": partial(path, plain), "escaped": partial(path, hard)}, pace)
        what = f"{name}, per byte: \\uXXXX against ASCII"
        findings.append(dearer("G13", what, times["escaped"], times["plain"], bar=2, goal=1.5))
    return findings


def over(chunks: list[bytes], paths: Mapping[str, Path]) -> dict[str, Callable[[], object]]:
    """The paths, each bound to the same chunks."""
    return {name: partial(path, chunks) for name, path in paths.items()}


def _slowest_layout(what: str, path: Path, loads: dict[str, Workload], pace: Pace) -> Finding:
    times = race({name: partial(path, load.chunks(BUFFERED)) for name, load in loads.items()}, pace)
    slow, fast = (pick(times, key=lambda name: times[name].best) for pick in (max, min))
    return dearer("G12", f"{what}: {slow} against {fast}", times[slow], times[fast], bar=1.3, goal=1.1)
