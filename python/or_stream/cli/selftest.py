"""`or-stream bench --selftest`: what the client itself can do, beside the usual client, on a server of its own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from contextlib import contextmanager
from importlib import import_module
from tempfile import TemporaryFile
from time import monotonic_ns, process_time_ns, sleep
from typing import TYPE_CHECKING, Any

from rich.console import Console

from ..bench.inspect import run_page
from ..bench.load import Bounds, FixedConcurrency, Job, LoadRequest, run_load
from ..bench.load.clients import client_name
from ..bench.load.interrupts import HeldInterrupts
from ..bench.timeline import Timeline
from ..encoding import synthesize
from ..json_text import write_text
from .bench_table import print_ceiling
from .waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

_TOKENS = 20
_MEMORY_EVENTS = 200_000
_END_SECONDS = 10
_START_NS = 20_000_000_000


def selftest(connections: int, out: Sequence[Path], html: Path | None, *, as_json: bool) -> int:
    """Measure what this client can do, and tell it.

    Args:
        connections: How many streams at once.
        out: Where it goes as JSON.
        html: Where a page of it goes; None for no page.
        as_json: Print one JSON object.

    Returns:
        The exit code: 0.

    Raises:
        KeyboardInterrupt: Raised after Ctrl-C: half of a comparison is none.
        OSError: Raised when a file cannot be written.
    """
    told = ceiling(connections)
    if as_json:
        sys.stdout.write(write_text(told) + "\n")
    else:
        print_ceiling(told, console=Console(highlight=False))
    for path in out:
        path.write_text(write_text(told) + "\n", encoding="utf-8")
    if html is not None:
        html.write_text(run_page({"run": None, "selftest": told}, title="or-stream bench --selftest"), encoding="utf-8")
    return 0


def ceiling(connections: int) -> dict[str, Any]:
    """Measure this client from memory and over loopback, and the usual httpx clients on the same server.

    Args:
        connections: How many streams at once.

    Returns:
        Members of a JSON object: `connections`; `clients`, one after the other; and the client's own `client_vitals`.

    Raises:
        KeyboardInterrupt: Raised after Ctrl-C.
    """
    at_once = f"{connections:,} connections"
    with waiting("measuring this client from memory"):
        rows = [_from_memory()]
    with _server() as url:
        with waiting(f"measuring this client on {at_once}"):
            row, vitals = _over_loopback(url, connections)
        rows.append(row)
        for name in filter(_is_installed, ("httpx2", "httpx")):
            with waiting(f"measuring a naive {name} client on {at_once}"):
                rows.append(asyncio.run(_naive(name, url, connections)))
    return {"connections": connections, "clients": rows, "client_vitals": vitals}


def _over_loopback(url: str, connections: int) -> tuple[dict[str, Any], dict[str, Any]]:
    job = Job((_request(url),), FixedConcurrency(connections), Bounds(requests=connections))
    client_name()  # imported before the clock runs, as the others are
    before = process_time_ns()
    result = run_load(job)
    cpu = process_time_ns() - before
    if result.interrupted:
        raise KeyboardInterrupt
    facts = result.facts()
    row = _row(f"or-stream bench, {result.client}", facts["events"], facts["seconds"], cpu, result.failed)
    return row, facts["client_vitals"]


def _from_memory() -> dict[str, Any]:
    """Timelines fed with one stream over and over, without any network."""
    text = " ".join(["word"] * _TOKENS * 10)
    part: dict[str, Any] = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    item: dict[str, Any] = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [part]}
    body = synthesize({"id": "r", "object": "response", "status": "completed", "output": [item]})
    start, cpu, events = monotonic_ns(), process_time_ns(), 0
    while events < _MEMORY_EVENTS:
        timeline = Timeline()
        for at in range(0, len(body), 16384):
            timeline.feed(body[at : at + 16384])
        timeline.finish()
        events += timeline.events_seen
    return _row("or-stream bench, from memory", events, (monotonic_ns() - start) / 1e9, process_time_ns() - cpu, 0)


async def _naive(library: str, url: str, connections: int) -> dict[str, Any]:
    """What most scripts do: a line at a time, and each one's JSON."""
    httpx: Any = import_module(library)
    events = failed = 0

    async def one(client: Any) -> None:
        nonlocal events, failed
        try:
            async with client.stream("POST", url, json={"model": "m", "input": "x", "stream": True}) as response:
                async for line in response.aiter_lines():
                    if line.startswith("data: {"):
                        json.loads(line[6:])
                        events += 1
        except Exception:
            failed += 1

    limits = httpx.Limits(max_connections=connections)
    async with httpx.AsyncClient(limits=limits, timeout=60) as client:
        start, cpu = monotonic_ns(), process_time_ns()
        await asyncio.gather(*(one(client) for _ in range(connections)))
        seconds, cpu = (monotonic_ns() - start) / 1e9, process_time_ns() - cpu
    return _row(f"naive {library} client, json.loads", events, seconds, cpu, failed)


def _row(name: str, events: int, seconds: float, cpu_ns: int, failed: int) -> dict[str, Any]:
    return {
        "client": name,
        "events": events,
        "seconds": seconds,
        "events_per_s": events / seconds if seconds else 0.0,
        "cpu_ns_per_event": cpu_ns / events if events else 0.0,
        "failed": failed,
    }


def _request(url: str) -> LoadRequest:
    return LoadRequest.make(url, {"model": "m", "input": "x"})


def _is_installed(library: str) -> bool:
    try:
        import_module(library)
    except ImportError:
        return False
    return True


@contextmanager
def _server() -> Generator[str]:
    """`or-stream serve` in a process of its own, as fast as it can."""
    command = [sys.executable, "-m", "or_stream", "serve", "--json", "--port", "0", "--speed", "max"]
    command += ["--tokens", str(_TOKENS), "--ttft", "0"]
    # Into a file: nobody would read the line that it writes for each answer from a pipe. In a group of its own: Ctrl-C
    # is ours to act on, and held while it starts: a process that has half started would be nobody's to end.
    with TemporaryFile() as told, HeldInterrupts() as interrupts:
        process = subprocess.Popen(command, stdout=told, process_group=0)  # noqa: S603 - our own command
        try:
            interrupts.let_go()
            yield _url(told, process)
        finally:
            process.terminate()
            process.wait(_END_SECONDS)


def _url(told: Any, process: subprocess.Popen[bytes]) -> str:
    deadline = monotonic_ns() + _START_NS
    while monotonic_ns() < deadline and process.poll() is None:
        told.seek(0)
        line = told.readline()
        if line.endswith(b"\n"):
            return str(json.loads(line)["url"])
        sleep(0.05)
    message = "the server of the selftest did not start"
    raise OSError(message)
