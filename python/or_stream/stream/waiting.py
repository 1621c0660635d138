"""How an asynchronous stream waits, as keywords to be passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from .read_ahead import ReadAhead


class Waiting(TypedDict, total=False):
    """The keywords of `AsyncEventStream` about time and backpressure; see there."""

    idle_timeout: float | None
    event_timeout: float | None
    progress_timeout: float | None
    total_timeout: float | None
    read_ahead: ReadAhead | None
    coalesce: bool
