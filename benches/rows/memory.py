"""What a stream holds: G8."""

import subprocess
import sys

from or_stream import Assembler

from ..resident import KINDS, half_finished
from ..stopwatch import QUICK, Pace
from .row import Check, Figure, Finding

LIVE = 10_000
KIB = 1024


def g8(pace: Pace) -> list[Finding]:
    """Decoder and fold of an idle and of a half-finished stream: what the core counts, and what the kernel sees."""
    assembler = Assembler()
    idle = assembler.state_bytes
    assembler.feed(half_finished().body)
    half = assembler.state_bytes
    kernel = {kind: _resident(kind, LIVE // 5 if pace is QUICK else LIVE) for kind in KINDS}
    return [
        _check("idle stream, state_bytes", idle, 4, 1),
        _check("idle stream, resident memory", kernel["idle Assembler"], 4, 1),
        _check("1,000 deltas received, state_bytes", half, 8, None),
        _check("1,000 deltas received, resident memory", kernel["1,000 deltas, Assembler"], 8, None),
        *(Figure("memory", kind, "KiB", size / KIB) for kind, size in kernel.items()),
    ]


def _check(what: str, size: float, bar: float, goal: float | None) -> Check:
    return Check("G8", what, size / KIB, "KiB", bar, goal, at_least=False)


def _resident(kind: str, live: int) -> float:
    command = [sys.executable, "-m", "benches.resident", kind, str(live)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
