"""Iterators over a stream: classes, so that leaving a loop early leaves nothing behind (P11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from ..events import OutputTextDelta

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..events import Event
    from .async_event_stream import AsyncEventStream
    from .event_stream import EventStream


class Batches:
    """Lists of events, none empty: one for each chunk that completed any."""

    def __init__(self, next_batch: Callable[[], list[Event]]) -> None:
        self._next_batch = next_batch

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> list[Event]:
        events = self._next_batch()
        if not events:
            raise StopIteration
        return events


class AsyncBatches:
    """Lists of events, none empty: one for each chunk that completed any."""

    def __init__(self, next_batch: Callable[[], Awaitable[list[Event]]]) -> None:
        self._next_batch = next_batch

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[Event]:
        events = await self._next_batch()
        if not events:
            raise StopAsyncIteration
        return events


class TextDeltas:
    """The pieces of the output text as they come."""

    def __init__(self, stream: EventStream) -> None:
        self._stream = stream
        self._told = stream.stats.chunks > 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        for event in self._stream:
            if isinstance(event, OutputTextDelta) and event.delta:
                self._told = True
                return event.delta
        return self._late_text()

    def _late_text(self) -> str:
        if self._told or not self._stream.output_text:
            raise StopIteration
        self._told = True
        return self._stream.output_text


class AsyncTextDeltas:
    """The pieces of the output text as they come."""

    def __init__(self, stream: AsyncEventStream) -> None:
        self._stream = stream
        self._told = stream.stats.chunks > 0

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        async for event in self._stream:
            if isinstance(event, OutputTextDelta) and event.delta:
                self._told = True
                return event.delta
        return self._late_text()

    def _late_text(self) -> str:
        if self._told or not self._stream.output_text:
            raise StopAsyncIteration
        self._told = True
        return self._stream.output_text
