"""The commands that serve until they are told to stop: serve, proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ...serve import PROFILES, Pace, RandomFaults, Staging, Synthetic
from ...serve.profiles import KeyOrder  # noqa: TC001 - typer reads the annotations
from ..ending import Ending
from ..options import Host, SpecVersion  # noqa: TC001 - as above
from ..proxy import Proxy
from ..proxy import proxy as run_proxy
from ..serve import Address, cut_of, faults_of, profile_of, speed_of, stop_of
from ..serve import serve as run_serve
from ..target import parse_header

if TYPE_CHECKING:
    from ...proxy.options import RelayOptions

TIMES, MADE_UP, FAULTS, OTHERS = "Times and chunks", "Without recordings", "Faults", "As another server"


def serve(  # noqa: PLR0917 - typer makes options of keywords
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Recordings (.orx, .jsonl, .sse), round robin.", metavar="FILE", show_default=False),
    ] = None,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", help="Where to listen; 0 for any.", min=0, max=65535)] = 8000,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object a line: the URL, then each answer.")] = False,
    speed: Annotated[
        str, typer.Option("--speed", help="1x as recorded, 10x, or max without waiting.", rich_help_panel=TIMES)
    ] = "1x",
    jitter: Annotated[
        float, typer.Option("--jitter", help="Each chunk up to so many seconds later.", min=0, rich_help_panel=TIMES)
    ] = 0.0,
    chunk: Annotated[
        str,
        typer.Option(
            "--chunk", help="recorded, event, whole, random, random:N or a number of bytes.", rich_help_panel=TIMES
        ),
    ] = "recorded",
    seed: Annotated[
        int, typer.Option("--seed", help="Of jitter, random chunks and random faults.", rich_help_panel=TIMES)
    ] = 0,
    tokens: Annotated[
        int, typer.Option("--tokens", help="How many words the stream has.", min=1, rich_help_panel=MADE_UP)
    ] = 128,
    rate: Annotated[float, typer.Option("--rate", help="Words a second.", rich_help_panel=MADE_UP)] = 50.0,
    ttft: Annotated[
        float, typer.Option("--ttft", help="Seconds to the first word.", min=0, rich_help_panel=MADE_UP)
    ] = 0.2,
    profile: Annotated[
        str | None,
        typer.Option("--profile", help=f"With the habits of: {', '.join(PROFILES)}.", rich_help_panel=OTHERS),
    ] = None,
    key_order: Annotated[
        KeyOrder | None, typer.Option("--key-order", help="Where `type` stands in events.", rich_help_panel=OTHERS)
    ] = None,
    spec: SpecVersion = "2026-04-24",
    delay: Annotated[
        float, typer.Option("--delay", help="Seconds before the head.", min=0, rich_help_panel=FAULTS)
    ] = 0.0,
    reset_at: Annotated[
        int | None, typer.Option("--reset-at", help="Reset after N bytes.", min=0, rich_help_panel=FAULTS)
    ] = None,
    close_at: Annotated[
        int | None, typer.Option("--close-at", help="Close after N bytes.", min=0, rich_help_panel=FAULTS)
    ] = None,
    stall_at: Annotated[
        int | None, typer.Option("--stall-at", help="Silence after N bytes.", min=0, rich_help_panel=FAULTS)
    ] = None,
    content_type: Annotated[
        str | None, typer.Option("--content-type", help="Name this one.", rich_help_panel=FAULTS)
    ] = None,
    repeat: Annotated[
        list[int] | None, typer.Option("--repeat", help="Event N twice; repeatable.", min=0, rich_help_panel=FAULTS)
    ] = None,
    swap: Annotated[
        list[int] | None,
        typer.Option("--swap", help="Event N behind the next; repeatable.", min=0, rich_help_panel=FAULTS),
    ] = None,
    random_faults: Annotated[
        bool,
        typer.Option(
            "--random-faults",
            help="Others for each answer, by the seed; in place of those above but --delay.",
            rich_help_panel=FAULTS,
        ),
    ] = False,
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


def proxy(  # noqa: PLR0917 - typer makes options of keywords
    upstream: Annotated[str, typer.Option("--upstream", "-u", help="The server's base URL.")],
    host: Host = "127.0.0.1",
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
