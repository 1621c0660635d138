"""What real servers sent: G14."""

from collections.abc import Callable
from functools import partial

from .. import ours
from ..peers import msgspec_events
from ..stopwatch import Pace, race
from ..workloads import RECORDED, recorded
from .events import BUFFERED
from .row import Absent, Figure, Finding, faster, micros

PATHS: dict[str, Callable[[list[bytes]], object]] = {
    "or_stream, lists of events": ours.count,
    "or_stream, folded": ours.fold,
    # Streams that the server broke off have a response too.
    "or_stream, final": ours.final_of_any,
    "split + msgspec, lists of events": msgspec_events.count,
    "split + msgspec, folded": msgspec_events.fold,
    "split + msgspec, final": msgspec_events.final_of_any,
    "or_stream, to_dict()": ours.as_dict,
    "or_stream, model_dump()": ours.dump,
}


def g14(pace: Pace) -> list[Finding]:
    """All recorded streams in a row, each with a decoder of its own."""
    bodies = [_cut(body) for body in recorded()]
    if not bodies:
        return [Absent("G14", "recorded streams", f"there are no recordings in {'/'.join(RECORDED.parts[-3:])}")]
    times = race({name: partial(_all, path, bodies) for name, path in PATHS.items()}, pace)
    events = sum(map(ours.count, bodies))
    beside = partial(faster, "G14", events=events)
    listed, _, final, msgspec_listed, _, msgspec_final, *_ = times.values()
    what = f"{len(bodies)} recorded streams"
    return [
        beside(f"{what}: lists of events; split + msgspec", listed, msgspec_listed, bar=5, goal=8),
        beside(f"{what}: final responses; split + msgspec", final, msgspec_final, bar=8, goal=12),
        *(Figure("profiles", name, "recorded", micros(timing, events)) for name, timing in times.items()),
    ]


def _cut(body: bytes) -> list[bytes]:
    return [body[start : start + BUFFERED] for start in range(0, len(body), BUFFERED)]


def _all(path: Callable[[list[bytes]], object], bodies: list[list[bytes]]) -> None:
    for chunks in bodies:
        path(chunks)
