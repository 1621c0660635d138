"""`or-stream demo`: the main job on a real connection, in one process."""

from __future__ import annotations

import asyncio
import sys
from importlib.resources import files

from rich.console import Console

from ..models import CreateResponse
from ..transports.connect import connect
from .ending import code_of
from .replay import INSTANT, Pace, ReplayServer
from .report import print_response, print_table
from .timing import Timing
from .views import TextView

QUESTION = "Should I take the bike to work in Bergen tomorrow?"


def demo(*, fast: bool) -> int:
    """Replay our recording over HTTP, consume it live, and show what came of it.

    Args:
        fast: Leave the pauses out.

    Returns:
        The exit code.
    """
    return asyncio.run(_demo(INSTANT if fast else Pace()))


async def _demo(pace: Pace) -> int:
    console = Console(highlight=False)
    recording = files("or_stream.cli").joinpath("demo.sse").read_bytes()
    async with ReplayServer(recording, pace) as server:
        console.print(f"POST {server.url}", style="dim")
        console.print(f"> {QUESTION}\n", style="bold")
        view = TextView(sys.stdout)
        connection = connect(server.url, CreateResponse(model="demo-1", input=QUESTION))
        timing = Timing()
        async with connection as stream:
            async for events in stream.batches():
                timing.note(events)
                view.show(events)
            response = await stream.get_final_response()
        timing.stop()
        view.end(stream)
    console.print("" if sys.stdout.isatty() else "\n")
    console.rule(style="dim")
    print_response(response, file=sys.stdout)
    console.rule(style="dim")
    print_table(stream, timing, file=sys.stdout)
    return code_of(await stream.until_done())
