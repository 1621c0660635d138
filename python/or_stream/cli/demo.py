"""`or-stream demo`: the main job on a real connection, in one process."""

from __future__ import annotations

import asyncio
import sys
from importlib.resources import files
from io import StringIO
from itertools import cycle
from typing import TYPE_CHECKING, Any

from rich.console import Console

from ..bench.captures.capture import blocks
from ..json_text import write_text
from ..models import CreateResponse
from ..serve import AT_ONCE, Pace, Program, Server, Staging, Take
from ..transports.connect import connect
from .ending import code_of
from .report import print_response, print_table
from .timing import Timing
from .views import TextView

if TYPE_CHECKING:
    from ..models import Response
    from ..stream.async_event_stream import AsyncEventStream

_FIRST_S = 0.4
_GAPS_S = (0.012, 0.031, 0.017, 0.024, 0.010, 0.038, 0.021, 0.015)
QUESTION = "Should I take the bike to work in Bergen tomorrow?"


def demo(*, fast: bool, as_json: bool) -> int:
    """Replay our recording over HTTP, consume it live, and show what came of it.

    Args:
        fast: Leave the pauses out.
        as_json: Say only at the end what came, as one JSON object.

    Returns:
        The exit code.
    """
    return asyncio.run(_demo(AT_ONCE if fast else Pace(), as_json=as_json))


def recording() -> Take:
    """Our recording, with the times of a model: it thinks before its deltas, and sends the rest at once."""
    gaps = cycle(_GAPS_S)
    script: list[bytes | float] = []
    waited = False
    for event in blocks(files("or_stream.cli").joinpath("demo.sse").read_bytes()):
        if b".delta\n" in event[:120]:
            script.append(next(gaps) if waited else _FIRST_S)
            waited = True
        script.append(event)
    return Take.of(script)


async def _demo(pace: Pace, *, as_json: bool) -> int:
    console = Console(highlight=False, quiet=as_json)
    async with Server(Program([recording()], Staging(pace=pace))) as server:
        console.print(f"POST {server.url}", style="dim")
        console.print(f"> {QUESTION}\n", style="bold")
        view = TextView(StringIO() if as_json else sys.stdout)
        connection = connect(server.url, CreateResponse(model="demo-1", input=QUESTION))
        timing = Timing()
        async with connection as stream:
            async for events in stream.batches():
                timing.note(events)
                view.show(events)
            response = await stream.get_final_response()
        timing.stop()
        view.end(stream)
    if as_json:
        sys.stdout.write(write_text(_facts(stream, timing, response)) + "\n")
        return code_of(await stream.until_done())
    console.print("" if sys.stdout.isatty() else "\n")
    console.rule(style="dim")
    print_response(response, file=sys.stdout)
    console.rule(style="dim")
    print_table(stream, timing, file=sys.stdout)
    return code_of(await stream.until_done())


def _facts(stream: AsyncEventStream, timing: Timing, response: Response) -> dict[str, Any]:
    return {
        "outcome": stream.outcome,
        "events": stream.stats.events,
        "bytes": stream.stats.bytes,
        "first_token_s": timing.first_token,
        "gap_p50_s": timing.gap(0.5),
        "gap_p99_s": timing.gap(0.99),
        "seconds": timing.total,
        "response": response.to_dict(),
    }
