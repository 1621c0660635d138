"""Iterators over a stream: classes, so that leaving a loop early leaves nothing behind (P11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from ..events import (
    Completed,
    ContentPartAdded,
    ContentPartDone,
    Failed,
    Incomplete,
    OutputItemAdded,
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

    def __init__(self, stream: EventStream, late_text: Callable[[int], str | None]) -> None:
        self._stream = stream
        self._pieces = _Pieces(late_text)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        for event in self._stream:
            if text := self._pieces.of(event):
                return text
        raise StopIteration


class AsyncTextDeltas:
    """The pieces of the output text as they come; text that no delta brought comes whole, when it is told (rule R9)."""

    def __init__(self, stream: AsyncEventStream, late_text: Callable[[int], str | None]) -> None:
        self._stream = stream
        self._pieces = _Pieces(late_text)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        async for event in self._stream:
            if text := self._pieces.of(event):
                return text
        raise StopAsyncIteration


class _Pieces:
    """The output text that each event brings: a delta, or what it tells for the first time."""

    def __init__(self, late_text: Callable[[int], str | None]) -> None:
        self._late_text = late_text
        # Whether deltas may be something else than their own texts.
        self._odd = False

    def of(self, event: Event) -> str:
        if not isinstance(event, OutputTextDelta):
            self._odd = self._odd or (isinstance(event, ContentPartAdded | OutputItemAdded) and _has_text(event))
            return self._late_text(event.index) or "" if isinstance(event, _TELLING) else ""
        delta = event.delta
        # Half a character stands as U+FFFD in its event; the whole one comes with the delta behind it (rule E3).
        self._odd = self._odd or "\ufffd" in delta
        told = self._late_text(event.index) if self._odd else None
        return delta if told is None else told


def _has_text(event: ContentPartAdded | OutputItemAdded) -> bool:
    """Whether an announcement holds text already, which may be part of it (rule R6)."""
    data = event.data
    holder = data.get("part" if isinstance(event, ContentPartAdded) else "item")
    return isinstance(holder, dict) and bool(holder.get("text") or holder.get("content"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
