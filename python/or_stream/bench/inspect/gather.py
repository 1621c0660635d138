"""`inspect_capture`: all that can be seen of a recording, ready to be shown."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast, get_args

from ...conformance.check import check
from ...json_text import read as read_json
from ..captures.files import framed
from ..definitions import Defs
from ..definitions.moments import ARGUMENTS, REASONING, SUMMARY, TEXT, Moments
from .columns import EventColumns, told_events
from .gaps import Gaps, spread
from .lanes import Lanes

if TYPE_CHECKING:
    from ...conformance.report import ConformanceReport
    from ...conformance.rules import Profile
    from ...models.contract import Spec
    from ..captures import Capture
    from ..timeline import Timeline

Column: TypeAlias = "array[int] | array[float]"

_CONTENT = frozenset({TEXT, REASONING, SUMMARY, ARGUMENTS})


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a page shows of a recording.

    Args:
        facts: JSON's own types: what was found of the whole.
        columns: Numbers, an entry an event (or a chunk, a gap, a step of a text).
        body: The bytes as they came; `offset` and `length` point into them.
        lanes: The items and their texts.
    """

    facts: dict[str, Any]
    columns: dict[str, Column]
    body: bytes
    lanes: Lanes

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as JSON's own types; the body as text, bytes that are no UTF-8 replaced."""
        columns = {name: column.tolist() for name, column in self.columns.items()}
        return {**self.facts, "columns": columns, "body": self.body.decode(errors="replace")}


def inspect_capture(
    capture: Capture,
    *,
    name: str,
    fault: str | None = None,
    spec: Spec = "2026-04-24",
    profile: Profile = "open-responses",
) -> Inspected:
    """Gather what can be seen of a recording. Never raises on what a server sent.

    Args:
        capture: The recording.
        name: What to call it.
        fault: What was wrong with its file; None for nothing.
        spec: The version of the contract for its conformance.
        profile: What is allowed beyond it.

    Returns:
        Facts, columns and the bytes.
    """
    timeline = capture.timeline()
    events, lanes = EventColumns(), Lanes()
    for number, (event, offset, length) in enumerate(told_events(capture)):
        events.add(event, offset, length)
        lanes.see(number, event)
    events.take_times(timeline)
    gaps = Gaps.of(events)
    is_timed = any(chunk.t_ns for chunk in capture.chunks)
    report = _judge(capture, spec, profile)
    steps = _steps(lanes)
    facts = {
        "name": name,
        "file_fault": fault,
        "stream_fault": str(timeline.fault) if timeline.fault else None,
        "is_timed": is_timed,
        **_origin(capture, timeline),
        "kinds": events.kinds,
        "lanes": lanes.facts(),
        "states": lanes.states,
        "texts": steps.texts,
        "gaps": gaps.facts() if is_timed else None,
        "markers": _markers(timeline, capture) if is_timed else {},
        "metrics": _metrics(timeline) if is_timed else {},
        "usage": None if timeline.usage_json is None else read_json(timeline.usage_json),
        "counted": _counted(events, timeline),
        "conformance": _conformance(report, capture, events),
    }
    columns: dict[str, Column] = {
        "time_ms": events.time_ms,
        "sequence": events.sequence,
        "gap_ms": gaps.gap_ms,
        "chunk_ms": array("d", (chunk.t_ns / 1e6 for chunk in capture.chunks)),
        "gap_event": gaps.events,
        "chunk_bytes": array("I", (len(chunk.data) for chunk in capture.chunks)),
        "offset": events.offset,
        "length": events.length,
        "chunk": events.chunk,
        "characters": events.characters,
        "lane": lanes.of_event,
        "step_event": steps.events,
        "step_end": steps.ends,
        "kind": events.kind,
    }
    return Inspected(facts, columns, capture.body, lanes)


def _origin(capture: Capture, timeline: Timeline) -> dict[str, Any]:
    return {
        "outcome": None if timeline.outcome is None else str(timeline.outcome),
        "response_id": timeline.response_id,
        "model": timeline.model,
        "status": capture.status,
        "headers": capture.headers,
        "note": capture.note,
        "messages": capture.messages,
        "events": timeline.events_seen,
        "chunks": len(capture.chunks),
        "bytes": len(capture.body),
        "end_ms": capture.end_ns / 1e6,
    }


@dataclass(slots=True)
class _Steps:
    texts: list[dict[str, Any]]
    events: array[int]
    ends: array[int]


def _steps(lanes: Lanes) -> _Steps:
    """Lay the steps of all texts one behind the other; each telling says which are its own."""
    steps = _Steps([], array("I"), array("I"))
    for text in lanes.texts:
        tellings: list[dict[str, Any]] = []
        for telling in text.tellings:
            first = len(steps.events)
            steps.events.extend(telling.events)
            steps.ends.extend(telling.ends)
            tellings.append({"text": telling.text, "first": first, "last": len(steps.events)})
        told = {"lane": text.lane, "channel": text.channel, "part": text.part, "tellings": tellings}
        steps.texts.append(told)
    return steps


def _markers(timeline: Timeline, capture: Capture) -> dict[str, float | None]:
    """The moments that a lane's axis shows, in milliseconds."""
    moments = Moments.of(timeline, 0, _CONTENT)
    told = {
        "first_byte": capture.chunks[0].t_ns,
        "ttft": moments.first_ns,
        "ttfo": moments.first_output_ns,
        "terminal": moments.end_ns if moments.events else None,
        "end": capture.end_ns,
    }
    return {name: None if at is None else at / 1e6 for name, at in told.items()}


def _metrics(timeline: Timeline) -> dict[str, Any]:
    """By each tool's own names; lists of gaps as their spread."""
    found: dict[str, Any] = {}
    for defs in get_args(Defs):
        told = timeline.metrics(defs, start_ns=0)
        values = {
            name: spread(cast("list[float]", value)) if isinstance(value, list) else value
            for name, value in told.values.items()
        }
        found[defs] = {**values, "tokens_from": told.tokens_from}
    return found


def _counted(events: EventColumns, timeline: Timeline) -> dict[str, int]:
    with_content = {chunk for chunk, size in zip(events.chunk, events.characters, strict=True) if size}
    return {
        "deltas": sum(1 for size in events.characters if size),
        "chunks_with_deltas": len(with_content),
        "characters": sum(events.characters),
        "bytes": sum(timeline.delta_bytes),
    }


def _judge(capture: Capture, spec: Spec, profile: Profile) -> ConformanceReport:
    if not capture.messages:
        return check(capture.body, spec=spec, profile=profile)
    # The rules are of event streams: a message is judged as the event that it would be there.
    stream = [framed(chunk.data) for chunk in capture.chunks]
    return check(b"".join([*stream, b"data: [DONE]\n\n"]), spec=spec, profile=profile)


def _conformance(report: ConformanceReport, capture: Capture, events: EventColumns) -> dict[str, Any]:
    """The report, each finding with the event that it is linked to."""
    told = report.to_dict()
    for finding in told["findings"]:
        event: int | None = finding["event_index"]
        if event is not None and not capture.messages:  # the bytes are surer than two ways to count
            event = bisect_right(events.offset, finding["offset"]) - 1
        finding["event"] = event if event is not None and 0 <= event < len(events.kind) else None
    return told
