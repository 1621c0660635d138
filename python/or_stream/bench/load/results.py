"""What a run found, for people and for programs."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ...json_text import write_text
from ..metrics import Summary, metrics_of
from . import vitals as vital_signs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TextIO

    from ..definitions import Defs
    from .clients import ClientName
    from .job import Job
    from .records import Record
    from .vitals import Vitals

VERSION: Final = 1
"""Of the JSON that `LoadResult.facts` gives."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """A run that is over.

    Args:
        job: What was run.
        client: Which HTTP client sent it.
        began_at_ns: When it began, in nanoseconds since 1970.
        start_ns: The same on the clock of the records, `time.monotonic_ns()`.
        end_ns: When it was over.
        records: One for each request, in the order of their numbers.
        vitals: How each process of the client fared.
        interrupted: Whether the user ended it.
    """

    job: Job
    client: ClientName
    began_at_ns: int
    start_ns: int
    end_ns: int
    records: tuple[Record, ...]
    vitals: tuple[Vitals, ...]
    interrupted: bool = False

    @property
    def measured(self) -> list[Record]:
        """The requests that count: not the warm-up, and not those that the user cut off."""
        return [record for record in self.records if not (record.warm_up or record.interrupted)]

    @property
    def succeeded(self) -> int:
        """How many of them the server answered to the end."""
        return sum(record.succeeded for record in self.measured)

    @property
    def failed(self) -> int:
        """How many of them it did not."""
        return len(self.measured) - self.succeeded

    @property
    def seconds(self) -> float:
        """From the first measured request's intended start to the last one's end."""
        measured = self.measured
        if not measured:
            return 0.0
        first = min(record.intended_ns for record in measured)
        return (max(record.end_ns for record in measured) - first) / 1e9

    @property
    def warnings(self) -> list[str]:
        """Where the client may have been what was measured."""
        return vital_signs.warnings(self.vitals)

    def summary(self, defs: Defs, slos: Mapping[str, float] | None = None) -> Summary:
        """Measure the run by the definitions of a tool; latencies count from the intended starts.

        Args:
            defs: Whose definitions.
            slos: Objectives for goodput, as of `metrics_of`.

        Raises:
            ValueError: Raised for an unknown objective.
        """
        requests = [(record.columns, record.intended_ns) for record in self.measured]
        return metrics_of(requests, defs, duration_s=self.seconds, slos=slos)

    def facts(self, defs: Sequence[Defs] = ("vllm",), slos: Mapping[str, float] | None = None) -> dict[str, Any]:
        """Give the run as one JSON object; docs/benchmarking.md names its members.

        Args:
            defs: Whose definitions.
            slos: Objectives, by the names of the first of them.
        """
        measured = self.measured
        summaries = [self.summary(one, slos if place == 0 else None) for place, one in enumerate(defs)]
        return {
            "or_stream_bench": VERSION,
            "url": self.job.requests[0].url,
            "began_at": datetime.fromtimestamp(self.began_at_ns / 1e9, UTC).isoformat(),
            "plan": {"kind": type(self.job.plan).__name__, **asdict(self.job.plan)},
            "bounds": asdict(self.job.bounds),
            "processes": self.job.processes,
            "client": self.client,
            "interrupted": self.interrupted,
            "seconds": self.seconds,
            "requests": {
                "measured": len(measured),
                "succeeded": self.succeeded,
                "failed": self.failed,
                "warm_up": sum(record.warm_up for record in self.records),
                "cut_off": sum(record.interrupted for record in self.records),
            },
            "outcomes": dict(Counter(record.outcome or "none" for record in measured)),
            "errors": _errors(measured),
            "events": sum(record.events for record in measured),
            "bytes": sum(record.bytes for record in measured),
            "queueing_ms": _spread([record.queueing_ns / 1e6 for record in measured]),
            "metrics": {summary.defs: {**summary.values, "tokens_from": summary.tokens_from} for summary in summaries},
            "objectives": dict(slos or {}),
            "client_vitals": vital_signs.facts(self.vitals),
            "warnings": self.warnings,
        }

    def write_jsonl(self, file: TextIO) -> None:
        """Write one line of JSON for each request, the warm-up too."""
        for record in self.records:
            file.write(write_text(record.facts(self.start_ns)) + "\n")

    def write_csv(self, file: TextIO) -> None:
        """Write the same as a table with a head."""
        rows = [record.facts(self.start_ns) for record in self.records]
        if rows:
            table = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            table.writeheader()
            table.writerows(rows)


def _errors(records: Iterable[Record]) -> dict[str, Any]:
    """How many errors there were of each kind, and one of them in its words."""
    found: dict[str, Any] = {}
    for record in records:
        if record.error_kind:
            told = found.setdefault(record.error_kind, {"count": 0, "example": record.error})
            told["count"] += 1
    return found


def _spread(values: list[float]) -> dict[str, float] | None:
    if not values:
        return None
    ranked = sorted(values)
    last = len(ranked) - 1
    return {"p50": ranked[last // 2], "p99": ranked[round(last * 0.99)], "max": ranked[-1]}
