"""The command that puts a load on a server: bench."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from ...bench.load.clients import ClientName  # noqa: TC001 - as above
from ..bench import Report
from ..bench import bench as run_bench
from ..bench_options import bounds_of, check_files, defs_of, job_of, plan_of, requests_of, slos_of
from ..ending import Ending
from ..options import Headers  # noqa: TC001 - as above
from ..selftest import selftest as run_selftest
from ..target import parse_header

PLAN, ASKED, TOLD = "The load", "The requests", "The results"
MODEL, INPUT = "default", "Write a short story."


def bench(  # noqa: PLR0917 - typer makes options of keywords
    url: Annotated[
        str, typer.Argument(help="Of the server's responses endpoint.", metavar="URL", show_default=False)
    ] = "",
    concurrency: Annotated[
        int | None,
        typer.Option("--concurrency", "-c", help="Closed loop: so many at a time.", min=1, rich_help_panel=PLAN),
    ] = None,
    rate: Annotated[
        float | None, typer.Option("--rate", help="Open loop: so many a second.", rich_help_panel=PLAN)
    ] = None,
    ramp: Annotated[
        str | None,
        typer.Option("--ramp", help="Open loop: FIRST-LAST/SECONDS, such as 1-50/60.", rich_help_panel=PLAN),
    ] = None,
    even: Annotated[
        bool, typer.Option("--even", help="Open loops send evenly, not at random.", rich_help_panel=PLAN)
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Of random arrivals.", rich_help_panel=PLAN)] = 0,
    requests: Annotated[
        int | None,
        typer.Option("--requests", "-n", help="How many; 10 without --seconds.", min=1, rich_help_panel=PLAN),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option("--seconds", help="None begins after so long.", rich_help_panel=PLAN)
    ] = None,
    warm_up: Annotated[
        int, typer.Option("--warm-up", help="So many come first and do not count.", min=0, rich_help_panel=PLAN)
    ] = 0,
    max_in_flight: Annotated[
        int | None,
        typer.Option("--max-in-flight", help="At once in open loops; the rest queue.", min=1, rich_help_panel=PLAN),
    ] = None,
    processes: Annotated[
        int, typer.Option("--processes", help="Divide the load among these.", min=1, rich_help_panel=PLAN)
    ] = 1,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds for one request.", rich_help_panel=PLAN)] = 600.0,
    client: Annotated[
        ClientName | None,
        typer.Option("--client", help="Who sends it: aiohttp where it is installed.", rich_help_panel=PLAN),
    ] = None,
    request: Annotated[
        str | None,
        typer.Option(
            "--request",
            "-r",
            help="A JSON object, or a file of one or many (JSON, JSONL), sent in turn.",
            rich_help_panel=ASKED,
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", help="Of the request, without --request.", show_default=MODEL, rich_help_panel=ASKED),
    ] = None,
    text: Annotated[
        str | None,
        typer.Option("--input", help="Of the request, without --request.", show_default=INPUT, rich_help_panel=ASKED),
    ] = None,
    header: Headers = None,
    defs: Annotated[
        list[str] | None,
        typer.Option(
            "--defs",
            help="Whose metrics: vllm (where none is said), aiperf, guidellm, otel; repeatable.",
            rich_help_panel=TOLD,
        ),
    ] = None,
    slo: Annotated[
        list[str] | None,
        typer.Option(
            "--slo",
            help="An objective for the goodput of the first --defs, as ttft:500; repeatable.",
            rich_help_panel=TOLD,
        ),
    ] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "--out", "-o", help=".csv and .jsonl: a line a request; else JSON; repeatable.", rich_help_panel=TOLD
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="The result as a page to look at.", rich_help_panel=TOLD)
    ] = None,
    selftest: Annotated[
        bool,
        typer.Option(
            "--selftest",
            help="What this client can do at best, beside the result; without URL alone.",
            rich_help_panel=TOLD,
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="The result as one JSON object.", rich_help_panel=TOLD)
    ] = False,
) -> None:
    """Put a load on a server and measure it by the definitions of vLLM, aiperf, guidellm or OpenTelemetry.

    Latencies of open loops count from the moment a request was due, not from when it could be sent.
    docs/benchmarking.md has the rest. For example:

    or-stream bench http://127.0.0.1:8000/v1/responses --rate 20 --seconds 30 --defs vllm --slo ttft:500
    """
    with Ending() as ending:
        files = (*(out or ()), *([html] if html else ()))
        if not url and selftest:
            check_files(files)
            ending.code = run_selftest(concurrency or 1000, tuple(out or ()), html, as_json=as_json)
            return
        if not url:
            message = "say the URL of the server, or --selftest"
            raise typer.BadParameter(message)
        if request is not None and (model, text) != (None, None):
            message = "--model and --input are for a request that is not told by --request"
            raise typer.BadParameter(message)
        job = job_of(
            requests_of(url, request, model or MODEL, text or INPUT, dict(map(parse_header, header or []))),
            plan_of(concurrency, rate, ramp, even=even, seed=seed),
            bounds_of(requests, seconds, warm_up),
            processes=processes,
            max_in_flight=max_in_flight,
            timeout_s=timeout,
            client=client,
        )
        named = defs_of(defs or ["vllm"])
        report = Report(defs=named, slos=slos_of(slo or [], named[0]), as_json=as_json, out=tuple(out or ()), html=html)
        check_files(files)
        ending.code = run_bench(job, report, selftest=selftest)
