"""How an asynchronous stream waits, as keywords to be passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from .clocks import Clocks, Timeouts

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


def clocks_of(waiting: Waiting) -> Clocks | None:
    """Make the clocks of a stream whose request is still to be sent, so that they run from there on.

    Raises:
        ValueError: Raised for a timeout that is not positive.
    """
    timeouts = Timeouts(
        waiting.get("idle_timeout"),
        waiting.get("event_timeout"),
        waiting.get("progress_timeout"),
        waiting.get("total_timeout"),
    )
    return Clocks(timeouts) if timeouts else None
