"""What is gathered of a recording is what was recorded."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from or_stream._core import Assembler
from or_stream.bench.captures import Capture, CapturedChunk, read_capture
from or_stream.bench.inspect import inspect_capture
from or_stream.bench.inspect.gaps import spread
from or_stream.bench.inspect.texts import texts_of

from .recordings import HOSTILE, MS, recording

CORPUS = Path(__file__).parents[3] / "shared/corpus"
SEVERAL_RESPONSES = {"openai-reasoning-encrypted-content.1", "openai-shell-tool.1"}


def look(capture, name="a"):
    return inspect_capture(capture, name=name)


def final_texts(found):
    last = len(found.columns["kind"]) - 1
    return [text.as_of(last) for text in found.lanes.texts if text.tellings]


def folded(body):
    fold = Assembler()
    fold.feed(body)
    fold.finish()
    return json.loads(fold.snapshot_json())


def test_columns_say_what_came_and_when():
    capture = recording(300)
    found = look(capture)
    columns, facts = found.columns, found.facts
    assert facts["events"] == len(columns["kind"]) == len(columns["lane"])
    assert list(columns["sequence"]) == list(range(facts["events"]))
    assert (facts["outcome"], facts["file_fault"], facts["stream_fault"]) == ("completed", None, None)
    assert columns["time_ms"][0] == 40.0
    assert columns["time_ms"][-1] == capture.chunks[-1].t_ns / MS
    for event in (0, 7, facts["events"] - 1):
        start, size = columns["offset"][event], columns["length"][event]
        block = found.body[start : start + size]
        assert json.loads(block.split(b"data: ")[1].split(b"\n")[0])["sequence_number"] == event
        assert facts["kinds"][columns["kind"][event]].encode() in block


def test_lanes_are_the_items():
    found = look(recording(300))
    lanes = found.facts["lanes"]
    assert [(lane["type"], lane["output_index"]) for lane in lanes] == [
        ("reasoning", 0),
        ("message", 1),
        ("function_call", 2),
    ]
    assert lanes[2]["name"] == "look_up"
    for lane in lanes:
        kinds = [found.facts["kinds"][found.columns["kind"][lane[at]]] for at in ("added", "done")]
        assert kinds == ["response.output_item.added", "response.output_item.done"]


def test_the_stall_and_the_fault_are_found_where_they_were_made():
    found = look(recording(300, stalls=(60,), skips=True))
    [stall] = found.facts["gaps"]["stalls"]
    assert stall["ms"] == pytest.approx(900)
    [finding] = found.facts["conformance"]["findings"]
    assert found.columns["sequence"][finding["event"]] - found.columns["sequence"][finding["event"] - 1] == 2


def test_metrics_and_markers_agree():
    facts = look(recording(300)).facts
    assert set(facts["metrics"]) == {"vllm", "aiperf", "guidellm", "otel"}
    assert facts["metrics"]["vllm"]["ttft"] * 1000 == pytest.approx(facts["markers"]["ttft"])
    assert facts["markers"]["ttft"] < facts["markers"]["ttfo"] < facts["markers"]["terminal"] <= facts["markers"]["end"]
    assert facts["usage"]["output_tokens"] == 300


def test_a_bare_body_has_no_times_and_no_latencies():
    facts = look(Capture.of_body(recording(50).body)).facts
    assert (facts["is_timed"], facts["gaps"], facts["metrics"], facts["markers"]) == (False, None, {}, {})
    assert facts["conformance"]["ok"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_ends(end):
    capture = recording(60)
    found = look(Capture.of_body(capture.body.replace(b"\n", end.encode())))
    assert final_texts(found) == final_texts(look(capture))
    assert sum(found.columns["length"]) <= len(found.body)


def test_messages_of_a_websocket():
    blocks = [block for block in recording(60).body.split(b"\n\n") if block.startswith(b"event")]
    messages = tuple(CapturedChunk(at * MS, block.partition(b"data: ")[2]) for at, block in enumerate(blocks, 1))
    found = look(Capture(messages, len(messages) * MS, messages=True))
    assert final_texts(found) == final_texts(look(recording(60)))
    assert found.facts["conformance"]["ok"]
    assert json.loads(found.body[found.columns["offset"][5] :][: found.columns["length"][5]])["sequence_number"] == 5


@pytest.mark.parametrize(
    "body", [b"", b"<html>" * 50, b"data: nope\n\n", b"data: [DONE]\n\n", b"\xff\xfe" * 9, b'{"error":{}}']
)
def test_what_is_no_stream_is_still_shown(body):
    found = look(Capture((CapturedChunk(MS, body),), 2 * MS))
    assert found.body == body
    json.dumps(found.to_dict())


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_text_so_far_is_what_the_core_folds(data):
    """At any event: the binary search's columns, the slow twin and the core's own fold say the same."""
    capture = recording(40, seed=data.draw(st.integers(0, 9)), hostile=data.draw(st.sampled_from(["", HOSTILE])))
    found = look(capture)
    event = data.draw(st.integers(0, found.facts["events"] - 1))
    upto = found.columns["offset"][event] + found.columns["length"][event]
    fold = Assembler()
    fold.feed(found.body[:upto])
    want = [text for item in json.loads(fold.snapshot_json())["output"] for _, text in texts_of(item)]
    assert [text.as_of(event) for text in found.lanes.texts if text.as_of(event)] == want
    for told in found.facts["texts"]:
        for telling in told["tellings"]:
            ends = found.columns["step_end"][telling["first"] : telling["last"]]
            assert ends[-1] == len(telling["text"].encode("utf-16-le")) // 2


def test_a_done_that_differs_takes_the_place_of_the_deltas():
    body = (
        recording(40).body.replace(b'"text": "', b'"text": "Another: ').replace(b'"text": "Another: "', b'"text": ""')
    )
    found = look(Capture.of_body(body))
    assert any(len(text.tellings) == 2 and text.tellings[1].text.startswith("Another: ") for text in found.lanes.texts)


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no recorded streams at {CORPUS}")
def test_recorded_streams_of_real_servers_end_as_the_core_folds_them():
    paths = [path for path in CORPUS.glob("**/*responses*/*") if path.is_file() and path.suffix == ".sse"]
    assert len(paths) > 200
    for path in paths:
        capture = read_capture(path)
        found = look(capture)
        want = sorted(text for item in folded(capture.body).get("output", []) for _, text in texts_of(item))
        got = sorted(text.tellings[-1].text for text in found.lanes.texts if text.channel not in {"command", "diff"})
        if any(name in path.name for name in SEVERAL_RESPONSES):  # items of the responses before are lanes too
            assert set(want) <= set(got), path.name
        else:
            assert [text for text in got if text] == want, path.name


def test_spread_is_by_nearest_rank():
    assert spread([4, 1, 3, 2]) == {"count": 4, "p50": 2, "p90": 4, "p99": 4, "max": 4}
    assert spread([]) == {"count": 0, "p50": None, "p90": None, "p99": None, "max": None}
