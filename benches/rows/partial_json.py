"""The arguments of a tool call while they come: G10."""

from functools import partial
from json import dumps, loads

from .. import ours
from ..peers import jiter_partial
from ..stopwatch import Pace, Timing, check, race
from ..workloads import words
from .row import Check, Figure, Finding, dearer, micros

LENGTHS = (200, 1_000, 4_000)


def g10(pace: Pace) -> list[Finding]:
    """The value of the arguments after each delta."""
    calls = {length: _call(length) for length in LENGTHS}
    times = race({str(length): partial(ours.follow, deltas) for length, deltas in calls.items()}, pace)
    jiter = race({str(length): partial(jiter_partial.follow, deltas) for length, deltas in calls.items()}, pace.short())
    short, long = LENGTHS[0], LENGTHS[-1]
    events = len(calls[long]), len(calls[short])
    flat = dearer(
        "G10",
        "the same against 200 deltas, per delta",
        times[str(long)],
        times[str(short)],
        bar=1.25,
        goal=1.1,
        events=events,
    )
    what = "value of the arguments after each of 4,000 deltas"
    return [
        Check("G10", what, micros(times[str(long)], events[0]), "us", 1, 0.3, at_least=False),
        flat,
        *_figures("or_stream PartialArguments", times, calls),
        *_figures("jiter partial_mode", jiter, calls),
    ]


def _figures(series: str, times: dict[str, Timing], calls: dict[int, list[str]]) -> list[Finding]:
    return [Figure("partial", series, length, micros(times[str(length)], len(calls[length]))) for length in calls]


def _call(count: int) -> list[str]:
    """The arguments of a call in deltas, of which both readers make the same."""
    document = dumps({"path": "src/main.py", "lines": list(words(count))}, ensure_ascii=False)
    step = -(-len(document) // count)
    deltas = [document[start : start + step] for start in range(0, len(document), step)]
    for name, follow in (("ours", ours.follow), ("jiter", jiter_partial.follow)):
        check(name, follow(deltas), loads(document))
    return deltas
