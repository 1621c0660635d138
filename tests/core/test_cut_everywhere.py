"""A stream of 100 KB cut at every one of its bytes: right events, right snapshot, right outcome at each."""

from __future__ import annotations

import json
from itertools import accumulate

import or_stream as ors
from tests.core.wire import answer, frame

WORDS = [f" wörd{number}\n" for number in range(430)]


def test_every_cut_gives_the_events_the_snapshot_and_the_outcome_of_what_was_whole():
    events = answer(WORDS)
    frames = [frame(event) for event in events]
    body = b"".join(frames)
    assert 95_000 < len(body) < 130_000
    # An event is there once its JSON is: the end of the body closes it (rule S10).
    ends = [end - 2 for end in accumulate(map(len, frames))]
    snapshots = snapshots_after_each(frames)
    bytewise = ors.Decoder()
    seen = 0
    for cut in range(len(body) + 1):
        if cut:
            for event in bytewise.feed(body[cut - 1 : cut]):
                assert event.data == events[seen]
                seen += 1
        whole = sum_of_whole(ends, cut, seen)
        assembler = ors.Assembler()
        assembler.feed(body[:cut])
        outcome = assembler.finish()
        assert assembler.events_seen == whole
        assert outcome == ("completed" if whole == len(events) else "truncated")
        assert assembler.snapshot_json() == snapshots[whole], cut
    assert seen == len(events)


def sum_of_whole(ends: list[int], cut: int, start: int) -> int:
    """How many events are whole at `cut`; at least `start` are."""
    while start < len(ends) and ends[start] <= cut:
        start += 1
    return start


def snapshots_after_each(frames: list[bytes]) -> list[bytes]:
    """The fold after 0, 1, 2, … whole events, each checked against what the events say."""
    assembler = ors.Assembler()
    snapshots = [assembler.snapshot_json()]
    for event in frames:
        assembler.feed(event)
        snapshots.append(assembler.snapshot_json())
    texts = [json.loads(snapshot)["output"] for snapshot in snapshots]
    assert texts[4] == [] or texts[4][0]["content"][0]["text"] == ""
    for number in range(1, len(WORDS) + 1):
        assert texts[4 + number][0]["content"][0]["text"] == "".join(WORDS[:number])
    return snapshots
