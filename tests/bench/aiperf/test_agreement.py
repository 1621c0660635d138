import json
import subprocess
from pathlib import Path

import pytest

import or_stream as ors
from tests.bench.timelines import MS, START, calling, chat, demo, thinking

PYTHON = Path(__file__).parents[3] / ".venv-aiperf" / "bin" / "python"
THEIRS = Path(__file__).with_name("theirs.py")
IN_MILLISECONDS = {
    "time_to_first_token",
    "time_to_second_token",
    "time_to_first_output_token",
    "request_latency",
    "decode_duration",
    "inter_token_latency",
    "inter_chunk_latency",
}

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="aiperf is not there: make test-aiperf installs it")


def theirs(timed):
    """The figures of aiperf's code, in the units that aiperf shows."""
    used = json.loads(timed[-1][1])["response"]["usage"]
    told = {
        "start": START,
        "events": timed,
        "end": timed[-1][0] + MS,
        "input": used["input_tokens"],
        "output": used["output_tokens"],
    }
    run = subprocess.run([PYTHON, THEIRS], input=json.dumps(told), capture_output=True, text=True, check=True)
    return {name: in_its_unit(name, value) for name, value in json.loads(run.stdout).items()}


def in_its_unit(name, value):
    if name not in IN_MILLISECONDS:
        return value
    return [each / MS for each in value] if isinstance(value, list) else value / MS


def ours(timed):
    timeline = ors.Timeline()
    for at, data in timed:
        timeline.feed(f"data: {data}\n\n".encode(), at)
    timeline.finish()
    return timeline.metrics("aiperf", start_ns=START)


def at_times(events, gaps):
    """Events as JSON, each with its time; the gaps between them, in milliseconds, are used in turns."""
    at, timed = START, []
    for number, event in enumerate(events):
        at += int(gaps[number % len(gaps)] * MS)
        timed.append((at, json.dumps(event)))
    return timed


@pytest.mark.parametrize("gaps", [(10,), (1, 30, 0.25), (100, 0, 0, 0, 3)], ids=str)
@pytest.mark.parametrize("events", [chat, thinking, calling, demo])
def test_the_same_figures(events, gaps):
    timed = at_times([event for event in events() if event["type"] != "response.output_text.done"], gaps)
    found, expected = ours(timed), theirs(timed)
    assert len(expected) == 12
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-9), name


def test_the_one_known_difference_is_the_end_of_a_text():
    """aiperf takes the `done` of a text that had deltas for one more content, without tokens; here it is none (R9)."""
    done = {"type": "response.output_text.done", "item_id": "i", "output_index": 0, "content_index": 0, "text": "xxxxx"}
    *before, last = chat()
    timed = at_times([*before, done, last], (10,))
    found, expected = ours(timed), theirs(timed)
    assert found["inter_chunk_latency"] == [10, 10, 10, 10]
    assert expected["inter_chunk_latency"] == [10, 10, 10, 10, 10]
    assert expected["request_latency"] == found["request_latency"] + 10
