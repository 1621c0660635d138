"""The moments of one request that the tools' formulas are made of, read from its timeline."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, cast

from ...outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

TokensFrom: TypeAlias = Literal["usage", "deltas"]
"""Where a token count comes from: the server's `usage`, or, without one, the deltas, which are no tokens."""

TEXT = "response.output_text.delta"
REASONING = "response.reasoning.delta"
"""Also the events that are spelt `response.reasoning_text.delta`: the timeline has one kind for both."""
SUMMARY = "response.reasoning_summary_text.delta"
ARGUMENTS = "response.function_call_arguments.delta"

_TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})
_NO_EVENTS = frozenset({"Heartbeat", "or_stream.malformed"})


class Told(Protocol):
    """What is read of a timeline."""

    @property
    def times(self) -> memoryview[int]:
        """When each event came."""
        ...

    @property
    def types(self) -> list[str]:
        """The type of each event."""
        ...

    @property
    def delta_characters(self) -> memoryview[int]:
        """Code points of each delta, 0 for other events."""
        ...

    @property
    def usage_json(self) -> bytes | None:
        """The server's usage."""
        ...

    @property
    def outcome(self) -> Outcome | None:
        """How the stream ended."""
        ...


@dataclass(frozen=True, slots=True)
class Moments:
    """When the things came that a tool looks at, in nanoseconds of the timeline's clock, and how many tokens."""

    start_ns: int
    """When the request was sent."""
    contents: tuple[int, ...]
    """Each delta that the tool counts and that is not empty."""
    first_output_ns: int | None
    """The first of them that is no reasoning."""
    events: tuple[int, ...]
    """Each event that is neither a heartbeat nor malformed."""
    end_ns: int
    """The terminal event; without one the last event, and without any the start."""
    input_tokens: int | None
    output_tokens: int
    reasoning_tokens: int | None
    tokens_from: TokensFrom
    succeeded: bool
    """The server closed the response as completed or incomplete, and there was content."""

    @classmethod
    def of(cls, timeline: Told, start_ns: int, content: AbstractSet[str]) -> Moments:
        """Read a timeline.

        Args:
            timeline: One that is finished.
            start_ns: When the request was sent, in nanoseconds of the same clock.
            content: The types of delta that count.

        Raises:
            ValueError: Raised when the request was sent after the first event came: these are two clocks.
        """
        times, types = timeline.times, timeline.types
        if times and times[0] < start_ns:
            message = f"start_ns {start_ns} is after the first event at {times[0]}: is it of another clock?"
            raise ValueError(message)
        told = list(zip(times, types, timeline.delta_characters, strict=True))
        contents = [(at, kind) for at, kind, size in told if size and kind in content]
        events = tuple(at for at, kind, _ in told if kind not in _NO_EVENTS)
        output = (at for at, kind in contents if kind not in {REASONING, SUMMARY})
        end = next((at for at, kind, _ in told if kind in _TERMINAL), events[-1] if events else start_ns)
        usage = _usage(timeline.usage_json)
        tokens = tokens_of(timeline.usage_json)
        return cls(
            start_ns=start_ns,
            contents=tuple(at for at, _ in contents),
            first_output_ns=next(output, None),
            events=events,
            end_ns=end,
            input_tokens=usage.get("input_tokens"),
            output_tokens=len(contents) if tokens is None else tokens,
            reasoning_tokens=usage.get("reasoning_tokens"),
            tokens_from="deltas" if tokens is None else "usage",
            succeeded=bool(contents) and timeline.outcome in {Outcome.COMPLETED, Outcome.INCOMPLETE},
        )

    @property
    def first_ns(self) -> int | None:
        """The first content."""
        return self.contents[0] if self.contents else None

    @property
    def last_ns(self) -> int | None:
        """The last content."""
        return self.contents[-1] if self.contents else None

    @property
    def gaps(self) -> list[int]:
        """From each content to the next, in nanoseconds; 0 within a chunk."""
        return [after - before for before, after in pairwise(self.contents)]

    def since_start(self, at: int | None) -> int | None:
        """Nanoseconds from the start to a moment."""
        return None if at is None else at - self.start_ns


def tokens_of(told: bytes | None) -> int | None:
    """The output tokens of a usage object; a server that tells 0 of them has not counted."""
    return _usage(told).get("output_tokens") or None


def _usage(told: bytes | None) -> dict[str, int]:
    """The whole numbers of a usage object; what else a server writes there is nobody's count."""
    usage = _object(None if told is None else json.loads(told))
    flat = {**usage, **_object(usage.get("output_tokens_details"))}
    return {name: count for name, count in flat.items() if type(count) is int and count >= 0}


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
