"""What becomes of a server's bytes in a relay: whole events for the client and the log, and the end that is owed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import LimitExceeded, OrStreamError, TransportError
from ..outcome import Outcome
from .ending import closing_bytes
from .refusing import MESSAGE_CHARS
from .whole import as_event, as_events, as_json

if TYPE_CHECKING:
    from ..stream.sources import Chunk
    from .log.recorder import Recorder
    from .rewrite import Rewriter
    from .tap import Tap


class EventTooLong(TransportError):  # noqa: N818 - reads like its siblings
    """Raised when an event of the server is longer than `max_event_bytes`."""


class RewriterFailed(Exception):  # noqa: N818 - reads like its siblings; its cause is what a handler raised
    """Raised when a handler of the rewriter raised: the fault is ours, and the client is told no more of it."""

    def __str__(self) -> str:
        """Say what a client may know."""
        return "the relay could not rewrite the stream"


class Flow:
    """The bytes of one stream, from chunks to whole events.

    Args:
        tap: Sees every chunk before `take` gets it.
        rewriter: Changes events; None where every byte stays.
        recorder: Gets what the client is told; None for none.
        max_event_bytes: Most bytes of one unfinished event.
    """

    def __init__(self, tap: Tap, rewriter: Rewriter | None, recorder: Recorder | None, max_event_bytes: int) -> None:
        self.rewriter = rewriter
        self.held = bytearray()
        self._is_plain = rewriter is None and recorder is None
        self.rest_told = False
        self._tap = tap
        self._recorder = recorder
        self._max_event_bytes = max_event_bytes
        self._failed = False

    @property
    def is_straight(self) -> bool:
        """Whether `take` gives a chunk back as it is, if it is whole events."""
        return self._is_plain and not self.held

    def take(self, chunk: Chunk) -> bytes:
        """Give the events that are whole by now, to the log too.

        Raises:
            RewriterFailed: Raised when a handler of the rewriter raised.
            OrStreamError: Raised when it is no event stream, or beyond a limit of the rewriter.
        """
        if self.rewriter is not None:
            whole = self._rewritten(self.rewriter, chunk)
        elif self._tap.at_boundary and not self.held:
            whole = chunk if isinstance(chunk, bytes) else bytes(chunk)
        else:
            whole = self._cut(chunk)
        if self._recorder is not None and whole:
            self._recorder.note(whole)
        return whole

    def must_end(self) -> bool:
        """Look at what is held back, and whether a handler wants the stream's end.

        Raises:
            EventTooLong: Raised when more is held back than one event may be.
        """
        held = len(self.held) if self.rewriter is None else self.rewriter.unfinished_bytes
        if held > self._max_event_bytes:
            message = f"an event of the server is longer than {self._max_event_bytes} bytes"
            raise EventTooLong(message)
        return self.is_aborted

    @property
    def is_aborted(self) -> bool:
        """Whether a handler of the rewriter has ended the stream."""
        return self.rewriter is not None and self.rewriter.is_aborted

    def rest(self, code: str, message: str, refused: dict[str, Any] | None = None) -> bytes:
        """Give what is held back and the end that the server owes, once; the log gets it too.

        Args:
            code: The code of the end's error.
            message: The reason in one line.
            refused: The error with which the server refused the request.
        """
        # Of a stream that the tap could not read to its end nobody knows what it owes.
        owes = self._tap.finish() is Outcome.TRUNCATED and not isinstance(self._tap.fault, LimitExceeded)
        if self.rewriter is not None:
            rest = self._rewritten_rest(self.rewriter, code, message, owes=owes)
        else:
            rest = closing_bytes(self._tap, code, message, refused) if owes else bytes(self.held)
        self.held.clear()
        self.rest_told = True
        if self._recorder is not None:
            self._recorder.note(rest)
        return rest

    def take_whole(self, chunk: Chunk) -> None:
        """Keep a chunk of a body that is no stream."""
        self.held += chunk
        self.must_end()

    def whole(self, *, as_stream: bool) -> bytes:
        """Give the body that is no stream, when all of it is there: as it is, or as the events that it stands for.

        Args:
            as_stream: Whether the client was promised a stream.

        Raises:
            OrStreamError: Raised when it tells neither a response nor an error.
        """
        body, self.rest_told = bytes(self.held), True
        self.held.clear()
        is_over = self._tap.finish() is not Outcome.TRUNCATED
        # A response that goes on in the background has no end yet, and is none of a stream.
        is_running = not is_over and self._tap.fault is None and self._tap.response_id is not None
        if not is_over and (as_stream or not is_running):
            message = "the server's JSON is no finished response, or ends too early"
            fault = TransportError(message, body=body[:MESSAGE_CHARS])
            # The tap's own fault quotes the body, which is not for a client that shall get other words.
            raise fault if self.rewriter is not None else self._tap.fault or fault
        if not as_stream and (self.rewriter is None or self._tap.response_id is None):
            if self._recorder is not None and is_over:
                self._recorder.note(as_events(body, self._tap))
            return body
        told = as_event(body) if is_running else as_events(body, self._tap)
        if self.rewriter is not None:
            told = self._rewritten(self.rewriter, told) + self._rewritten_rest(self.rewriter, "", "", owes=False)
        if self._recorder is not None and is_over:
            self._recorder.note(told)
        return told if as_stream else as_json(told)

    # With and without a rewriter

    def _cut(self, chunk: Chunk) -> bytes:
        if isinstance(self._tap.fault, TransportError):
            # No event stream at all, from a source that could not tell.
            raise self._tap.fault
        cut, whole = self._tap.boundary, b""
        if cut:
            whole = bytes(self.held) + bytes(chunk[:cut])
            self.held.clear()
            chunk = chunk[cut:]
        self.held += chunk
        return whole

    def _rewritten(self, rewriter: Rewriter, chunk: Chunk) -> bytes:
        try:
            return rewriter.feed(chunk)
        except OrStreamError:
            raise  # the server's fault
        except Exception as error:
            self._failed = True
            raise RewriterFailed from error

    def _rewritten_rest(self, rewriter: Rewriter, code: str, message: str, *, owes: bool) -> bytes:
        if owes:
            rewriter.drop_unfinished()
        if self._failed:
            return rewriter.abort(code, message)
        try:
            rest = rewriter.finish()
        except Exception as error:
            self._failed = True
            raise RewriterFailed from error
        return rest + (rewriter.abort(code, message) if owes else b"")
