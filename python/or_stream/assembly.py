"""The assembler: policy and models over the core's fold of events into a response."""

from __future__ import annotations

from base64 import b64decode
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from ._core import Assembler as CoreAssembler
from .errors import ConcurrentUse, OrStreamError, ServerStreamError, StreamTruncated
from .outcome import Outcome

if TYPE_CHECKING:
    from ._core import Recording
    from .models import Response, Usage

    Received: TypeAlias = CoreAssembler | Recording

ErrorT = TypeVar("ErrorT", bound=OrStreamError)

_MESSAGE_CHARS = 200


class Assembler(CoreAssembler):
    """Folds the events of one stream into its response (rules R1-R11), wherever the bytes come from.

    Feed it bytes (`feed`, `feed_message`, `decode`) or events (`push`), call `finish` at the end of the body, and ask
    at any time what the response is by now. Not for two threads at once.

    Args:
        limits: What the server may make us hold; None for the defaults of `Limits`.
        strict: Raise at the first thing the server does wrong instead of noting it in `diagnostics`.
        output_source: Which telling of the output counts when the terminal event's differs from what was streamed:
            "auto" (rule R7), "terminal" or "stream".
    """

    __slots__ = ()

    def snapshot(self) -> Response:
        """Give the response as of now; later events do not change it.

        Returns:
            The response with all that was received, unknown items and fields included.
        """
        from .models import Response  # noqa: PLC0415 - pydantic is loaded when someone looks
        from .models.unread import read_json  # noqa: PLC0415 - as above

        return read_json(Response, self.snapshot_json())

    @property
    def usage(self) -> Usage | None:
        """The tokens used, once the server has told them."""
        return self.snapshot().usage if self.has_response else None

    @property
    def audio(self) -> bytes:
        """The sound so far, decoded: what `response.audio.delta` events brought, which no response holds."""
        # Each delta is base64 of its own, so that padding may stand within.
        pieces = self.audio_base64.replace("=", " ").split()
        whole = (piece[: len(piece) - (len(piece) % 4 == 1)] for piece in pieces)  # six bits alone are no byte
        return b"".join(b64decode(f"{piece}==") for piece in whole)

    def get_final_response(self, *, require_terminal: bool = True) -> Response:
        """Give the response that the server closed.

        Args:
            require_terminal: False accepts a truncated stream of which something was received.

        Returns:
            The response, for the outcomes `completed`, `incomplete`, `failed` and `cancelled`: read its `status`.

        Raises:
            ServerStreamError: Raised when the server ended the stream by an `error` event.
            StreamTruncated: Raised when the body ended without a terminal event (rule R10).
            ValueError: Raised when the stream has not ended yet.
        """
        if self.outcome is None:
            message = "the stream has not ended: call finish() at the end of the body"
            raise ValueError(message)
        error = ending_error(self, require_terminal=require_terminal)
        if error is not None:
            raise error
        return self.snapshot()


def ending_error(assembler: Received, *, require_terminal: bool = True) -> ServerStreamError | StreamTruncated | None:
    """Tell what to raise for a stream that has ended: nothing when the server itself closed the response (rule R10).

    Args:
        assembler: One that has an outcome, or what is left of one.
        require_terminal: False lets a truncated stream pass if something of a response was received.

    Returns:
        The error with what was received, or None.
    """
    if assembler.outcome is Outcome.ERROR:
        error_json = assembler.error_json or b"{}"
        error = ServerStreamError(
            server_error_message(error_json), error_json=error_json, status=server_error_status(error_json)
        )
        return with_position(error, assembler)
    if assembler.outcome is not Outcome.TRUNCATED or (assembler.has_response and not require_terminal):
        return None
    return with_position(StreamTruncated(_truncation(assembler)), assembler)


def _truncation(assembler: Received) -> str:
    events, taken = assembler.events_seen, assembler.bytes_seen
    message = f"the stream ended without a terminal event ({events} events, {taken} bytes)"
    if taken == 0:
        return f"{message}: the body was empty"
    alive = isinstance(assembler, CoreAssembler) and (assembler.done_seen or assembler.comments_seen > 0)
    return message if events or alive else f"{message}: is it an event stream, with its line ends?"


def with_position(error: ErrorT, assembler: Received) -> ErrorT:
    """Write into an error what was received until now, for every error that leaves a stream.

    Returns:
        The same error.
    """
    # When the error is that another thread holds the core, the core will not tell its position either.
    with suppress(ConcurrentUse):
        error.partial_json = assembler.snapshot_json() if assembler.has_response else None
        error.events_seen = assembler.events_seen
        error.bytes_seen = assembler.bytes_seen
        error.last_sequence_number = assembler.last_sequence_number
        error.last_event_id = assembler.last_event_id
    return error


def server_error_message(error_json: bytes) -> str:
    """Tell a server's error in one line: its own words, escaped and at most 200 characters, then code and type."""
    import json  # noqa: PLC0415 - only errors need it here

    # An integer of any length is shown as it was sent.
    error = json.loads(error_json, parse_int=str)
    words = str(error.get("message") or "no message")[:_MESSAGE_CHARS]
    names = [_printable(str(error[key])[:_MESSAGE_CHARS]) for key in ("code", "type") if error.get(key)]
    return f"the server reported an error: {words!r}" + (f" ({', '.join(names)})" if names else "")


def _printable(words: str) -> str:
    """Escape half surrogate pairs, at which printing would fail."""
    return words.encode("utf-8", "backslashreplace").decode()


def server_error_status(error_json: bytes) -> int | None:
    """Tell the HTTP status that an error event carries, as WebSocket envelopes and gateways send it."""
    import json  # noqa: PLC0415 - as above

    # Python's own integers fail at a few thousand digits, which no status has.
    status = json.loads(error_json, parse_int=lambda digits: int(digits[:4])).get("status")
    return status if isinstance(status, int) and 100 <= status <= 999 else None
