"""Cost proportional to bytes, whatever the length and the cuts: G5, G6, G11."""

from functools import partial

from .. import ours
from ..peers import msgspec_events, openai_client
from ..stopwatch import Pace, Timing, race
from ..workloads import giant_closing, text
from .events import BUFFERED, DELTAS, NETWORK, Path
from .row import Figure, Finding, dearer, micros

LENGTHS = (1_000, 10_000, 50_000, 200_000)
PATHS: dict[str, Path] = {"lists of events": ours.count, "text": ours.text}


def g5(pace: Pace) -> list[Finding]:
    """The cost of an event in a stream of 1,000 deltas and in one of 200,000."""
    findings: list[Finding] = []
    for name, path in PATHS.items():
        times = _by_length(path, LENGTHS, pace)
        short, long = times[LENGTHS[0]], times[LENGTHS[-1]]
        events = text(LENGTHS[-1]).events, text(LENGTHS[0]).events
        what = f"{name}: 200,000 deltas against 1,000, per event"
        findings.append(dearer("G5", what, long, short, bar=1.1, goal=1.0, events=events))
        findings += _growth(f"or_stream, {name}", times)
    # The peers take their time: 200,000 deltas would be half a minute for openai.
    findings += _growth("split + msgspec, final response", _by_length(msgspec_events.final, LENGTHS, pace.short()))
    return findings + _growth("openai stream() helper", _by_length(openai_client.final, LENGTHS[:2], pace.short()))


def _by_length(path: Path, lengths: tuple[int, ...], pace: Pace) -> dict[int, Timing]:
    chunks = {deltas: text(deltas).chunks(NETWORK) for deltas in lengths}
    times = race({str(deltas): partial(path, cut) for deltas, cut in chunks.items()}, pace)
    return {deltas: times[str(deltas)] for deltas in lengths}


def _growth(series: str, times: dict[int, Timing]) -> list[Finding]:
    return [Figure("growth", series, deltas, micros(timing, text(deltas).events)) for deltas, timing in times.items()]


def g6(pace: Pace) -> list[Finding]:
    """The closing events of a long stream, of 0.93 MB each."""
    load = giant_closing()
    findings: list[Finding] = []
    for name, path in PATHS.items():
        sizes = {"whole": len(load.body), "64 KiB": 65_536, "16 KiB": BUFFERED, "1,400 B": NETWORK}
        times = race({size: partial(path, load.chunks(step)) for size, step in sizes.items()}, pace)
        what = f"{name}: events of 0.93 MB in 1,400 B chunks against the whole body at once"
        findings.append(dearer("G6", what, times["1,400 B"], times["whole"], bar=1.3, goal=1.1))
        findings += [Figure("giant events", f"or_stream, {name}", size, times[size].best * 1e3) for size in sizes]
    hand = race({size: partial(msgspec_events.count, load.chunks(step)) for size, step in sizes.items()}, pace.short())
    return findings + [Figure("giant events", "split + msgspec", size, hand[size].best * 1e3) for size in sizes]


def g11(pace: Pace) -> list[Finding]:
    """Chunks of 1 to 200 bytes against chunks of 16 KiB."""
    load = text(DELTAS)
    findings: list[Finding] = []
    for name, path in PATHS.items():
        runs = {"crumbs": partial(path, load.random_chunks(200)), "16 KiB": partial(path, load.chunks(BUFFERED))}
        times = race(runs, pace)
        what = f"{name}: random chunks of 1 to 200 B against 16 KiB"
        findings.append(dearer("G11", what, times["crumbs"], times["16 KiB"], bar=2.5, goal=1.7))
    return findings
