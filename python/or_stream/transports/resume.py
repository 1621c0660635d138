"""`Resume`: when and how a cut stream is asked for again, without any I/O of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import uniform
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from .._core import Tap
from ..errors import ResumeFailed
from .request import Request
from .resumed_events import NewEvents, WholeEvents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..stream.sources import Chunk

_RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
# They tell of a body, and a GET has none.
_OF_A_BODY = frozenset({"content-type", "content-length", "content-encoding", "transfer-encoding"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """How often and how long a cut stream is asked for again, with `GET {url}/{response_id}?starting_after=N`.

    Only servers that keep responses offer it, such as OpenAI's for `background` responses. The POST is never repeated.
    Silence beyond `idle_timeout`, or beyond the client's own timeout, is a cut as any other; the other timeouts end the
    stream.

    Args:
        max_attempts: Requests in a row that bring no new event before the stream gives up.
        max_seconds: How long it tries in a row, waiting included.
        backoff_seconds: Upper bound of the first, random, wait; it doubles with each further one.
        max_backoff_seconds: Where the doubling ends. A server's `retry-after` may ask for more.
        url: Gives the URL of a response from its id; None for `{url of the request}/{response_id}`.

    Raises:
        ValueError: Raised when a number is negative, or `max_attempts` below 1.
    """

    max_attempts: int = 5
    max_seconds: float = 60.0
    backoff_seconds: float = 0.5
    max_backoff_seconds: float = 10.0
    url: Callable[[str], str] | None = None

    def __post_init__(self) -> None:
        if self.max_attempts < 1:
            message = f"max_attempts must be at least 1, not {self.max_attempts}"
            raise ValueError(message)
        for name in ("max_seconds", "backoff_seconds", "max_backoff_seconds"):
            # Written so that nan is refused too.
            if not getattr(self, name) >= 0:
                message = f"{name} must be a number of seconds from 0 up, not {getattr(self, name)!r}"
                raise ValueError(message)

    def wait_seconds(self, attempt: int) -> float:
        """Draw the wait before an attempt, counted from 1: full jitter, so that clients of one server part ways."""
        doublings = min(attempt - 1, 32)
        return uniform(0.0, min(self.max_backoff_seconds, self.backoff_seconds * 2.0**doublings))  # noqa: S311


class Resumption:
    """What a resuming source knows of its stream: what was passed on, and what the next request has to be."""

    def __init__(self, policy: Resume, request: Request) -> None:
        self._policy = policy
        self._request = request
        self._facts = Tap("usage")
        self._body: WholeEvents | NewEvents = WholeEvents()
        self._attempts = 0
        self._gives_up_at = 0.0
        self._retry_after = 0.0
        self._cut: Exception | None = None
        self._refusal: Exception | None = None

    def take(self, chunk: Chunk) -> bytes:
        """Give the whole new events of what has come so far."""
        block = self._body.feed(chunk)
        if block:
            before = self._facts.last_sequence_number
            self._facts.feed(block)
            # Heartbeats alone must not renew the budget.
            if self._facts.last_sequence_number != before:
                self._attempts = 0
        return block

    @property
    def is_over(self) -> bool:
        """Whether the server has told all: an end, or an error."""
        return self._facts.outcome is not None or self._facts.error_json is not None

    def rest(self) -> bytes:
        """Give what is held of an unfinished event, once."""
        return self._body.rest()

    def end_of_body(self) -> bool:
        """Tell whether the held rest is all that was missing, as of a server that ends without a blank line."""
        whole = Tap("usage")
        whole.feed(self._body.held + b"\n\n")
        return self.is_over or whole.outcome is not None or whole.error_json is not None

    def cut(self, cause: Exception | None) -> None:
        """Note that the body broke off, with the transport's error or, for None, at a clean end.

        Raises:
            ResumeFailed: Raised when the stream cannot be resumed.
        """
        self._cut, self._refusal = cause, None
        if self._attempts == 0:
            self._gives_up_at = monotonic() + self._policy.max_seconds
        obstacle = self._obstacle()
        if obstacle is not None:
            raise self._failed(obstacle)

    def wait_seconds(self) -> float:
        """Give the seconds until the next attempt.

        Raises:
            ResumeFailed: Raised when the budget is used up.
        """
        if self._attempts >= self._policy.max_attempts:
            raise self._failed(f"no new event after {self._attempts} attempts{self._last_refusal()}")
        self._attempts += 1
        seconds = max(self._policy.wait_seconds(self._attempts), self._retry_after)
        if monotonic() + seconds > self._gives_up_at:
            raise self._failed(f"no new event within {self._policy.max_seconds:g} s{self._last_refusal()}")
        self._retry_after = 0.0
        return seconds

    def request(self) -> Request:
        """Give the request for the events that are missing."""
        url = resume_url(self._request, self._response_id, self._facts.last_sequence_number or 0, self._policy.url)
        headers = {name: value for name, value in self._request.headers.items() if name not in _OF_A_BODY}
        return Request("GET", url, headers, None)

    def opened(self) -> None:
        """Begin the body of a resumed stream: nothing of the unfinished event is kept, the server repeats it."""
        self._body = NewEvents(after=self._facts.last_sequence_number or 0)

    def refused(self, cause: Exception, status: int | None, headers: Mapping[str, str]) -> None:
        """Note that an attempt failed.

        Raises:
            ResumeFailed: Raised when the server's answer means that another attempt is of no use.
        """
        self._refusal = cause
        self._retry_after = retry_after_seconds(headers.get("retry-after", ""))
        if status is not None and status not in _RETRIED:
            raise self._failed(f"the server does not offer it: {cause}")

    @property
    def _response_id(self) -> str:
        # Who follows a response by a GET has its id in the URL, and not the event that tells it.
        return self._facts.response_id or (_last_of_path(self._request.url) if self._request.method == "GET" else "")

    def _obstacle(self) -> str | None:
        facts = self._facts
        if facts.fault is not None:
            return f"its events could not be read: {facts.fault}"
        if self._response_id in ("", ".", ".."):
            return "the server sent no response id"
        if facts.last_sequence_number is None:
            return "the server sent no sequence numbers"
        if facts.diagnostic_counts.get("E5", 0) and facts.last_sequence_number + 1 < facts.events_seen:
            return "the server's sequence numbers do not rise"
        return None

    def _last_refusal(self) -> str:
        return "" if self._refusal is None else f", at last: {self._refusal}"

    def _failed(self, why: str) -> ResumeFailed:
        words = f"{type(self._cut).__name__}: {self._cut}" if self._cut is not None else "the body ended early"
        error = ResumeFailed(f"the stream was cut ({words}) and could not be resumed: {why}")
        error.__cause__ = self._refusal or self._cut
        return error


def resume_url(
    request: Request, response_id: str, last_sequence_number: int, of_response: Callable[[str], str] | None
) -> str:
    """Build the URL that gives the events behind a number; the query of the request's own URL stays (`api-version`)."""
    parts = urlsplit(of_response(response_id) if of_response is not None else request.url)
    path = parts.path.rstrip("/")
    # A GET that follows a response has its id at the end already.
    if of_response is None and _last_of_path(request.url) != response_id:
        path += "/" + quote(response_id, safe="")
    own = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in _OWN_QUERY]
    query = [*own, ("stream", "true"), ("starting_after", str(last_sequence_number))]
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), ""))


def _last_of_path(url: str) -> str:
    return unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])


_OWN_QUERY = frozenset({"stream", "starting_after"})


def retry_after_seconds(value: str) -> float:
    """Read a `retry-after` header: seconds or a date; 0 for what is neither."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
