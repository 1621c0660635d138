"""The tables of docs/explanation.md are those of the code."""

import json

import pytest

import or_stream as ors

from .page import ROOT

PAGE = (ROOT / "docs/explanation.md").read_text()
CORE = (ROOT / "rust/core/src/diagnostics.rs").read_text()


def rows(heading):
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    return {line.split(" | ")[0].strip("| `"): line for line in lines}


def test_every_diagnostic_of_the_core_is_in_the_table_and_no_other():
    ids = {line.partition('= "')[2].partition('"')[0] for line in CORE.splitlines() if line.strip().endswith('",')}
    assert set(rows("Diagnostics")) == ids


def test_the_rules_are_all_there():
    assert list(rows("The rules")) == [f"R{number}" for number in range(1, 12)]


def test_the_outcomes_are_all_there():
    assert list(rows("The end")) == [str(outcome) for outcome in ors.Outcome]


def sse(*events):
    return b"".join(b"data: %b\n\n" % json.dumps(event).encode() for event in events)


DELTA = {"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0, "delta": "a"}
ITEM = {"type": "message", "id": "m", "role": "assistant", "status": "completed"}
PART = {"type": "output_text", "annotations": []}
ADDED = {"type": "response.output_item.added", "output_index": 0, "item": {**ITEM, "content": []}}
PART_ADDED = {**DELTA, "type": "response.content_part.added", "part": {**PART, "text": ""}}
TEXT = {**DELTA, "type": "response.output_text.done"}
CREATED = {"type": "response.created", "response": {"id": "r", "status": "in_progress"}}
END = {"type": "response.completed", "response": {"id": "r", "status": "completed", "output": []}}
STREAMS = {
    "S5": b"data: {\n\n",
    "S9": b'data: {"type":"a"}\ndata: {"type":"b"}\n\n',
    "S10": b'data: {"type":"a"}',
    "E3": sse(CREATED, ADDED, PART_ADDED, {**DELTA, "delta": "a\ud800b"}),
    "E4": b'data: {"type":"\xff"}\n\n',
    "E5": sse({"type": "a", "sequence_number": 1}, {"type": "a", "sequence_number": 3}),
    "E6": sse({"type": DELTA["type"], "delta": "a"}),
    "E18": b'data: {"type":"a","type":"b"}\n\n',
    "E19": sse({**DELTA, "output_index": 1.5}),
    "R1": sse(CREATED, DELTA),
    "R2": sse(CREATED, {**ADDED, "item": None}),
    "R3": sse(CREATED, ADDED, DELTA),
    "R4": sse(CREATED, ADDED, PART_ADDED, DELTA, {**TEXT, "text": "b"}),
    "R11": sse(CREATED, END, {"type": "response.in_progress", "response": {"id": "r"}}),
    "R12": sse(CREATED, {"type": "response.in_progress", "response": {"id": "other"}}),
}


@pytest.mark.parametrize("rule", STREAMS)
def test_strict_raises_what_the_table_says(rule):
    lenient, strict = ors.Assembler(), ors.Assembler(strict=True)
    lenient.feed(STREAMS[rule])
    lenient.finish()
    assert rule in lenient.diagnostic_counts
    with pytest.raises(ors.ProtocolError) as caught:
        strict.feed(STREAMS[rule])
        strict.finish()
        strict.feed(b"")
    assert caught.value.rule == rule
    assert f"`{type(caught.value).__name__}`" in rows("Diagnostics")[rule]
