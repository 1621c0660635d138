"""The compiled core, driven the way the conformance tests need it, its results in the twin's terms."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from or_stream import OrStreamError
from or_stream._core import Assembler
from tests.twin.text import whole_halves


@dataclass
class Result:
    """What came of one body."""

    events: list[tuple[str, Any]] = field(default_factory=list)
    response: dict[str, Any] = field(default_factory=dict)
    outcome: str = ""
    findings: list[tuple[str, int, int]] = field(default_factory=list)
    error: Any = None
    raised: tuple[Any, ...] | None = None

    @property
    def rules(self) -> set[str]:
        return {rule for rule, _, _ in self.findings}


def read(pieces: Iterable[bytes], *, strict: bool = False, output_source: Any = "auto") -> Result:
    """Feed a body in pieces through the fold, events kept."""
    assembler = Assembler(strict=strict, output_source=output_source)
    result = Result()
    try:
        for piece in pieces:
            result.events += told(assembler.decode(piece))
        result.events += told(assembler.decode_end())
        result.outcome = str(assembler.finish())
    except OrStreamError as error:
        place = (getattr(error, "rule", None), getattr(error, "event_index", None), getattr(error, "offset", None))
        result.raised = (type(error).__name__, *place, partial_of(error))
    return closed(assembler, result)


def fold(messages: Iterable[bytes]) -> Result:
    """Feed messages, one event each, and do not end the stream."""
    assembler = Assembler()
    for message in messages:
        assembler.feed_message(message)
    return closed(assembler, Result())


def closed(assembler: Assembler, result: Result) -> Result:
    """Read off what the assembler knows."""
    result.response = whole_halves(json.loads(assembler.snapshot_json()))
    result.error = json.loads(assembler.error_json or "null")
    result.findings = [(note.rule, note.event_index, note.offset) for note in assembler.diagnostics]
    return result


def told(events: Iterable[Any]) -> list[tuple[str, Any]]:
    return [(event.type, event.data) for event in events]


def partial_of(error: OrStreamError) -> Any:
    """The response that an error carries."""
    return None if error.partial_json is None else whole_halves(json.loads(error.partial_json))
