"""Runs a worker over all cases; one that says nothing for too long is ended, and begun again behind the case it hung on."""

import json
import subprocess
import sys
import threading
from queue import Empty, Queue
from typing import IO

from .case import ROOT
from .seen import Seen, of_json

STARTING, READING = 60.0, 5.0  # seconds


def run(adapter: str, address: str, cases: int) -> list[Seen | None]:
    """What the client made of each case; `None` where it hung or its process died."""
    results: list[Seen | None] = []
    while len(results) < cases:
        results += run_from(adapter, address, len(results), cases)
        if len(results) < cases:
            results.append(None)
    return results


def run_from(adapter: str, address: str, first: int, cases: int) -> list[Seen]:
    """Results from `first` until the end or the first hang."""
    command = [sys.executable, "-m", "clients.worker", adapter, address, str(first)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    lines: Queue[str] = Queue()
    threading.Thread(target=pump, args=(process.stdout, lines), daemon=True).start()
    results: list[Seen] = []
    try:
        if lines.get(timeout=STARTING) != "ready\n":
            raise RuntimeError(f"the worker of {adapter} did not start: python -m clients.worker {adapter} ...")
        while first + len(results) < cases and (line := lines.get(timeout=READING)):
            results.append(of_json(json.loads(line)))
    except Empty:
        pass
    finally:
        process.kill()
        process.wait()
    return results


def pump(out: IO[str], lines: "Queue[str]") -> None:
    """Lines into the queue; an empty one is the end."""
    with out:
        for line in out:
            lines.put(line)
    lines.put("")
