"""Every recorded call of real servers: its value at the end is what its last telling says."""

import json
from pathlib import Path

import pytest

import or_stream as ors

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
RECORDINGS = sorted(path for family in ("responses", "vllm") for path in (CORPUS / family).rglob("*.sse"))
CHUNK = 97
KEYS = {"function_call": "arguments", "mcp_call": "arguments", "custom_tool_call": "input"}
FREE_TEXT = object()


@pytest.mark.skipif(not RECORDINGS, reason="the recorded streams are not here (../shared/corpus)")
def test_recorded_calls_end_in_their_arguments():
    checked = 0
    for path in RECORDINGS:
        assembler, views = ors.Assembler(), {}
        body = path.read_bytes()
        for at in range(0, len(body), CHUNK):
            # A few recordings hold several responses in a row; an assembler reads one.
            if assembler.outcome is not None:
                break
            for event in assembler.decode(body[at : at + CHUNK]):
                item = event.data.get("item") if isinstance(event, ors.OutputItemAdded) else None
                if item and item.get("id") and item["type"] in KEYS:
                    views[item["id"]] = assembler.arguments(item["id"])
            for view in views.values():
                _ = view.value
        assembler.finish()
        checked += sum(check(path.name, view, assembler) for view in views.values())
    assert checked >= 50


def check(name, view, assembler):
    """The view's value is its text's, and the response as of now says the same of one of its calls."""
    items = json.loads(assembler.snapshot_json())["output"]
    told = [item[KEYS[item["type"]]] for item in items if item["type"] in KEYS]
    value = loaded(view.text)
    # vLLM's terminal response has other ids and other white space than what it streamed.
    assert value in [loaded(text) for text in told], name
    if value is FREE_TEXT:
        assert view.text in told, name
        assert (view.is_complete, view.is_valid) == (False, False), name
    else:
        assert (view.value, view.is_complete, view.is_valid) == (value, True, True), name
    return 1


def loaded(text):
    try:
        return json.loads(text)
    except ValueError:
        return FREE_TEXT
