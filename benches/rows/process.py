"""Threads and import: G15, G16."""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from threading import Thread
from time import perf_counter_ns

from .. import ours
from ..stopwatch import Pace, race
from ..workloads import text
from .row import Absent, Check, Finding

DELTAS = 20_000
CHUNK = 65_536


def g15(pace: Pace) -> list[Finding]:
    """Wall time of two threads, each with a stream of its own, against one; chunks of 64 KiB and no Python objects."""
    if (os.cpu_count() or 1) < 2:
        return [Absent("G15", "two threads", "this machine has one core")]
    chunks = text(DELTAS).chunks(CHUNK)
    runs = {
        "one": partial(_together, 1, ours.fold, chunks),
        "two": partial(_together, 2, ours.fold, chunks),
        "one hash": partial(_together, 1, _hash, chunks),
        "two hashes": partial(_together, 2, _hash, chunks),
    }
    # Seconds on the wall are the noisiest of all: a neighbour takes a core away.
    times = race(runs, Pace(pace.rounds * 4, pace.turn), clock=perf_counter_ns)
    low, high = times["one"].times(times["two"])
    speed_up = 2 * times["one"].best / times["two"].best
    possible = 2 * times["one hash"].best / times["two hashes"].best
    what = "two threads against one, 64 KiB chunks folded; SHA-256 of them"
    return [
        Check(
            "G15", what, speed_up, "x", 1.8, 1.95, at_least=True, beside=f"{possible:.3g} x", spread=(2 * low, 2 * high)
        )
    ]


def _hash(chunks: list[bytes]) -> None:
    """Work that is known to need no lock of the interpreter: what two threads can gain here at all."""
    digest = sha256()
    for chunk in chunks:
        digest.update(chunk)


def _together(threads: int, work: Callable[[list[bytes]], object], chunks: list[bytes]) -> None:
    running = [Thread(target=work, args=(chunks,)) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


def g16(pace: Pace) -> list[Finding]:
    """CPU time of `import or_stream` beyond that of an interpreter that imports nothing."""
    statements = {"bare": "pass", "ours": "import or_stream", "pydantic": "import pydantic; pydantic.BaseModel"}
    best = dict.fromkeys(statements, float("inf"))
    for _ in range(pace.rounds * 2):
        for name, statement in statements.items():
            best[name] = min(best[name], _cpu_milliseconds(statement))
    beyond = best["ours"] - best["bare"]
    pydantic = best["pydantic"] - best["bare"]
    return [
        Check(
            "G16",
            "import or_stream; import pydantic",
            beyond,
            "ms",
            30,
            15,
            at_least=False,
            beside=f"{pydantic:.0f} ms",
        )
    ]


def _cpu_milliseconds(statement: str) -> float:
    process = subprocess.Popen([sys.executable, "-c", statement])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, statement)
    return (usage.ru_utime + usage.ru_stime) * 1e3
