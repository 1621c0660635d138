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
from rich.table import Table

from ..bench.inspect import run_page
from ..bench.load import Bounds, FixedConcurrency, Job, LoadRequest, run_load
from ..bench.load.clients import client_name
from ..bench.timeline import Timeline
from ..encoding import synthesize
from ..json_text import write_text

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_TOKENS = 20
_MEMORY_EVENTS = 200_000
_START_NS = 20_000_000_000


def selftest(connections: int, html: Path | None = None, *, as_json: bool) -> int:
    """Measure this client from memory and over loopback, and the usual httpx client on the same server.

    Args:
        connections: How many streams at once.
        html: Where a page of it goes; None for no page.
        as_json: Print one JSON object.

    Returns:
        The exit code: 0.
    """
    rows: list[dict[str, Any]] = [_from_memory()]
    with _server() as url:
        job = Job((_request(url),), FixedConcurrency(connections), Bounds(requests=connections))
        client_name()  # imported before the clock runs, as the others are
        before = process_time_ns()
        result = run_load(job)
        cpu = process_time_ns() - before
        facts = result.facts()
        rows.append(_row(f"or-stream bench, {result.client}", facts["events"], facts["seconds"], cpu, result.failed))
        rows += [asyncio.run(_naive(name, url, connections)) for name in ("httpx2", "httpx") if _is_installed(name)]
    told = {"connections": connections, "clients": rows, "client_vitals": facts["client_vitals"]}
    if html is not None:
        html.write_text(run_page({"run": None, "selftest": told}, title="or-stream bench --selftest"), encoding="utf-8")
    if as_json:
        sys.stdout.write(write_text(told) + "\n")
    else:
        _print(told)
    return 0


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

    start, cpu = monotonic_ns(), process_time_ns()
    limits = httpx.Limits(max_connections=connections)
    async with httpx.AsyncClient(limits=limits, timeout=60) as client:
        await asyncio.gather(*(one(client) for _ in range(connections)))
    seconds = (monotonic_ns() - start) / 1e9
    return _row(f"naive {library} client, json.loads", events, seconds, process_time_ns() - cpu, failed)


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
    # Into a file: nobody would read the line that it writes for each answer from a pipe.
    with TemporaryFile() as told, subprocess.Popen(command, stdout=told) as process:  # noqa: S603 - our own command
        try:
            yield _url(told, process)
        finally:
            process.terminate()


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


def _print(told: dict[str, Any]) -> None:
    console = Console(highlight=False)
    table = Table(title=f"{told['connections']:,} connections at once", title_justify="left", box=None, pad_edge=False)
    for name in ("client", "events/s", "CPU us/event", "failed"):
        table.add_column(name, justify="left" if name == "client" else "right")
    for row in told["clients"]:
        each = f"{row['cpu_ns_per_event'] / 1000:.2f}"
        table.add_row(row["client"], f"{row['events_per_s']:,.0f}", each, f"{row['failed']:,}")
    console.print(table)
    lag = told["client_vitals"]["loop_lag_ms"]
    if lag["p99"] is not None:
        console.print(f"loop lag of the load client: p50 {lag['p50']:.2f} ms, p99 {lag['p99']:.2f} ms", style="dim")
