"""Bytes to a finished response: G3, and G17 with the other profiles beside it."""

from functools import partial

from .. import ours
from ..peers import msgspec_events, openai_client
from ..stopwatch import Pace, race
from ..workloads import PROFILES, profile, text
from .events import BUFFERED, DELTAS, NETWORK, over
from .row import Check, Figure, Finding, faster, micros


def g3(pace: Pace) -> list[Finding]:
    """The finished response, built from all deltas, as an object with types."""
    load = text(DELTAS)
    paths = {"ours": ours.final, "msgspec": msgspec_events.final, "openai": openai_client.final}
    times = race(over(load.chunks(NETWORK), paths), pace, expected=load.answer)
    beside = partial(faster, "G3", ours=times["ours"], events=load.events)
    return [
        beside("final response from all deltas; split + msgspec", theirs=times["msgspec"], bar=10, goal=15),
        beside("the same; openai stream() helper", theirs=times["openai"], bar=1000, goal=1500),
    ]


def g17(pace: Pace) -> list[Finding]:
    """Decoding and folding of each profile; the bar is on `agent`, where the snapshots weigh most."""
    findings: list[Finding] = []
    for name in PROFILES:
        load = profile(name)
        chunks = load.chunks(BUFFERED)
        paths = {
            "or_stream, lists of events": ours.count,
            "or_stream, folded": ours.fold,
            "or_stream, final": ours.final,
            "split + msgspec, lists of events": msgspec_events.count,
            "split + msgspec, folded": msgspec_events.fold,
            "split + msgspec, final": msgspec_events.final,
            "or_stream, to_dict()": ours.as_dict,
            "or_stream, model_dump()": ours.dump,
        }
        times = race(over(chunks, paths), pace)
        findings += [Figure("profiles", path, name, micros(timing, load.events)) for path, timing in times.items()]
        if name == "agent":
            speed = len(load.body) / times["or_stream, folded"].best / 1e9
            findings += [
                Check("G17", "profile agent decoded and folded", speed, "GB/s", 1.5, 3.0, at_least=True),
                faster(
                    "G17",
                    "the same; split + msgspec, snapshots left undecoded",
                    times["or_stream, folded"],
                    times["split + msgspec, folded"],
                    events=load.events,
                    bar=5,
                    goal=None,
                ),
            ]
    return findings
