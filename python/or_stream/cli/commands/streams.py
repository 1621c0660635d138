"""The commands that read one stream, or make one of a recording: demo, cat, check, record, inspect."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from ..cat import cat as run_cat
from ..check import check as run_check
from ..demo import demo as run_demo
from ..ending import Ending
from ..inspect import inspect as run_inspect
from ..options import CheckProfile, Headers, Request, Source, SpecVersion  # noqa: TC001 - as above
from ..record import record as run_record
from ..target import Target
from ..views import Mode


def demo(
    fast: Annotated[bool, typer.Option("--fast", help="Replay without pauses.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="At the end what came, as one JSON object.")] = False,
) -> None:
    """Replay a stream from a server in this process and consume it live.

    Needs no network, no key and no model: the server listens on 127.0.0.1 and speaks real HTTP. For example:

    or-stream demo --fast
    """
    with Ending() as ending:
        ending.code = run_demo(fast=fast, as_json=as_json)


def cat(  # noqa: PLR0917 - typer makes options of keywords
    source: Source,
    as_text: Annotated[bool, typer.Option("--text", help="The text as it comes. This is the default.")] = False,
    as_events: Annotated[bool, typer.Option("--events", help="One line for each event.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line: the data of each event.")] = False,
    request: Request = None,
    header: Headers = None,
    stats: Annotated[
        bool | None, typer.Option("--stats/--no-stats", help="The table at the end; by default on a terminal.")
    ] = None,
) -> None:
    """Show a stream as it comes: a recording, a pipe, or a live server.

    What the stream says goes to standard output; everything else, the table included, to standard error.

    A URL is fetched by GET, or by POST where there is a request, which is sent once with `stream` set. For example:

    or-stream cat http://127.0.0.1:8000/v1/responses -r '{"model": "m", "input": "hi"}'
    """
    with Ending() as ending:
        target = Target.parse(source, request, header or [])
        ending.code = run_cat(target, Mode.chosen(text=as_text, events=as_events, json=as_json), stats=stats)


def check(  # noqa: PLR0917 - typer makes options of keywords
    source: Source,
    spec: SpecVersion = "2026-04-24",
    profile: CheckProfile = "open-responses",
    as_json: Annotated[bool, typer.Option("--json", help="The report as one JSON object.")] = False,
    request: Request = None,
    header: Headers = None,
) -> None:
    """Judge a stream by the Open Responses contract: a recording, a pipe, or a live server.

    Every finding names its rule; docs/conformance.md has the table. For example:

    or-stream check http://127.0.0.1:8000/v1/responses -r '{"model": "m", "input": "hi"}'
    """
    with Ending() as ending:
        ending.code = run_check(Target.parse(source, request, header or []), spec, profile, as_json=as_json)


def record(  # noqa: PLR0917 - typer makes options of keywords
    source: Annotated[str, typer.Argument(help="A URL, - for standard input, or a file.", metavar="URL|-|FILE")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help=".orx: compact, .jsonl: for diffs, anything else: the body alone.")
    ],
    compress: Annotated[bool, typer.Option("--compress", "-z", help="Compress an .orx with zlib.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say what was recorded as one JSON object.")] = False,
    request: Request = None,
    header: Headers = None,
) -> None:
    """Record a stream: every chunk with the time when it came. A file is converted instead.

    A stream that is interrupted leaves a file that says so and holds what came. docs/recordings.md has the formats.
    For example:

    or-stream record http://127.0.0.1:8000/v1/responses -r '{"model": "m", "input": "hi"}' -o run.orx
    """
    with Ending() as ending:
        target = Target.parse(source, request, header or [])
        ending.code = run_record(target, out, compress=compress, as_json=as_json)


def inspect(  # noqa: PLR0917 - typer makes options of keywords
    recording: Annotated[Path, typer.Argument(help="An .orx, .jsonl or .sse.", metavar="RECORDING")],
    second: Annotated[
        Path | None, typer.Argument(help="Another one, to compare.", metavar="SECOND", show_default=False)
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The page, one HTML file.")] = None,
    spec: SpecVersion = "2026-04-24",
    profile: CheckProfile = "open-responses",
    as_json: Annotated[bool, typer.Option("--json", help="What the page holds as one JSON object.")] = False,
) -> None:
    """Look at a recording, or compare two, on a page: lanes, gaps, events, conformance, metrics.

    The page is one file that asks no network; docs/inspecting.md shows it. For example:

    or-stream inspect run.orx -o run.html
    """
    with Ending() as ending:
        if out is None and not as_json:
            message = "say where the page goes (--out), or --json"
            raise typer.BadParameter(message)
        sources = [recording] if second is None else [recording, second]
        ending.code = run_inspect(sources, out, spec, profile, as_json=as_json)
