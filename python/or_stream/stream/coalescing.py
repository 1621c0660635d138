"""Neighbouring deltas of one part as one event, so that a slow reader catches up and nothing of the text is lost."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from .._core import rebuild_event
from ..json_text import write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..events import Event

_PLACE = ("item_id", "output_index", "content_index", "summary_index", "command_index")


def coalesce(events: Iterable[Event]) -> list[Event]:
    """Merge every run of deltas that grow the same text.

    Args:
        events: Events in the order of their arrival.

    Returns:
        The events, a run of deltas as one: its `delta` is the whole text of the run, its `sequence_number` and `index`
        are those of the last, `first_sequence_number` that of the first, `logprobs` those of all.
    """
    merged: list[Event] = []
    for place, run in groupby(events, key=_place):
        told = list(run)
        merged.append(_merge(told) if place is not None and len(told) > 1 else told[0])
        if place is None:
            merged.extend(told[1:])
    return merged


def _place(event: Event) -> tuple[object, ...] | None:
    """What two deltas must share to be one; None for what is no delta of a text, or one that may cut a character."""
    delta = getattr(event, "delta", None)
    if not event.type.endswith(".delta") or not isinstance(delta, str) or "\ufffd" in delta:
        return None
    return (event.type, *(getattr(event, name, None) for name in _PLACE))


def _merge(run: list[Event]) -> Event:
    last = run[-1]
    data: dict[str, Any] = {**last.data, "delta": "".join(getattr(event, "delta", "") for event in run)}
    data.pop("obfuscation", None)
    logprobs = [entry for event in run for entry in event.data.get("logprobs") or ()]
    if logprobs:
        data["logprobs"] = logprobs
    if run[0].first_sequence_number is not None:
        data["first_sequence_number"] = run[0].first_sequence_number
    return rebuild_event(last.type, write_bytes(data), last.index, 0, last)
