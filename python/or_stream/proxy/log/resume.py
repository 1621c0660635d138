"""`resume_app`: what a client asks for when its connection broke, answered from an event log on any node."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

import anyio
from typing_extensions import Unpack

from ..asgi import AsgiDownstream
from ..downstream import ClientGone, json_headers, stream_headers
from ..ending import DONE
from ..relay import Relay
from ..tap import Tap
from .faults import EventLogError, UnknownResponse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..asgi import Receive, Scope, Send
    from ..options import RelayOptions
    from .event_log import EventLog, LogReader

PATH = "/v1/responses"

_GRACE_SECONDS = 0.5
_GRACE_STEPS = 5


def resume_app(
    log: EventLog, /, *, path: str = PATH, **options: Unpack[RelayOptions]
) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """Make an ASGI application that goes on with streams from a log.

    It serves `GET {path}/{response_id}?stream=true&starting_after=N`, with the events behind number N and all that
    follow until the response ends, and `POST {path}/{response_id}/cancel`. A response's id is all that it asks for: who
    may see which one is yours to check before.

    Refusals have the contract's shape: 404 `response_not_found`, 400 for a number that is none or beyond the end, 410
    `stream_cursor_expired` and `event_log_broken`, 409 `response_ended`, 503 `event_log_unavailable`. What goes wrong
    later is the stream's last event.

    Args:
        log: The log.
        path: What stands before the id.
        options: Those of relays, such as `heartbeat` and `send_timeout`.
    """
    prefix = path.rstrip("/") + "/"

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        client = AsgiDownstream(receive, send)
        try:
            response_id, is_cancel = _target(scope, prefix)
            if is_cancel:
                await log.cancel(response_id)
                await _answer(client, 202, {"id": response_id, "object": "response", "cancel_requested": True})
            else:
                await _stream(log, client, response_id, _number(scope), options)
        except _Refusal as refusal:
            await _answer(client, refusal.status, {"error": refusal.payload})
        except EventLogError as error:
            await _answer(client, error.status, {"error": error.payload})

    return app


class _Refusal(Exception):  # noqa: N818 - an answer, not a fault of ours
    def __init__(self, status: int, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        kind = "not_found" if status == 404 else "invalid_request_error"
        self.status = status
        self.payload = {"type": kind, "code": code, "message": message, "param": param}


def _target(scope: Scope, prefix: str) -> tuple[str, bool]:
    """The response that a request means, and whether it is to be cancelled."""
    # Under a mount the path has the mount's own at its front, by ASGI 2.4 and up.
    path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
    if path.startswith(prefix):
        response_id, slash, verb = path.removeprefix(prefix).partition("/")
        if response_id and (scope["method"], slash + verb) in {("GET", ""), ("POST", "/cancel")}:
            return unquote(response_id), bool(verb)
    message = f"there is GET {prefix}{{id}}?stream=true and POST {prefix}{{id}}/cancel, not {scope['method']} {path}"
    raise _Refusal(404, "not_found", message)


def _number(scope: Scope) -> int | None:
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    if query.get("stream") != "true":
        raise _Refusal(400, "stream_required", "only streams are kept: say stream=true", "stream")
    told = query.get("starting_after")
    if told is not None and not (told.isascii() and told.isdigit() and len(told) < 19):
        message = f"starting_after must be a sequence number, not {told[:40]!r}"
        raise _Refusal(400, "bad_starting_after", message, "starting_after")
    return None if told is None else int(told)


async def _stream(
    log: EventLog, client: AsgiDownstream, response_id: str, after: int | None, options: RelayOptions
) -> None:
    reader = await _reader(log, response_id, after)
    if reader.is_over:
        await client.start(200, stream_headers(None))
        await client.send(DONE)
        await client.finish()
        return
    given: RelayOptions = {"tap": Tap("usage"), **options, "on_client_gone": "cancel"}
    await Relay(reader, **given).run(client)


async def _reader(log: EventLog, response_id: str, after: int | None) -> LogReader:
    """Open a log that may be about to begin: a client can lose its connection before the first entry is written."""
    for _ in range(_GRACE_STEPS):
        try:
            return await log.read(response_id, after)
        except UnknownResponse:
            await anyio.sleep(_GRACE_SECONDS / _GRACE_STEPS)
    return await log.read(response_id, after)


async def _answer(client: AsgiDownstream, status: int, body: dict[str, Any]) -> None:
    try:
        await client.start(status, json_headers(None))
        await client.send(json.dumps(body).encode())
        await client.finish()
    except ClientGone:
        return
