"""What went wrong with a request: a kind to count by, and one line to read."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from ..._core import Tap
from ...assembly import server_error_message
from ...errors import LimitExceeded, OrStreamError, ServerStreamError, StreamStalled, TransportError
from ...outcome import Outcome
from ...stream.sources.faults import transport_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LINE_CHARS = 300
_CONNECT = {"ClientConnectorError", "ConnectError", "gaierror", "ConnectionRefusedError"}


class TookTooLong(Exception):  # noqa: N818 - no fault of anybody's
    """Raised for a request that had not ended when its time was up.

    Args:
        seconds: How long it had.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no end after {seconds:g} s")


def of_error(cause: Exception, url: str, *, replied: bool) -> tuple[str, str]:
    """Give the kind and the line of what was raised.

    Args:
        cause: Of ours or of the HTTP library.
        url: What was asked.
        replied: Whether the head of a reply had come.
    """
    if isinstance(cause, TookTooLong):
        return "timeout", f"{cause} ({'the reply had begun' if replied else 'no reply'})"
    if isinstance(cause, ServerStreamError | TransportError) and not isinstance(cause, StreamStalled):
        status = cause.status
        kind = "not a stream" if status is None or status < 300 else f"HTTP {status}"
        return kind, _line(str(cause))
    if isinstance(cause, OrStreamError):
        return ("limit" if isinstance(cause, LimitExceeded) else "not a stream"), _line(str(cause))
    error = transport_error(cause, what="the connection broke" if replied else f"no reply from {url}")
    return _kind(cause, timed_out=isinstance(error, StreamStalled)), _line(str(error))


def of_end(outcome: Outcome, events: int, tail: Sequence[bytes]) -> tuple[str, str]:
    """Give the kind and the line of a body that came to its end.

    Args:
        outcome: How the stream ended.
        events: How many events came.
        tail: The last chunks, in which a server's error is looked for.
    """
    if outcome in {Outcome.COMPLETED, Outcome.INCOMPLETE}:
        return "", ""
    if outcome is Outcome.TRUNCATED:
        what = f"without a terminal event, after {events} events" if events else "without any event"
        return "truncated", f"the body ended {what}"
    reader = Tap()
    for chunk in tail:
        reader.feed(chunk)
    reader.finish()
    said = None if reader.error_json is None else server_error_message(reader.error_json)
    return str(outcome), _line(f"the response is {outcome}" + (f": {said}" if said else ""))


def _kind(cause: Exception, *, timed_out: bool) -> str:
    chain = list(_causes(cause))
    if any(isinstance(one, ssl.SSLError | ssl.CertificateError) for one in chain):
        return "tls"
    if timed_out:
        return "timeout"
    names = {base.__name__ for one in chain for base in type(one).__mro__}
    return "broken" if names.isdisjoint(_CONNECT) else "connect"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _line(text: str) -> str:
    return " ".join(text.split())[:_LINE_CHARS]
