"""Reading ahead of the consumer: a bounded buffer of events, and a reader that pauses when it is full."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import anyio

from .coalescing import coalesce

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAhead:
    """How far a stream may read ahead of its consumer.

    Reading pauses when the buffer holds this much, and goes on when it holds half of it; one chunk may lie above.

    Args:
        max_bytes: Most bytes of event data in the buffer.
        max_events: Most events in it.

    Raises:
        ValueError: Raised when one of them is less than 1.
    """

    max_bytes: int = 1 << 20
    max_events: int = 16_384

    def __post_init__(self) -> None:
        if self.max_bytes < 1 or self.max_events < 1:
            message = "max_bytes and max_events must be at least 1"
            raise ValueError(message)


class Buffer:
    """Events between a reader and a consumer, both tasks of one event loop.

    Args:
        bounds: The high marks; the low ones are half of them.
        coalesces: Merge deltas that wait, before the reader is held back.
    """

    def __init__(self, bounds: ReadAhead, *, coalesces: bool) -> None:
        self._bounds = bounds
        self._coalesces = coalesces
        self._batches: deque[tuple[list[Event], int]] = deque()
        self._events = 0
        self._bytes = 0
        self._ended = False
        self._filled = anyio.Event()
        self._drained = anyio.Event()
        self.high_water_events = 0
        self.high_water_bytes = 0
        self.producer_held_seconds = 0.0
        self.consumer_waited_seconds = 0.0

    async def fill(self, next_batch: Callable[[], Awaitable[list[Event]]], bytes_seen: Callable[[], int]) -> None:
        """Read until there is no more, pausing at the high mark.

        Args:
            next_batch: Gives the next events; none at the end.
            bytes_seen: Tells how many bytes of the stream were read by now.
        """
        before = bytes_seen()
        try:
            while batch := await next_batch():
                self._put(batch, bytes_seen() - before)
                before = bytes_seen()
                if self._is_full():
                    await self._hold()
        finally:
            self._ended = True
            self._filled.set()

    async def take(self) -> list[Event]:
        """Give the events that waited longest, or wait for some; none at the end."""
        if not (self._batches or self._ended):
            began = monotonic()
            self._filled = anyio.Event()
            await self._filled.wait()
            self.consumer_waited_seconds += monotonic() - began
        if not self._batches:
            return []
        if self._coalesces:
            self._merge()
        events, size = self._batches.popleft()
        self._events -= len(events)
        self._bytes -= size
        if not self._is_beyond(0.5):
            self._drained.set()
        return events

    def _put(self, batch: list[Event], size: int) -> None:
        self._batches.append((batch, size))
        self._events += len(batch)
        self._bytes += size
        self.high_water_events = max(self.high_water_events, self._events)
        self.high_water_bytes = max(self.high_water_bytes, self._bytes)
        self._filled.set()

    def _is_full(self) -> bool:
        if self._coalesces and self._is_beyond(1.0):
            self._merge()
            # Merging again before much has come would cost more each time than it brings.
            return self._is_beyond(0.5)
        return self._is_beyond(1.0)

    def _merge(self) -> None:
        """Make one batch of all, its deltas merged."""
        if len(self._batches) < 2:
            return
        events = coalesce([event for batch, _ in self._batches for event in batch])
        self._events, self._bytes = len(events), sum(len(event.raw) for event in events)
        self._batches = deque([(events, self._bytes)])

    def _is_beyond(self, share: float) -> bool:
        bounds = self._bounds
        return self._bytes >= bounds.max_bytes * share or self._events >= bounds.max_events * share

    async def _hold(self) -> None:
        began = monotonic()
        self._drained = anyio.Event()
        await self._drained.wait()
        self.producer_held_seconds += monotonic() - began
