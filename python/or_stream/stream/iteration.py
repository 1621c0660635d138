"""Iterators over a stream: classes, so that leaving a loop early leaves nothing behind (P11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from ..events import (
    Completed,
    ContentPartDone,
    Failed,
    Incomplete,
    OutputItemDone,
    OutputTextDelta,
    OutputTextDone,
    UnknownEvent,
)

# What may tell a text that no delta brought (rule R9); the ends that only servers have are unknown events.
_TELLING = (OutputTextDone, ContentPartDone, OutputItemDone, Completed, Incomplete, Failed, UnknownEvent)

if TYPE_CHECKING:
    from collections.abc import Callable

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


class TextDeltas:
    """The pieces of the output text as they come; text that no delta brought comes whole, when it is told (rule R9)."""

    def __init__(self, stream: EventStream, late_text: Callable[[int], str]) -> None:
        self._stream = stream
        self._late_text = late_text

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        for event in self._stream:
            if text := _text_of(event, self._late_text):
                return text
        raise StopIteration


class AsyncTextDeltas:
    """The pieces of the output text as they come; text that no delta brought comes whole, when it is told (rule R9)."""

    def __init__(self, stream: AsyncEventStream, late_text: Callable[[int], str]) -> None:
        self._stream = stream
        self._late_text = late_text

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        async for event in self._stream:
            if text := _text_of(event, self._late_text):
                return text
        raise StopAsyncIteration


def _text_of(event: Event, late_text: Callable[[int], str]) -> str:
    """The output text that an event brings: a delta, or what it tells for the first time."""
    if isinstance(event, OutputTextDelta):
        return event.delta
    return late_text(event.index) if isinstance(event, _TELLING) else ""
