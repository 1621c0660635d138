"""Recorded streams: every event written again is the same, and every final response told again folds back equal."""

import json
from pathlib import Path

import pytest

from or_stream._core import Assembler, Decoder
from or_stream.encoding import encode, synthesize_events

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
STREAMS = sorted(path for family in ("responses", "vllm") for path in (CORPUS / family).glob("*.sse"))

pytestmark = pytest.mark.skipif(not STREAMS, reason="the folder ../shared/corpus is not here")


def final_responses() -> dict[str, bytes]:
    """Each recorded terminal response as the server sent it; a file may hold several."""
    found = {}
    for path in STREAMS:
        for event in Decoder().feed(path.read_bytes()):
            if event.type in {"response.completed", "response.incomplete", "response.failed"}:
                # The very bytes, and not what a JSON parser would make of them.
                assembler = Assembler(output_source="terminal")
                assembler.feed_message(event.raw)
                found[f"{path.stem}#{event.index}"] = assembler.snapshot_json()
    return found


def fold(body: bytes) -> tuple[dict, list]:
    assembler = Assembler()
    assembler.feed(body)
    assembler.finish()
    return json.loads(assembler.snapshot_json()), assembler.diagnostics


def test_events_written_again_are_the_same():
    for path in STREAMS:
        events = Decoder().feed(path.read_bytes())
        again = Decoder().feed(b"".join(map(encode, events)))
        assert [(event.type, event.raw) for event in again] == [(event.type, event.raw) for event in events], path.name


@pytest.mark.parametrize("chunk", ["words", "characters", 3])
def test_final_responses_fold_back_equal(chunk):
    responses = final_responses()
    assert len(responses) > 250
    for name, text in responses.items():
        response = json.loads(text)
        frames = synthesize_events(text, chunk=chunk, done=False)

        whole, diagnostics = fold(b"".join(frames))
        assert whole == response, name
        assert diagnostics == [], name

        cut, diagnostics = fold(b"".join(frames[:-1]))
        assert cut.get("output") == (response.get("output") or []), name
        assert diagnostics == [], name
