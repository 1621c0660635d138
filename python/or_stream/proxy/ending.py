"""How one relayed stream ended, and the conformant end that a client gets when its server gave none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from ..outcome import Outcome
    from .log import EventLogError
    from .tap import Tap

Reason: TypeAlias = Literal[
    "upstream_end",
    "upstream_error",
    "client_gone",
    "send_timeout",
    "max_duration",
    "max_event_bytes",
    "aborted",
    "rewriter_error",
    "cancel_requested",
    "cancelled",
]
"""What ends a relaying: the server's body ended, or its side failed; the client left, or did not read in time; a bound;
a handler of the rewriter raised `Abort`, or failed; somebody cancelled the response, or the relay's own task."""

DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class RelayEnd:
    """The truth about one relayed stream; `on_end` gets it once, whatever happened.

    Attributes:
        outcome: How the response ended as far as it was read: the server's own end, `error`, or `truncated`, which a
            response in JSON is too that goes on in the background: `tap.status` tells.
        reason: What ended the relaying. "upstream_end" says only that the body ended; `outcome` says how.
        tap: All that was read of the stream: usage, model, counts, moments, the partial response.
        bytes_in: Bytes received from the server.
        bytes_out: Bytes handed to the client's connection, heartbeats and a closing event of ours included.
        seconds: How long it took.
        client_gone: Whether the client left before the end, also where the stream was drained after that.
        error: What the server's side raised, if anything.
        log_error: Why the event log lacks the rest of the stream; None where it is whole or there is none.
        status: The HTTP status that the server answered with; None where it did not answer, or not over HTTP.
    """

    outcome: Outcome
    reason: Reason
    tap: Tap
    bytes_in: int
    bytes_out: int
    seconds: float
    client_gone: bool
    error: BaseException | None = None
    log_error: EventLogError | None = None
    status: int | None = None


def closing_bytes(tap: Tap, code: str, message: str, refused: dict[str, Any] | None = None) -> bytes:
    """Write the end that a server owes its client when it stopped without one, as SSE.

    After a response has begun that is `response.failed`, with what was received of it; before that it is an `error`
    event. A client that gets neither takes the connection for broken and asks again. The contract has no event for a
    cancelled response: it ends with `response.incomplete`, and its status says so.

    Args:
        tap: What has passed until now.
        code: The error's code, such as "upstream_error"; "cancelled" for a response that somebody wanted to end.
        message: The reason in one line.
        refused: The error with which the server refused the request, which is told instead.

    Returns:
        The event and the sentinel `[DONE]`.
    """
    return _frame(closing_event(tap, code, message, refused)) + DONE


def closing_event(tap: Tap, code: str, message: str, refused: dict[str, Any] | None = None) -> dict[str, Any]:
    """Give the event of `closing_bytes` as JSON: over WebSocket it is a message."""
    told = tap.error or refused
    error = {"type": "server_error", "code": code, "message": message, "param": None, **(told or {})}
    number = {} if tap.last_sequence_number is None and tap.events_seen else {"sequence_number": _next_number(tap)}
    if tap.response_id is None:
        return {"type": "error", **number, "error": error}
    if code == "cancelled" and told is None:
        return {"type": "response.incomplete", **number, "response": json.loads(tap.partial_json("cancelled"))}
    response = json.loads(tap.partial_json("failed"))
    response["error"] = {"code": error.get("code") or code, "message": error.get("message") or message}
    return {"type": "response.failed", **number, "response": response}


def _next_number(tap: Tap) -> int:
    last = tap.last_sequence_number
    return 0 if last is None else last + 1


def _frame(event: dict[str, Any]) -> bytes:
    data = json.dumps(event, ensure_ascii=True, separators=(",", ":"))
    return f"event: {event['type']}\ndata: {data}\n\n".encode()
