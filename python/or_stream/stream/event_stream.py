"""`EventStream`: events of a synchronous source, pulled by a thread."""

from __future__ import annotations

from contextlib import suppress
from threading import Timer
from typing import TYPE_CHECKING, Any, Self, TypeVar

from .._core import Events
from ..errors import OrStreamError
from .intake import Intake
from .iteration import Batches, TextDeltas
from .progress import DRAIN_BYTES, DRAIN_SECONDS, ENDING_SECONDS, Progress
from .sources import Source, open_source
from .sources.recording import open_tape, recorded_source

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike
    from types import TracebackType

    from pydantic import TypeAdapter

    from .._core import Limits
    from ..events import Event
    from ..models import Response
    from ..outcome import Outcome
    from .intake import OutputSource
    from .sources import Chunk

T = TypeVar("T")


class EventStream(Events, Progress[Source]):
    """The typed events of one body, and the response that they make.

    Iterating pulls: nothing is read before the events at hand are used up, and one chunk is read at a time. The stream
    owns its source: leaving the `with` block, or `close()`, closes the connection, also in the middle. After the
    terminal event the iteration ends; a server's `error` without a terminal event, a cut body and a broken connection
    raise there, behind the last event (rule R10).

    Args:
        source: Where the bytes come from: an httpx2 or httpx response, any iterable of bytes, bytes, a binary file, or
            a path.
        limits: What the server may make us hold; None for the defaults of `Limits`.
        strict: Raise at the first thing the server does wrong instead of noting it in `diagnostics`.
        require_terminal: False lets the iteration of a cut body end quietly.
        output_source: Which telling of the output counts where two differ (rule R7): "auto", "terminal" or "stream".
        record: Write every chunk, with the time when it came, into this file: `.orx` is compact, `.jsonl` readable, any
            other name gets the bare body (docs/recordings.md). Whatever becomes of the file, the stream goes on:
            `record_fault` says why the rest is missing.

    Raises:
        OSError: Raised when a path cannot be opened, or the file of `record` cannot be made.
        TypeError: Raised when the source gives no bytes, or only to an event loop.
    """

    def __init__(
        self,
        source: Any,
        *,
        limits: Limits | None = None,
        strict: bool = False,
        require_terminal: bool = True,
        output_source: OutputSource = "auto",
        record: str | PathLike[str] | None = None,
    ) -> None:
        opened = open_source(source, strict=strict)
        if record is not None:
            opened = recorded_source(opened, open_tape(record), strict=strict)
        intake = Intake(
            limits=limits,
            strict=strict,
            require_terminal=require_terminal,
            output_source=output_source,
            messages=opened.messages,
        )
        super().__init__(opened, intake)
        self._watch: Timer | None = None

    def __enter__(self) -> Self:
        """Check the HTTP reply, so that an error of the server is raised here."""
        self._pull(None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Self:
        return self

    def batches(self) -> Batches:
        """Iterate over lists of events, one list for each chunk that completed any: the fast way."""
        return Batches(self._next_events)

    def text_deltas(self) -> TextDeltas:
        """Iterate over the pieces of the output text; a text that came without deltas is one piece (rule R9)."""
        return TextDeltas(self, self._intake.assembler.late_text)

    def until_done(self) -> Outcome:
        """Read to the end without making events.

        Returns:
            How the stream ended.

        Raises:
            OrStreamError: Raised as by iterating.
        """
        self._take_ready()
        self._pull(self._intake.fold)
        return self._ended()

    def get_final_response(self) -> Response:
        """Read to the end and give the response.

        Returns:
            The response, also an incomplete, failed or cancelled one: read its `status`.

        Raises:
            OrStreamError: Raised as by iterating; `partial` holds what was received.
        """
        self.until_done()
        return self._final_response()

    def get_final_parsed(self, form: type[T] | TypeAdapter[T]) -> T:
        """Read to the end and parse the answer: structured output, as asked for by `connect(text_format=...)`.

        Args:
            form: A pydantic model, any other type that pydantic knows, or a `TypeAdapter`.

        Returns:
            The value.

        Raises:
            OutputParseError: Raised as by `Response.parse_text`; `partial` is the response.
            OrStreamError: Raised as by iterating.
        """
        return self._parsed(self.get_final_response(), form)

    def get_final_text(self) -> str:
        """Read to the end and give the text of the messages.

        Raises:
            OrStreamError: Raised as by iterating.
        """
        self.until_done()
        return self.output_text

    def close(self) -> None:
        """Close the connection. Does nothing the second time.

        While another thread waits for bytes, its connection is shut down, if it has one, and it gets `StreamClosed`.
        """
        if self._closed:
            return
        self._take_ready()
        if not self._acquire():
            self._closed = True
            self._source.abort()
            return
        try:
            self._shut()
        finally:
            self._release()

    # One step at a time

    def _next_events(self) -> list[Event]:
        return self._take_ready() or self._pull(self._intake.decode)

    def _pull(self, take: Callable[[Chunk | None], list[Event] | None] | None) -> list[Event]:
        """The next events, none at the end; without `take` only open the source."""
        if not self._begin():
            return []
        try:
            return self._open() if take is None else self._advance(take)
        except BaseException as error:
            self._abandon(error)
            raise
        finally:
            self._release()

    def _open(self) -> list[Event]:
        try:
            self._source.open()
        except (OrStreamError, MemoryError):
            raise
        except Exception as cause:
            raise self._broken(cause) from cause
        return []

    def _advance(self, take: Callable[[Chunk | None], list[Event] | None]) -> list[Event]:
        intake = self._intake
        intake.settle()
        while not intake.ended:
            if intake.ending and self._watch is None and not self._source.in_memory:
                # A blocked read cannot be given up from its own thread, so another one shuts the socket down in time.
                self._watch = _watch(ENDING_SECONDS, self._source.abort)
            try:
                chunk = self._source.read()
            except (OrStreamError, MemoryError):
                raise
            except Exception as cause:
                if self._watch is None or not self._watch.finished.is_set():
                    raise self._broken(cause) from cause
                chunk = None
            if self._closed:
                raise self._closed_error()
            events = take(chunk)
            if events:
                return events
        self._finish()
        return []

    def _finish(self) -> None:
        self._over = True
        self._fault = self._intake.verdict()
        with suppress(Exception):
            self._shut()
        if self._fault is not None:
            raise self._fault

    def _abandon(self, error: BaseException) -> None:
        self._failed(error)
        with suppress(Exception):
            self._shut()

    def _shut(self) -> None:
        """Close the source, once; after the terminal event its connection is worth a little reading first."""
        if self._released:
            return
        self._released = True
        if self._watch is not None:
            self._watch.cancel()
        try:
            if self._may_drain():
                self._drain()
        finally:
            self._closed = True
            self._source.close()

    def _drain(self) -> None:
        watch = _watch(DRAIN_SECONDS, self._source.abort)
        left = DRAIN_BYTES
        with suppress(Exception):
            while left > 0 and (chunk := self._source.read()) is not None:
                left -= len(chunk)
        watch.cancel()


def _watch(seconds: float, abort: Callable[[], None]) -> Timer:
    watch = Timer(seconds, abort)
    watch.daemon = True
    watch.start()
    return watch
