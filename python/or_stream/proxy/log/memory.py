"""`MemoryEventLog`: logs of this process, for one node and for tests."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

import anyio

from .cursor import Cursor
from .event_log import Entry, EventLog, LogReader, LogWriter
from .faults import CursorExpired, LogBroken, ResponseEnded, SecondProducer, UnknownResponse

if TYPE_CHECKING:
    from ...outcome import Outcome

MAX_BYTES = 256 << 20
TTL_SECONDS = 300.0


@dataclass(slots=True, eq=False)
class _Stream:
    """One response: entries that are kept, and how it ended."""

    entries: list[Entry] = field(default_factory=list[Entry])
    size: int = 0
    last: int = -1
    outcome: Outcome | None = None
    rest: bytes = b""
    broken: str | None = None
    cancel_requested: bool = False
    expires: float | None = None
    changed: anyio.Event = field(default_factory=anyio.Event)

    @property
    def is_over(self) -> bool:
        return self.outcome is not None or self.broken is not None

    def tell(self) -> None:
        self.changed.set()
        self.changed = anyio.Event()


class MemoryEventLog(EventLog):
    """Keeps streams in memory, bounded in bytes and in time. For one event loop; asyncio and trio.

    Args:
        max_bytes: Most bytes of all streams together. Beyond it the oldest ended ones go, then the beginnings of those
            that run: their readers get `CursorExpired`.
        ttl: Seconds that a stream is kept after its end.
    """

    def __init__(self, *, max_bytes: int = MAX_BYTES, ttl: float = TTL_SECONDS) -> None:
        self._max_bytes = max_bytes
        self._ttl = ttl
        self._streams: dict[str, _Stream] = {}
        # All wait equally long, so that the first in is the first out.
        self._ended: deque[tuple[str, _Stream]] = deque()
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes of events kept."""
        return self._size

    async def open(self, response_id: str) -> LogWriter:
        """Begin a response's log."""
        self._expire()
        if response_id in self._streams:
            message = f"{response_id} has a producer already"
            raise SecondProducer(message)
        stream = self._streams[response_id] = _Stream()
        return _Writer(self, response_id, stream)

    async def read(self, response_id: str, after: int | None = None) -> LogReader:
        """Read the events behind a number."""
        return _Reader(self._stream(response_id), Cursor(response_id, after))

    async def cancel(self, response_id: str) -> None:
        """Ask the producer to end the response."""
        stream = self._stream(response_id)
        if stream.is_over:
            message = f"{response_id} has ended"
            raise ResponseEnded(message)
        stream.cancel_requested = True

    def add(self, response_id: str, stream: _Stream, entry: Entry) -> None:
        """Keep an entry, and drop others for it where there is no room."""
        if self._streams.get(response_id) is not stream:
            message = f"the log of {response_id} is gone: it was dropped for others"
            raise LogBroken(message)
        stream.entries.append(entry)
        stream.last = entry.last
        self._grow(stream, len(entry.data))
        self._expire()
        self._make_room()
        stream.tell()

    def end(self, response_id: str, stream: _Stream) -> None:
        """Start the time of an ended stream."""
        stream.expires = monotonic() + self._ttl
        self._ended.append((response_id, stream))
        stream.tell()

    def _stream(self, response_id: str) -> _Stream:
        self._expire()
        if response_id not in self._streams:
            message = f"there is no event log of {response_id}"
            raise UnknownResponse(message)
        return self._streams[response_id]

    def _expire(self) -> None:
        now = monotonic()
        while self._ended and (self._ended[0][1].expires or now) <= now:
            self._drop_ended()

    def _make_room(self) -> None:
        while self._size > self._max_bytes:
            if self._ended:
                self._drop_ended()
            else:
                largest = max(self._streams.values(), key=lambda stream: stream.size)
                self._grow(largest, -len(largest.entries.pop(0).data))

    def _drop_ended(self) -> None:
        response_id, stream = self._ended.popleft()
        if self._streams.get(response_id) is stream:
            del self._streams[response_id]
        self._grow(stream, -stream.size)
        stream.entries.clear()

    def _grow(self, stream: _Stream, size: int) -> None:
        stream.size += size
        self._size += size


class _Writer(LogWriter):
    def __init__(self, log: MemoryEventLog, response_id: str, stream: _Stream) -> None:
        self._log = log
        self._response_id = response_id
        self._stream = stream

    async def append(self, entry: Entry) -> None:
        if entry.last <= self._stream.last:
            message = f"{self._response_id}: event {entry.last} is there already, written by another producer"
            raise SecondProducer(message)
        self._log.add(self._response_id, self._stream, entry)
        await self.refresh()

    async def refresh(self) -> None:
        self.cancel_requested = self._stream.cancel_requested

    async def seal(self, outcome: Outcome, rest: bytes = b"") -> None:
        self._stream.outcome, self._stream.rest = outcome, rest
        self._log.end(self._response_id, self._stream)

    async def spoil(self, reason: str) -> None:
        self._stream.broken = reason
        self._log.end(self._response_id, self._stream)


class _Reader(LogReader):
    def __init__(self, stream: _Stream, cursor: Cursor) -> None:
        self._stream = stream
        self._cursor = cursor
        if cursor.due <= stream.last:
            cursor.check(self._next_entry().first)
        elif stream.outcome is not None:
            cursor.check_end(stream.last)
            self.is_over = True
        else:
            self._check_whole()

    async def __anext__(self) -> bytes:
        stream = self._stream
        while self.outcome is None:
            if self._cursor.due <= stream.last:
                return self._cursor.take(self._next_entry())
            if stream.outcome is not None:
                self.outcome = stream.outcome
                if stream.rest:
                    return stream.rest
            else:
                self._check_whole()
                await stream.changed.wait()
        raise StopAsyncIteration

    def _check_whole(self) -> None:
        if self._stream.broken is not None:
            message = f"{self._cursor.response_id}: {self._stream.broken}"
            raise LogBroken(message)

    def _next_entry(self) -> Entry:
        entries, due = self._stream.entries, self._cursor.due
        at = bisect_left(entries, due, key=lambda entry: entry.last)
        if at == len(entries):
            message = f"{self._cursor.response_id}: events from {due} on are kept no longer"
            raise CursorExpired(message)
        return entries[at]
