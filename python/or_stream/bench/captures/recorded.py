"""`recorded`: a source that writes down what passes through it."""

from __future__ import annotations

from pathlib import Path
from time import monotonic_ns
from typing import TYPE_CHECKING, Any

from ..._core import Tap
from ...stream.sources.open import open_async_source, open_source
from ...stream.sources.source import AsyncSource, Chunk, Source
from .capture import Capture
from .files import CaptureWriter, open_writer

if TYPE_CHECKING:
    from os import PathLike

KEPT_HEADERS = frozenset({"content-type", "date", "server", "x-request-id", "openai-processing-ms", "openai-version"})
"""The headers that go into a capture: no others, so that no cookie or key gets into a file that is passed on."""

_TOLD_ITS_END = 2


def recorded(
    source: Any, path: str | PathLike[str], *, start_ns: int | None = None, compress: bool = False
) -> RecordedSource:
    """Wrap what a thread reads from, so that each chunk goes into a capture file with its time.

    `EventStream(recorded(response, "run.orx"))` records while it reads. The stream is not disturbed: when the file
    cannot be written any more, reading goes on, and `fault` says why the rest is missing.

    Args:
        source: What `EventStream` takes.
        path: Its name chooses the format, as for `write_capture`.
        start_ns: When the request was sent (`time.monotonic_ns()`); None for now.
        compress: As of `write_capture`.

    Raises:
        TypeError: As of `EventStream`.
        OSError: Raised when the file cannot be made.
    """
    return RecordedSource(open_source(source), Tape(path, start_ns, compress=compress))


def recorded_async(
    source: Any, path: str | PathLike[str], *, start_ns: int | None = None, compress: bool = False
) -> AsyncRecordedSource:
    """Do the same for what a task reads from: `AsyncEventStream(recorded_async(response, "run.orx"))`.

    Args:
        source: What `AsyncEventStream` takes.
        path: As of `recorded`.
        start_ns: As of `recorded`.
        compress: As of `recorded`.

    Raises:
        TypeError: As of `AsyncEventStream`.
        OSError: Raised when the file cannot be made.
    """
    return AsyncRecordedSource(open_async_source(source), Tape(path, start_ns, compress=compress))


class Tape:
    """The file behind a recorded source; it never raises after it was made.

    Args:
        path: As of `recorded`.
        start_ns: As of `recorded`.
        compress: As of `recorded`.

    Raises:
        OSError: Raised when the file cannot be made.
    """

    def __init__(self, path: str | PathLike[str], start_ns: int | None = None, *, compress: bool = False) -> None:
        self._path = path
        self._compress = compress
        self._is_new = not Path(path).exists()
        # Made now, so that nothing is sent in vain; what was in it stays until there is something to take its place.
        self._file = Path(path).open("ab")  # noqa: SIM115 - closed by `close`
        self._start = monotonic_ns() if start_ns is None else start_ns
        self._writer: CaptureWriter | None = None
        self._seen = Tap()
        self._last = 0
        self.fault: OSError | None = None

    def note(self, chunk: Chunk | None, described: Source | AsyncSource) -> None:
        """Write a chunk that came now; None for the end of the body, after which nothing is written."""
        at = monotonic_ns() - self._start
        if self.fault is not None or self._file.closed:
            return
        try:
            writer = self._writer or self._begin(described)
            if chunk is None:
                writer.end(at)
                self._file.close()
            else:
                data = bytes(chunk)
                writer.add(at, data)
                (self._seen.feed_message if described.messages else self._seen.feed)(data)
                self._last = at
        except OSError as error:
            self.fault = error
            self.close()

    def close(self) -> None:
        """Close the file.

        A stream that told its end was read to it, though nobody waited for the connection to close. Any other capture
        stays without its end, and says so when it is read.
        """
        is_whole = self._seen.done_seen or self._seen.phase == _TOLD_ITS_END
        try:
            if is_whole and self.fault is None and self._writer is not None and not self._file.closed:
                self._writer.end(self._last)
            self._file.close()
            if self._is_new and self._writer is None:
                Path(self._path).unlink(missing_ok=True)  # nothing came that it could hold
        except OSError as error:
            self.fault = self.fault or error

    def _begin(self, described: Source | AsyncSource) -> CaptureWriter:
        if self._file.seekable() and self._file.tell():
            self._file.truncate(0)
        headers = {name.lower(): value for name, value in described.headers.items()}
        kept = {name: value for name, value in headers.items() if name in KEPT_HEADERS}
        header = Capture((), messages=described.messages, status=described.status, headers=kept).header
        self._writer = open_writer(self._file, self._path, header, compress=self._compress)
        return self._writer


class RecordedSource(Source):
    """A source for a thread, written down."""

    def __init__(self, source: Source, tape: Tape) -> None:
        self._source = source
        self._tape = tape
        _describe(self, source)

    @property
    def is_released(self) -> bool:
        """Whether the connection of what is wrapped has gone back."""
        return self._source.is_released

    @property
    def fault(self) -> OSError | None:
        """Why the rest was not recorded; None while all is."""
        return self._tape.fault

    def open(self) -> None:
        """Open what is wrapped."""
        self._source.open()
        _describe(self, self._source)

    def read(self) -> Chunk | None:
        """Wait for the next chunk and note it."""
        chunk = self._source.read()
        self._tape.note(chunk, self._source)
        return chunk

    def close(self) -> None:
        """Close both."""
        try:
            self._source.close()
        finally:
            self._tape.close()

    def abort(self) -> None:
        """Abort what is wrapped."""
        self._source.abort()


class AsyncRecordedSource(AsyncSource):
    """A source for a task, written down; the writes go to the file's buffer and are not waited for."""

    def __init__(self, source: AsyncSource, tape: Tape) -> None:
        self._source = source
        self._tape = tape
        self.clocks = source.clocks
        self.closes_at_once = source.closes_at_once
        _describe(self, source)

    @property
    def is_released(self) -> bool:
        """Whether the connection of what is wrapped has gone back."""
        return self._source.is_released

    @property
    def fault(self) -> OSError | None:
        """Why the rest was not recorded; None while all is."""
        return self._tape.fault

    async def open(self) -> None:
        """Open what is wrapped."""
        await self._source.open()
        _describe(self, self._source)

    async def read(self) -> Chunk | None:
        """Wait for the next chunk and note it."""
        chunk = await self._source.read()
        self._tape.note(chunk, self._source)
        return chunk

    async def aclose(self) -> None:
        """Close both."""
        try:
            await self._source.aclose()
        finally:
            self._tape.close()

    async def abort(self) -> None:
        """Abort what is wrapped."""
        await self._source.abort()


def _describe(wrapper: Source | AsyncSource, source: Source | AsyncSource) -> None:
    for name in ("status", "headers", "http_response", "in_memory", "messages", "reusable"):
        setattr(wrapper, name, getattr(source, name))
