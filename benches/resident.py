"""Resident memory of many live streams, measured in a process of its own: `python -m benches.resident KIND COUNT`."""

import sys
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_SELF, getpagesize, getrusage
from typing import Any

from or_stream import Assembler, Decoder

from .peers.msgspec_events import Fold, batches
from .workloads import Workload, text

PIECES = 16
"""Streams grow in turns, a piece each, as they do on a server; one after the other would hide fragmentation."""


def half_finished(deltas: int = 1_000) -> Workload:
    """A stream of which everything has come but the closing events."""
    load = text(deltas)
    cut = load.body.index(b"event: response.output_text.done")
    return Workload("half-finished", load.body[:cut], load.events - 4, load.answer)


def resident() -> int:
    """Bytes that the kernel holds for this process."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * getpagesize()
    except OSError:
        # Only the maximum is known here, which is as good: this process never gives anything back.
        return getrusage(RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def grown(make: Callable[[], Any], feed: Callable[[Any, bytes], object], count: int, body: bytes) -> float:
    """Bytes for each of `count` objects that were fed with `body`."""
    step = len(body) // PIECES + 1
    pieces = [body[start : start + step] for start in range(0, len(body), step)]
    # What the first of them all loads is not theirs.
    feed(make(), body)
    live: list[Any] = [None] * count
    before = resident()
    for index in range(count):
        live[index] = make()
    for piece in pieces:
        for one in live:
            feed(one, piece)
    return (resident() - before) / count


class _Split:
    """split + msgspec for one of many streams: its rest and its lists of deltas."""

    def __init__(self) -> None:
        self.rest, self.fold = b"", Fold()

    def feed(self, chunk: bytes) -> None:
        whole = self.rest + chunk
        cut = whole.rfind(b"\n") + 1
        self.rest = whole[cut:]
        for events in batches([whole[:cut]]):
            self.fold.take(events)


KINDS: dict[str, tuple[Callable[[], Any], Callable[[Any, bytes], object], bytes]] = {
    "idle Decoder": (Decoder, Decoder.feed, b""),
    "idle Assembler": (Assembler, Assembler.feed, b""),
    "1,000 deltas, Assembler": (Assembler, Assembler.feed, half_finished().body),
    "1,000 deltas, split + msgspec": (_Split, _Split.feed, half_finished().body),
}


if __name__ == "__main__":
    make, feed, body = KINDS[sys.argv[1]]
    print(grown(make, feed, int(sys.argv[2]), body))
