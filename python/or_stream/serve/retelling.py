"""Retelling: the events of a stream as another server would have sent them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .cut import Beat
from .profiles.dialect import Dialect, blocks
from .take import datas, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .profiles import KeyOrder, ServerProfile

_WHEN = "\0when"
"""A key that no server sends: it carries an event's time through the habits, which copy and drop events."""


def retold(events: Sequence[Beat], profile: ServerProfile | None, key_order: KeyOrder | None) -> list[Beat]:
    """Write the events anew.

    Args:
        events: One beat an event, as SSE.
        profile: Of which server; None for the contract's own habits.
        key_order: Where `type` stands; None as the profile has it.

    Raises:
        ValueError: Raised when the profile does not fit the stream.
    """
    dialect = Dialect(done=any("[DONE]" in texts(beat.data) for beat in events[-1:]))
    if profile is not None:
        dialect = profile.dialect
    if key_order is not None:
        dialect = replace(dialect, key_order=key_order)
    told: list[dict[str, Any]] = [{**data, _WHEN: str(beat.at)} for beat in events for data in datas(beat.data)]
    if profile is not None:
        told = profile.told(told)
    return _timed(told, dialect, events[-1].at if events else 0.0)


def _timed(told: list[dict[str, Any]], dialect: Dialect, end: float) -> list[Beat]:
    times: list[float] = []
    now = 0.0
    for event in told:
        # An event that the habit put in comes with the one before it; none comes before its predecessor.
        now = max(now, float(event.pop(_WHEN, now)))
        times.append(now)
    written = list(blocks(told, dialect))
    times += [end] * (len(written) - len(times))
    return [Beat(at, data) for at, data in zip(times, written, strict=True)]
