"""What is kept of one request."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..definitions.moments import tokens_of

if TYPE_CHECKING:
    from ...outcome import Outcome
    from ..timeline import Timeline

INTERRUPTED = "interrupted"
"""The kind of error of a request that the user cut off: it neither succeeded nor failed."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What the metrics read of a timeline: 13 bytes an event, and fit to be sent to another process."""

    times_bytes: bytes
    kinds_bytes: bytes
    characters_bytes: bytes
    kind_names: list[str]
    usage_json: bytes | None
    outcome: Outcome | None

    @classmethod
    def of(cls, timeline: Timeline) -> Columns:
        """Copy them."""
        return cls(
            timeline.times_bytes,
            timeline.kinds_bytes,
            timeline.characters_bytes,
            timeline.kind_names,
            timeline.usage_json,
            timeline.outcome,
        )

    @property
    def times(self) -> memoryview[int]:
        """As of `Timeline`."""
        return memoryview(self.times_bytes).cast("Q")

    @property
    def types(self) -> list[str]:
        """As of `Timeline`."""
        names = self.kind_names
        return [names[kind] for kind in self.kinds_bytes]

    @property
    def delta_characters(self) -> memoryview[int]:
        """As of `Timeline`."""
        return memoryview(self.characters_bytes).cast("I")


@dataclass(frozen=True)
class Record:
    """One request. Times are nanoseconds of `time.monotonic_ns()`.

    Args:
        index: Its number in the run, from 0.
        warm_up: Whether it is measured by nothing.
        intended_ns: When the plan wanted it to begin; latencies count from here.
        start_ns: When it was sent.
        first_byte_ns: When the first bytes of the body came; None where none did.
        end_ns: When the body ended, or the request failed.
        status: Of HTTP; None where there was no reply.
        events: How many events came.
        bytes: How many bytes of the body came.
        columns: When the events came.
        error: What went wrong, in one line; "" for nothing.
        error_kind: What sort of error that is, such as "connect" or "HTTP 429"; "" for none.
    """

    index: int
    warm_up: bool
    intended_ns: int
    start_ns: int
    first_byte_ns: int | None
    end_ns: int
    status: int | None
    events: int
    bytes: int
    columns: Columns
    error: str
    error_kind: str

    @property
    def outcome(self) -> str | None:
        """How the stream ended; None where there was none."""
        return None if self.columns.outcome is None or not self.events else str(self.columns.outcome)

    @property
    def succeeded(self) -> bool:
        """Whether there was no error and the server closed the response as completed or incomplete."""
        return not self.error_kind and self.outcome in {"completed", "incomplete"}

    @property
    def interrupted(self) -> bool:
        """Whether the user cut it off."""
        return self.error_kind == INTERRUPTED

    @cached_property
    def contents(self) -> list[int]:
        """When each delta came that is not empty, of whatever kind."""
        return [at for at, size in zip(self.columns.times, self.columns.delta_characters, strict=True) if size]

    @property
    def gaps(self) -> list[int]:
        """From each delta to the next, in nanoseconds; 0 within a chunk."""
        return [after - before for before, after in pairwise(self.contents)]

    @property
    def queueing_ns(self) -> int:
        """How long the request waited to be sent."""
        return self.start_ns - self.intended_ns

    @property
    def e2e_ns(self) -> int:
        """From the intended start to the end."""
        return self.end_ns - self.intended_ns

    @property
    def ttft_ns(self) -> int | None:
        """From the intended start to the first delta."""
        return self.contents[0] - self.intended_ns if self.contents else None

    def facts(self, origin_ns: int) -> dict[str, Any]:
        """Give it as members of a JSON object: times in milliseconds, moments since the start of the run."""
        return {
            "index": self.index,
            "warm_up": self.warm_up,
            "intended_ms": _ms(self.intended_ns - origin_ns),
            "start_ms": _ms(self.start_ns - origin_ns),
            "queueing_ms": _ms(self.queueing_ns),
            "first_byte_ms": None if self.first_byte_ns is None else _ms(self.first_byte_ns - self.intended_ns),
            "ttft_ms": None if self.ttft_ns is None else _ms(self.ttft_ns),
            "e2e_ms": _ms(self.e2e_ns),
            "output_tokens": tokens_of(self.columns.usage_json),
            "status": self.status,
            "outcome": self.outcome,
            "events": self.events,
            "bytes": self.bytes,
            "error_kind": self.error_kind or None,
            "error": self.error or None,
        }


def _ms(nanoseconds: int) -> float:
    return nanoseconds / 1e6
