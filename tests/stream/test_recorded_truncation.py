"""Recorded streams without their terminal event: the truncation carries what the fold had."""

from __future__ import annotations

from pathlib import Path

import pytest

import or_stream as ors

RECORDED = Path(__file__).parents[3] / "shared" / "corpus" / "responses"


def cut_before_the_end(body: bytes) -> bytes:
    """The body up to its first terminal event."""
    decoder = ors.Decoder()
    events = decoder.feed(body) + decoder.finish()
    ending = next(event for event in events if isinstance(event, ors.Completed | ors.Incomplete | ors.Failed))
    end = body.index(ending.raw)
    return body[: body.rindex(b"\n\n", 0, end) + 2]


def test_every_recording_cut_before_its_end_is_truncated_with_its_partial_response() -> None:
    if not RECORDED.is_dir():
        pytest.skip("../shared/corpus is absent: no recorded streams to cut")
    cut = 0
    for path in sorted(RECORDED.iterdir()):
        try:
            body = cut_before_the_end(path.read_bytes())
        except (StopIteration, ValueError):
            continue  # no terminal event, or nothing before it
        assembler = ors.Assembler()
        assembler.feed(body)
        if assembler.finish() != "truncated":
            continue  # an error event came before the terminal one
        cut += 1
        with pytest.raises(ors.StreamTruncated) as caught, ors.EventStream(body) as stream:
            stream.get_final_response()
        assert caught.value.partial_json == assembler.snapshot_json(), path.name
        assert caught.value.events_seen == assembler.events_seen
    assert cut > 200
