"""The commands and their options; what they do is in the module of each."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..bench.load.clients import ClientName  # noqa: TC001 - typer reads the annotations
from ..serve import Pace, RandomFaults, Staging, Synthetic
from ..serve.profiles import KeyOrder  # noqa: TC001 - typer reads the annotations
from .bench import Report, bounds_of, defs_of, job_of, plan_of, requests_of, slos_of
from .bench import bench as run_bench
from .cat import cat as run_cat
from .check import Profile, Spec
from .check import check as run_check
from .demo import demo as run_demo
from .ending import Ending
from .inspect import inspect as run_inspect
from .proxy import Proxy
from .proxy import proxy as run_proxy
from .record import record as run_record
from .selftest import selftest as run_selftest
from .serve import Address, cut_of, faults_of, profile_of, speed_of, stop_of
from .serve import serve as run_serve
from .target import Target, parse_header
from .views import Mode

if TYPE_CHECKING:
    from ..proxy.options import RelayOptions

EXIT_CODES = """
Exit codes: 0 completed or incomplete; 1 failed, cancelled, error or cut short; 2 wrong usage, or nothing to read;
130 interrupted; 141 the reader of our output went away.
"""

CHECK_EXIT_CODES = """
Exit codes: 0 conformant, warnings or none; 1 not conformant; 2 wrong usage, or it could not be read; 130 interrupted.
"""

SERVE_EXIT_CODES = """
Exit codes: 0 after SIGTERM; 2 wrong usage, a recording that cannot be read, or an address that cannot be had; 130
interrupted.
"""

PROXY_EXIT_CODES = """
Exit codes: 0 after SIGTERM; 2 wrong usage, a usage log that cannot be written, or an address that cannot be had; 130
interrupted. Streams that are under way then have --drain-seconds to end; a second signal ends them.
"""

BENCH_EXIT_CODES = """
Exit codes: 0 every request succeeded; 1 some failed; 2 none succeeded, or wrong usage; 130 interrupted, with what was
measured until then.
"""

INSPECT_EXIT_CODES = """
Exit codes: 0 written; 1 a recording is damaged or cut off, and the page shows what was read; 2 wrong usage, or it could
not be read at all; 130 interrupted.
"""

app = typer.Typer(
    name="or-stream",
    help="Read, show and measure Open Responses event streams.",
    epilog="Try: or-stream demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"or-stream {version('or_stream')}")
        raise typer.Exit


@app.callback()
def common(
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Read, show and measure Open Responses event streams."""


@app.command(epilog=EXIT_CODES)
def demo(
    fast: Annotated[bool, typer.Option("--fast", help="Replay without pauses.")] = False,
) -> None:
    """Replay a stream from a server in this process and consume it live.

    Needs no network, no key and no model: the server listens on 127.0.0.1 and speaks real HTTP. For example:

    or-stream demo --fast
    """
    with Ending() as ending:
        ending.code = run_demo(fast=fast)


@app.command(epilog=EXIT_CODES)
def cat(  # noqa: PLR0917 - typer makes options of keywords
    source: Annotated[str, typer.Argument(help="A recording, a URL, or - for standard input.", metavar="FILE|URL|-")],
    as_text: Annotated[bool, typer.Option("--text", help="The text as it comes. This is the default.")] = False,
    as_events: Annotated[bool, typer.Option("--events", help="One line for each event.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line: the data of each event.")] = False,
    request: Annotated[
        str | None,
        typer.Option("--request", "-r", help="POST this to the URL: a JSON object, or a file that holds one."),
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option("--header", "-H", help="Send this header, as 'Name: value'; repeatable.")
    ] = None,
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


@app.command(epilog=CHECK_EXIT_CODES)
def check(  # noqa: PLR0917 - typer makes options of keywords
    source: Annotated[str, typer.Argument(help="A recording, a URL, or - for standard input.", metavar="FILE|URL|-")],
    spec: Annotated[Spec, typer.Option("--spec", help="The version of the contract.")] = "2026-04-24",
    profile: Annotated[
        Profile, typer.Option("--profile", help="openai allows what OpenAI's own API has beyond the contract.")
    ] = "open-responses",
    as_json: Annotated[bool, typer.Option("--json", help="The report as one JSON object.")] = False,
    request: Annotated[
        str | None,
        typer.Option("--request", "-r", help="POST this to the URL: a JSON object, or a file that holds one."),
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option("--header", "-H", help="Send this header, as 'Name: value'; repeatable.")
    ] = None,
) -> None:
    """Judge a stream by the Open Responses contract: a recording, a pipe, or a live server.

    Every finding names its rule; docs/conformance.md has the table. For example:

    or-stream check http://127.0.0.1:8000/v1/responses -r '{"model": "m", "input": "hi"}'
    """
    with Ending() as ending:
        ending.code = run_check(Target.parse(source, request, header or []), spec, profile, as_json=as_json)


@app.command(epilog=EXIT_CODES)
def record(  # noqa: PLR0917 - typer makes options of keywords
    source: Annotated[str, typer.Argument(help="A URL, - for standard input, or a file.", metavar="URL|-|FILE")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help=".orx: compact, .jsonl: for diffs, anything else: the body alone.")
    ],
    compress: Annotated[bool, typer.Option("--compress", "-z", help="Compress an .orx with zlib.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say what was recorded as one JSON object.")] = False,
    request: Annotated[
        str | None,
        typer.Option("--request", "-r", help="POST this to the URL: a JSON object, or a file that holds one."),
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option("--header", "-H", help="Send this header, as 'Name: value'; repeatable.")
    ] = None,
) -> None:
    """Record a stream: every chunk with the time when it came. A file is converted instead.

    A stream that is interrupted leaves a file that says so and holds what came. For example:

    or-stream record http://127.0.0.1:8000/v1/responses -r '{"model": "m", "input": "hi"}' -o run.orx
    """
    with Ending() as ending:
        target = Target.parse(source, request, header or [])
        ending.code = run_record(target, out, compress=compress, as_json=as_json)


@app.command(epilog=INSPECT_EXIT_CODES)
def inspect(  # noqa: PLR0917 - typer makes options of keywords
    recording: Annotated[Path, typer.Argument(help="An .orx, .jsonl or .sse.", metavar="RECORDING")],
    second: Annotated[
        Path | None, typer.Argument(help="Another one, to compare.", metavar="[SECOND]", show_default=False)
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The page, one HTML file.")] = None,
    spec: Annotated[Spec, typer.Option("--spec", help="The version of the contract.")] = "2026-04-24",
    profile: Annotated[
        Profile, typer.Option("--profile", help="openai allows what OpenAI's own API has beyond the contract.")
    ] = "open-responses",
    as_json: Annotated[bool, typer.Option("--json", help="What the page holds as one JSON object.")] = False,
) -> None:
    """Look at a recording, or compare two: lanes, gaps, events, the response at any moment, conformance, metrics.

    The page is one file that asks no network; docs/inspecting.md shows it. For example:

    or-stream inspect run.orx -o run.html
    """
    with Ending() as ending:
        if out is None and not as_json:
            message = "say where the page goes (--out), or --json"
            raise typer.BadParameter(message)
        sources = [recording] if second is None else [recording, second]
        ending.code = run_inspect(sources, out, spec, profile, as_json=as_json)


@app.command(epilog=SERVE_EXIT_CODES)
def serve(  # noqa: PLR0917 - typer makes options of keywords
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Recordings (.orx, .jsonl, .sse), round robin.", metavar="[FILE...]", show_default=False),
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", help="Where to listen; 0 for any.", min=0, max=65535)] = 8000,
    speed: Annotated[str, typer.Option("--speed", help="As recorded: 1x; 10x; max without waiting.")] = "1x",
    jitter: Annotated[float, typer.Option("--jitter", help="Up to so many seconds later, each chunk.", min=0)] = 0.0,
    chunk: Annotated[
        str, typer.Option("--chunk", help="recorded, event, whole, random, random:N or a number of bytes.")
    ] = "recorded",
    seed: Annotated[int, typer.Option("--seed", help="Of jitter, random chunks and random faults.")] = 0,
    tokens: Annotated[int, typer.Option("--tokens", help="Of the synthetic stream, without FILE.", min=1)] = 128,
    rate: Annotated[float, typer.Option("--rate", help="Its tokens a second.")] = 50.0,
    ttft: Annotated[float, typer.Option("--ttft", help="Seconds to its first token.", min=0)] = 0.2,
    delay: Annotated[float, typer.Option("--delay", help="Fault: seconds before the head.", min=0)] = 0.0,
    reset_at: Annotated[int | None, typer.Option("--reset-at", help="Fault: reset after N bytes.", min=0)] = None,
    close_at: Annotated[int | None, typer.Option("--close-at", help="Fault: close after N bytes.", min=0)] = None,
    stall_at: Annotated[int | None, typer.Option("--stall-at", help="Fault: silence after N bytes.", min=0)] = None,
    content_type: Annotated[str | None, typer.Option("--content-type", help="Fault: say this one.")] = None,
    repeat: Annotated[list[int] | None, typer.Option("--repeat", help="Fault: event N twice.", min=0)] = None,
    swap: Annotated[list[int] | None, typer.Option("--swap", help="Fault: event N behind the next.", min=0)] = None,
    random_faults: Annotated[
        bool, typer.Option("--random-faults", help="Others for each answer, by the seed; in place of those above.")
    ] = False,
    key_order: Annotated[KeyOrder | None, typer.Option("--key-order", help="Where type stands in events.")] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="As a server sends it: vllm, ollama, ...")] = None,
    spec: Annotated[Spec, typer.Option("--spec", help="The version of the contract.")] = "2026-04-24",
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object a line: the URL, then each answer.")] = False,
) -> None:
    """Stand in for a model server: replay recordings, or a synthetic stream, over HTTP and WebSocket.

    Streams to POST /v1/responses, and a line for each answer to standard output; docs/serving.md has the rest.
    For example:

    or-stream serve run.orx --speed 10x --port 8000
    """
    with Ending() as ending:
        stop = stop_of(reset=reset_at, close=close_at, stall=stall_at)
        faults = faults_of(delay=delay, stop=stop, content_type=content_type, repeat=repeat or [], swap=swap or [])
        try:
            made_up = Synthetic(tokens=tokens, rate=rate, ttft=ttft)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
        staging = Staging(
            pace=Pace(speed=speed_of(speed), jitter=jitter),
            cut=cut_of(chunk),
            faults=RandomFaults(seed, delay=delay) if random_faults else faults,
            profile=profile_of(profile),
            key_order=key_order,
            seed=seed,
        )
        ending.code = run_serve(sources or [], made_up, staging, spec, Address(host=host, port=port), as_json=as_json)


@app.command(epilog=PROXY_EXIT_CODES)
def proxy(  # noqa: PLR0917 - typer makes options of keywords
    upstream: Annotated[str, typer.Option("--upstream", "-u", help="The server's base URL.")],
    host: Annotated[str, typer.Option("--host", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", help="Where to listen; 0 for any.", min=0, max=65535)] = 8080,
    upstream_header: Annotated[
        list[str] | None,
        typer.Option("--upstream-header", "-H", help="For the server, as 'Name: value'; repeatable."),
    ] = None,
    usage_log: Annotated[
        str | None, typer.Option("--usage-log", help="A line of JSON a request goes to this file; - for ours.")
    ] = None,
    redis: Annotated[str | None, typer.Option("--redis", help="Keep streams in this Redis: redis://HOST:PORT.")] = None,
    heartbeat: Annotated[float, typer.Option("--heartbeat", help="Seconds of silence; 0 for none.", min=0)] = 15.0,
    on_client_gone: Annotated[
        Literal["cancel", "drain"] | None,
        typer.Option("--on-client-gone", help="Close the stream, or read it to its end. With --redis drain."),
    ] = None,
    max_duration: Annotated[float | None, typer.Option("--max-duration", help="Seconds of a stream.")] = None,
    max_event_bytes: Annotated[int | None, typer.Option("--max-event-bytes", help="Of one event.", min=1)] = None,
    send_timeout: Annotated[float | None, typer.Option("--send-timeout", help="Seconds of one write.")] = None,
    open_early: Annotated[bool, typer.Option("--open-early", help="Answer before the server has.")] = False,
    drain_seconds: Annotated[int, typer.Option("--drain-seconds", help="For streams after a signal.", min=0)] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Tell the URL as a JSON object.")] = False,
) -> None:
    """Relay the streams of a server, and write down what they used.

    POST /v1/responses is relayed byte for byte, every other path passed on; /metrics, /healthz and /readyz are ours.
    docs/proxies.md has the rest. For example:

    or-stream proxy --upstream http://127.0.0.1:8000 --usage-log usage.jsonl
    """
    given = {
        "on_client_gone": on_client_gone,
        "max_duration": max_duration,
        "max_event_bytes": max_event_bytes,
        "send_timeout": send_timeout,
    }
    options: RelayOptions = {"heartbeat": heartbeat or None, "open_early": open_early}
    options.update({name: value for name, value in given.items() if value is not None})  # type: ignore[typeddict-item]
    with Ending() as ending:
        asked = Proxy(
            upstream=upstream,
            upstream_headers=dict(map(parse_header, upstream_header or [])),
            usage_log=usage_log,
            redis=redis,
            options=options,
            drain_seconds=drain_seconds,
        )
        ending.code = run_proxy(asked, Address(host=host, port=port), as_json=as_json)


@app.command(epilog=BENCH_EXIT_CODES)
def bench(  # noqa: PLR0917 - typer makes options of keywords
    url: Annotated[str, typer.Argument(help="Of the server's responses endpoint.", metavar="URL")] = "",
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", "-c", help="Closed loop: so many at a time.", min=1)
    ] = None,
    rate: Annotated[float | None, typer.Option("--rate", help="Open loop: so many a second.")] = None,
    ramp: Annotated[str | None, typer.Option("--ramp", help="Open loop: FIRST-LAST/SECONDS.")] = None,
    even: Annotated[bool, typer.Option("--even", help="Open loops send evenly, not at random.")] = False,
    seed: Annotated[int, typer.Option("--seed", help="Of random arrivals.")] = 0,
    requests: Annotated[int | None, typer.Option("--requests", "-n", help="How many.", min=1)] = None,
    seconds: Annotated[float | None, typer.Option("--seconds", help="For how long they begin.")] = None,
    warm_up: Annotated[int, typer.Option("--warm-up", help="So many come first and do not count.", min=0)] = 0,
    processes: Annotated[int, typer.Option("--processes", help="Divide the load among these.", min=1)] = 1,
    max_in_flight: Annotated[
        int | None, typer.Option("--max-in-flight", help="Of open loops; the rest queue.", min=1)
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds for one request.")] = 600.0,
    client: Annotated[ClientName | None, typer.Option("--client", help="aiohttp where it is installed.")] = None,
    request: Annotated[
        str | None, typer.Option("--request", "-r", help="A JSON object, or a file of one or many (JSON, JSONL).")
    ] = None,
    model: Annotated[str, typer.Option("--model", help="Without --request.")] = "default",
    text: Annotated[str, typer.Option("--input", help="Without --request.")] = "Write a short story.",
    header: Annotated[
        list[str] | None, typer.Option("--header", "-H", help="Send this header, as 'Name: value'; repeatable.")
    ] = None,
    defs: Annotated[
        list[str] | None, typer.Option("--defs", help="Whose metrics; repeatable. vllm where none is said.")
    ] = None,
    slo: Annotated[
        list[str] | None, typer.Option("--slo", help="An objective of the first --defs, as ttft:500; repeatable.")
    ] = None,
    out: Annotated[
        list[Path] | None, typer.Option("--out", "-o", help=".csv and .jsonl: a line a request; else JSON.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="The result as a page to look at.")] = None,
    selftest: Annotated[bool, typer.Option("--selftest", help="Measure this client on a server of its own.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The result as one JSON object.")] = False,
) -> None:
    """Put a load on a server and measure it by the definitions of vLLM, aiperf, guidellm or OpenTelemetry.

    Latencies of open loops count from the moment a request was due, not from when it could be sent. For example:

    or-stream bench http://127.0.0.1:8000/v1/responses --rate 20 --seconds 30 --defs vllm --slo ttft:500
    """
    with Ending() as ending:
        if selftest:
            ending.code = run_selftest(concurrency or 1000, html, as_json=as_json)
            return
        if not url:
            message = "say the URL of the server, or --selftest"
            raise typer.BadParameter(message)
        plan = plan_of(concurrency, rate, ramp, even=even, seed=seed)
        asked = requests_of(url, request, model, text, dict(map(parse_header, header or [])))
        job = job_of(
            asked,
            plan,
            bounds_of(requests, seconds, warm_up),
            processes=processes,
            max_in_flight=max_in_flight,
            timeout_s=timeout,
            client=client,
        )
        named, slos = defs_of(defs or ["vllm"]), slos_of(slo or [])
        report = Report(defs=named, slos=slos, as_json=as_json, out=tuple(out or ()), html=html)
        ending.code = run_bench(job, report)
