"""What both streams know at any time: the response as of now, the counts, the reply, and how it ended."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Generic, TypeVar

from .._core import Stream as CoreStream
from ..assembly import with_position
from ..errors import ConcurrentUse, OrStreamError, StreamClosed
from ..outcome import Outcome
from .sources.faults import transport_error
from .stats import Stats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import TypeAdapter

    from .._core import Diagnostic, PartialArguments
    from ..models import Response, Usage
    from .intake import Intake
    from .read_ahead import Buffer
    from .sources.source import AsyncSource, Source

SourceT = TypeVar("SourceT", bound="Source | AsyncSource")
T = TypeVar("T")

DRAIN_BYTES = 65536
"""Most that is read behind the terminal event so that the connection can be used again (F16)."""
DRAIN_SECONDS = 0.25
"""How long that may take: a server that holds the body open must not hold its reader up."""
ENDING_SECONDS = 5.0
"""How long the server has for what may follow its error (rule E10) or a sentinel before any end (rule S3)."""


class Progress(CoreStream, Generic[SourceT]):
    """The state of one stream, for the two shells that do its I/O.

    A stream is running until it is `over` (read to its end), has a `fault`, or is `closed` by its user; then its source
    is `released`.
    """

    _intake: Intake

    def __init__(self, source: SourceT, intake: Intake) -> None:
        self._source = source
        self._intake = intake
        self._fault: OrStreamError | None = None
        self._closed = False
        self._closed_by = ""
        self._released = False
        self._buffer: Buffer | None = None

    # What was received

    @property
    def response(self) -> Response | None:
        """The response as of now, which later events do not change; None before anything of it was received."""
        assembler = self._intake.assembler
        return assembler.snapshot() if assembler.has_response else None

    @property
    def response_id(self) -> str | None:
        """The response's id, once the server has told it."""
        return self._intake.assembler.response_id

    @property
    def output_text(self) -> str:
        """The text of the messages as of now."""
        return self._intake.assembler.output_text

    @property
    def audio(self) -> bytes:
        """The sound as of now, decoded, which no response holds; its transcript is `transcript`."""
        return self._intake.assembler.audio

    @property
    def transcript(self) -> str:
        """What the sound as of now says."""
        return self._intake.assembler.transcript

    @property
    def usage(self) -> Usage | None:
        """The tokens used, once the server has told them."""
        return self._intake.assembler.usage

    @property
    def outcome(self) -> Outcome | None:
        """How the stream ended; None while it runs, and when its user closed it before the end."""
        told = self._intake.assembler.outcome
        if told is not None or self._fault is None:
            return told
        return Outcome.ERROR if self._intake.assembler.error_json is not None else Outcome.TRUNCATED

    def arguments(self, call_id: str) -> PartialArguments:
        """Give the arguments so far of a running tool call: a view that follows the stream.

        It is up to date with all that was decoded, which may be some events ahead of the one at hand: the rest of its
        chunk. Finding the call looks into the items, so keep the view rather than asking for it after every delta.

        Args:
            call_id: The call's `call_id` or its item's id.

        Raises:
            KeyError: Raised when no such call has begun; the message names the calls that have.
        """
        return self._intake.assembler.arguments(call_id)

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What the server did wrong, the first 256 findings."""
        return self._intake.assembler.diagnostics

    @property
    def stats(self) -> Stats:
        """How much was taken in by now."""
        assembler, buffer = self._intake.assembler, self._buffer
        return Stats(
            bytes=assembler.bytes_seen,
            events=assembler.events_seen,
            chunks=self._intake.chunks,
            comments=assembler.comments_seen,
            high_water_events=buffer.high_water_events if buffer else 0,
            high_water_bytes=buffer.high_water_bytes if buffer else 0,
            producer_held_seconds=buffer.producer_held_seconds if buffer else 0.0,
            consumer_waited_seconds=buffer.consumer_waited_seconds if buffer else 0.0,
        )

    # The reply

    @property
    def status(self) -> int | None:
        """The HTTP status; None for a source that is no HTTP response."""
        return self._source.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The HTTP headers; empty for a source that is no HTTP response."""
        return self._source.headers

    @property
    def http_response(self) -> object:
        """The HTTP library's own response; None for a source that is no HTTP response."""
        return self._source.http_response

    @property
    def record_fault(self) -> OSError | None:
        """Why the rest of the stream did not get into the file of `record`; None where all did, or nothing should."""
        return self._source.fault

    # For the shells

    def _begin(self) -> bool:
        """Take the stream for one step, which then ends by giving it back.

        Returns:
            Whether there is anything left to read; if not, it is not taken.
        """
        if self._fault is not None:
            raise self._fault.with_traceback(None)
        if self._over:
            return False
        if self._closed:
            raise self._closed_error()
        if not self._acquire():
            raise self._concurrent()
        return True

    def _concurrent(self) -> ConcurrentUse:
        return with_position(ConcurrentUse("another thread or task is reading this stream"), self._intake.assembler)

    def _failed(self, error: BaseException) -> None:
        """Remember an error of the stream: whoever asks again gets it again."""
        if not isinstance(error, OrStreamError):
            self._closed_by = f": a read was given up ({type(error).__name__})"
        else:
            if error.status is None:
                error.status = self._source.status
            error.headers = error.headers or {name.lower(): value for name, value in self._source.headers.items()}
            # A source that raises does not know what was received before.
            self._fault = error if error.events_seen else with_position(error, self._intake.assembler)

    def _broken(self, cause: Exception) -> OrStreamError:
        """What to raise when the source fails. An error that the server has told by then explains more (rule E10)."""
        if self._closed:
            return self._closed_error()
        told = self._intake.verdict() if self._intake.ending else None
        return told or with_position(transport_error(cause), self._intake.assembler)

    def _closed_error(self) -> StreamClosed:
        message = f"the stream was closed before its end{self._closed_by}"
        return with_position(StreamClosed(message), self._intake.assembler)

    def _may_drain(self) -> bool:
        """Whether reading on behind the end could save the connection."""
        source = self._source
        return source.reusable and self._intake.ended and not (self._closed or source.is_released)

    def _ended(self) -> Outcome:
        return self._intake.assembler.finish()

    def _final_response(self) -> Response:
        return self._intake.assembler.get_final_response(require_terminal=self._intake.require_terminal)

    def _parsed(self, response: Response, form: type[T] | TypeAdapter[T]) -> T:
        try:
            return response.parse_text(form)
        except OrStreamError as error:
            raise with_position(error, self._intake.assembler)  # noqa: B904 - the same error

    def __del__(self) -> None:
        if not (self._closed or self._over or self._source.in_memory):
            message = f"unclosed {type(self).__name__}: use it in a `with` block, or close it"
            warnings.warn(message, ResourceWarning, source=self, stacklevel=1)
