"""What a relay can be told; the same words for every framework."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .ending import RelayEnd
    from .log import EventLog
    from .rewrite import Rewriter
    from .tap import Tap


class RelayOptions(TypedDict, total=False):
    """Options of every relay, all of them keywords.

    Attributes:
        tap: What reads along, one for each stream; default `Tap("items")`, so that a stream that breaks ends with what
            it had. Give `Tap("usage")` for memory that does not grow with the stream.
        rewriter: What the client gets in the place of the server's events; default none, every byte as it came. One
            serves any number of streams: each gets its handlers anew, by `Rewriter.fresh`.
        heartbeat: Seconds of silence after which a comment goes to the client, between events only; default 15, 0 or
            None for none.
        ping: The same by sse-starlette's name.
        send_timeout: Seconds that one write may wait for a client that does not read; default None, for ever.
        open_early: Answer the client before the server has answered; errors then come as events. Default False.
        log: Where to keep what the client is told, so that any node can go on with it; default none. Neither a slow
            log nor one that fails slows or ends the stream.
        log_bytes: Most bytes that wait for a slow log; beyond it the log is marked as broken. Default 4 MiB.
        on_client_gone: "cancel" closes the server's stream at once; "drain" reads it to its end within `drain`, so that
            usage is known and the log is whole. Default "cancel", and with a `log` "drain".
        drain: Bounds of draining; default `Drain()`.
        max_event_bytes: Most bytes of one unfinished event; default 64 MiB.
        max_duration: Seconds that the whole stream may take; default None.
        headers: Headers beside those of the server, in the place of those with the same name.
        on_end: Called once with the `RelayEnd`, whatever happened; may be a coroutine function.
    """

    tap: Tap
    rewriter: Rewriter
    heartbeat: float | None
    ping: float | None
    send_timeout: float | None
    open_early: bool
    log: EventLog
    log_bytes: int
    on_client_gone: Literal["cancel", "drain"]
    drain: Drain
    max_event_bytes: int
    max_duration: float | None
    headers: Mapping[str, str]
    on_end: Callable[[RelayEnd], Any]


@dataclass(frozen=True, slots=True)
class Drain:
    """How far a stream is read whose client has left.

    Attributes:
        max_bytes: Most bytes read on.
        max_seconds: Longest time for it.
    """

    max_bytes: int = 64 << 20
    max_seconds: float = 300.0


def check_options(options: RelayOptions) -> None:
    """Find at once what would be noticed late, or never.

    Raises:
        TypeError: Raised for an option that there is none of, and for both names of one.
        ValueError: Raised for a value that an option cannot have.
    """
    known = RelayOptions.__annotations__
    unknown = [name for name in options if name not in known]
    if unknown:
        message = f"a relay has no option {unknown[0]!r}; these are: {', '.join(known)}"
        raise TypeError(message)
    if "ping" in options and "heartbeat" in options:
        message = "ping and heartbeat are two names of one option: give one of them"
        raise TypeError(message)
    gone = options.get("on_client_gone", "cancel")
    if gone not in {"cancel", "drain"}:
        message = f"on_client_gone is 'cancel' or 'drain', not {gone!r}"
        raise ValueError(message)
    tap = options.get("tap")
    if tap is not None and (tap.bytes or tap.outcome is not None):
        message = f"a tap reads one stream, and this one has read another: {tap!r}"
        raise ValueError(message)
    _check_numbers(options)


def _check_numbers(options: RelayOptions) -> None:
    for name in ("heartbeat", "ping"):
        seconds: Any = options.get(name)
        if seconds is not None and not seconds >= 0:
            message = f"{name} must be above 0, or 0 for none, not {seconds!r}"
            raise ValueError(message)
    for name in ("send_timeout", "max_duration", "max_event_bytes", "log_bytes"):
        most: Any = options.get(name)
        if most is not None and not most > 0:
            message = f"{name} must be above 0, not {most!r}"
            raise ValueError(message)
