"""`or-stream serve`: recordings or a synthetic stream, played by a server until it is interrupted."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import typer

from ..json_text import write_text
from ..serve import PROFILES, Cut, Faults, Program, Server, Stop, Synthetic, Take
from ..serve.exact import exact_loop

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..models.contract import Spec
    from ..serve import Served, ServerProfile, Staging

_WAYS = ("recorded", "event", "whole", "random")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to listen."""

    host: str
    port: int


def serve(
    sources: Sequence[str], made_up: Synthetic, staging: Staging, spec: Spec, at: Address, *, as_json: bool
) -> int:
    """Play until SIGINT or SIGTERM.

    Args:
        sources: Recordings; none for the synthetic stream.
        made_up: The synthetic stream.
        staging: How they are played.
        spec: The version of the contract.
        at: Where to listen.
        as_json: Tell the URL and each answer as a JSON object a line.

    Returns:
        The exit code: 0 after SIGTERM.

    Raises:
        KeyboardInterrupt: Raised at SIGINT, when all is closed.
        OSError: Raised when a recording cannot be read, or the address cannot be had.
        typer.BadParameter: Raised when a recording is none, or the profile does not fit it.
    """
    try:
        program = Program([Take.of(source) for source in sources] or [Take.of(made_up)], staging, spec=spec)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    with asyncio.Runner(loop_factory=exact_loop) as runner:
        return runner.run(_serve(program, at, _told_json if as_json else _told))


async def _serve(program: Program, at: Address, told: Any) -> int:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with Server(program, host=at.host, port=at.port, on_served=lambda served: _write(told(served))) as server:
        both = {"url": server.url, "websocket_url": server.websocket_url if program.has_websocket else None}
        _write(write_text(both) if told is _told_json else f"serving {server.url}")
        await stopped.wait()
    return 0


def _write(line: str) -> None:
    # Whoever read our lines may be gone; the server serves all the same.
    with suppress(BrokenPipeError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def _told(served: Served) -> str:
    asked = f"{served.request.method} {served.request.target}" if served.request else "no request"
    return f"{asked} {served.status} {served.chunks:,} chunks {served.seconds:.3f} s {served.end}"


def _told_json(served: Served) -> str:
    return write_text(
        {
            "method": served.request.method if served.request else None,
            "target": served.request.target if served.request else None,
            "status": served.status,
            "chunks": served.chunks,
            "seconds": served.seconds,
            "end": served.end,
        }
    )


def speed_of(text: str) -> float:
    """Read a speed: `1x`, `10x`, `0.5` or `max`."""
    try:
        speed = inf if text == "max" else float(text.removesuffix("x"))
    except ValueError:
        speed = -1.0
    if not speed > 0:
        message = f"--speed: {text!r} is no speed such as 1x, 10x or max"
        raise typer.BadParameter(message)
    return speed


def cut_of(text: str) -> Cut:
    """Read where to cut: `recorded`, `event`, `whole`, `random`, `random:N` or a number of bytes."""
    way, _, size = text.partition(":")
    try:
        if text.isdigit():
            return Cut("bytes", int(text))
        if way == "random" and size:
            return Cut("random", int(size))
        if text in _WAYS:
            return Cut(text)  # type: ignore[arg-type] # one of the words
    except ValueError as error:
        message = f"--chunk: {error}"
        raise typer.BadParameter(message) from error
    message = f"--chunk: {text!r} is neither {', '.join(_WAYS)}, random:N nor a number of bytes"
    raise typer.BadParameter(message)


def stop_of(**at: int | None) -> Stop | None:
    """Give the one stop that was asked for."""
    asked = {how: place for how, place in at.items() if place is not None}
    if len(asked) > 1:
        message = "--reset-at, --close-at and --stall-at: a body stops once"
        raise typer.BadParameter(message)
    return next((Stop(how, place) for how, place in asked.items()), None)  # type: ignore[arg-type] # our own words


def faults_of(
    *, delay: float, stop: Stop | None, content_type: str | None, repeat: list[int], swap: list[int]
) -> Faults:
    """Put the faults together."""
    try:
        return Faults(
            delay=delay, stop=stop, content_type=content_type, repeated=frozenset(repeat), swapped=frozenset(swap)
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def profile_of(name: str | None) -> ServerProfile | None:
    """Find a profile by its name."""
    if name is None or name in PROFILES:
        return PROFILES[name] if name else None
    message = f"--profile: there is no {name!r}, only {', '.join(PROFILES)}"
    raise typer.BadParameter(message)
