"""Every recorded stream: events as sent, core as the twin, and the fold before the terminal as the server's own items.

The recordings are not part of this project; where they are absent these tests are skipped.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from or_stream import Assembler, Decoder
from tests.twin import Reading
from tests.twin import read as twin_read

from .core import fold, read
from .corpus_differences import ITEMS, TERMINAL, Difference
from .cuts import bytewise, shreds

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
NAMES = [
    str(path.relative_to(CORPUS))
    for folder in ("responses", "vllm/responses")
    for path in sorted((CORPUS / folder).glob("*.sse"))
]
ENDS = ("response.completed", "response.failed", "response.incomplete")
SMALL = 20_000

pytestmark = pytest.mark.skipif(not NAMES, reason="the recorded streams of ../shared/corpus are not here")
each_stream = pytest.mark.parametrize("name", NAMES or ["none"])


@cache
def body_of(name: str) -> bytes:
    return (CORPUS / name).read_bytes()


@cache
def twin_of(name: str) -> Reading:
    return twin_read(body_of(name))


def lines_of(body: bytes) -> list[Any]:
    """What each data line says; no recording has events of several lines."""
    lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    data = [line.removeprefix(b"data:").strip() for line in lines if line.startswith(b"data:")]
    return [json.loads(text) for text in data if text != b"[DONE]"]


@each_stream
def test_events_are_the_data_lines(name: str) -> None:
    decoder = Decoder()
    events = [*decoder.feed(body_of(name)), *decoder.finish()]
    assert [event.data for event in events] == lines_of(body_of(name))


@each_stream
def test_core_is_as_the_twin(name: str) -> None:
    due, result = twin_of(name), read([body_of(name)])
    assert result.response == due.fold.snapshot()
    assert result.outcome == due.fold.outcome
    assert result.rules == due.findings


@each_stream
def test_chunking_does_not_matter(name: str) -> None:
    body = body_of(name)
    whole = folded([body])
    for seed in range(2):
        assert folded(shreds(body, seed)) == whole
    if len(body) < SMALL:
        assert folded(bytewise(body)) == whole


def folded(pieces: list[bytes]) -> tuple[bytes, str, list[tuple[str, int, int]]]:
    """The response of a body in pieces, without an object for any event."""
    assembler = Assembler()
    for piece in pieces:
        assembler.feed(piece)
    outcome = str(assembler.finish())
    findings = [(note.rule, note.event_index, note.offset) for note in assembler.diagnostics]
    return assembler.snapshot_json(), outcome, findings


def before_the_end(name: str) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """The events up to the first terminal one, and that one's response."""
    told: list[dict[str, Any]] = []
    for line in lines_of(body_of(name)):
        if line.get("type") in ENDS:
            return told, line["response"]
        if "type" not in line:
            return told, line
        told.append(line)
    return told, None


@each_stream
def test_fold_is_the_servers_own_items(name: str) -> None:
    told, terminal = before_the_end(name)
    output = fold(json.dumps(event).encode() for event in told).response["output"]
    if terminal is not None:
        check(output, terminal.get("output") or [], TERMINAL.get(name))
    check(output, done_items(told), ITEMS.get(name))


def done_items(told: list[dict[str, Any]]) -> list[Any]:
    """The items of `output_item.done` in the order of the output."""
    dones = [event for event in told if event["type"] == "response.output_item.done"]
    placed = [(event.get("output_index", 0), number, event["item"]) for number, event in enumerate(dones)]
    return [item for _, _, item in sorted(placed, key=lambda entry: entry[:2])]


def check(folded: Any, server: Any, named: Difference | None) -> None:
    """The two tellings differ in the fields that are named, and in no other."""
    assert set(differences(folded, server)) == (named.paths if named else set())


def differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Paths, without list positions, at which two values differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from differences(one.get(key, ...), other.get(key, ...), f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            yield f"{path}#len"
        for ours, theirs in zip(one, other, strict=False):
            yield from differences(ours, theirs, path)
    elif one != other:
        yield path


def test_every_named_difference_is_of_a_stream() -> None:
    assert {*TERMINAL, *ITEMS} <= set(NAMES)
