"""Coalescing loses nothing: the merged events fold to the same response, and tell the same text in the same order."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import or_stream as ors
from or_stream.stream.coalescing import coalesce
from tests.streams import wire, workloads
from tests.streams.answers import AGENT, EVERYTHING, HELLO
from tests.streams.profiles import SERVERS, Profile
from tests.streams.script import events


def decoded(body: bytes) -> list[ors.events.Event]:
    decoder = ors.Decoder()
    return decoder.feed(body) + decoder.finish()


def folded(told: list[Any]) -> dict[str, Any]:
    assembler = ors.Assembler()
    for event in told:
        assembler.push(event)
    response: dict[str, Any] = json.loads(assembler.snapshot_json())
    return response


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_the_response_is_the_same(server: Profile) -> None:
    told = decoded(server.body(EVERYTHING))
    merged = coalesce(told)
    assert len(merged) <= len(told)
    assert folded(merged) == folded(told)


@given(st.lists(st.integers(1, 12), max_size=12))
def test_in_any_groups(sizes: list[int]) -> None:
    told = decoded(wire.body(events(AGENT)))
    merged, at = [], 0
    for size in [*sizes, len(told)]:
        merged += coalesce(told[at : at + size])
        at += size
    assert folded(merged) == folded(told)


def test_a_run_is_one_event_with_all_its_numbers() -> None:
    told = decoded(wire.body(events(HELLO)))
    deltas = [event for event in told if isinstance(event, ors.OutputTextDelta)]
    [merged] = [event for event in coalesce(told) if isinstance(event, ors.OutputTextDelta)]
    assert merged.delta == "".join(event.delta for event in deltas)
    assert merged.first_sequence_number == deltas[0].sequence_number
    assert merged.sequence_number == deltas[-1].sequence_number
    assert merged.index == deltas[-1].index
    assert merged.item_id == deltas[0].item_id
    assert deltas[0].first_sequence_number == deltas[0].sequence_number


def test_merging_twice_keeps_the_first_number() -> None:
    deltas = [event for event in decoded(wire.body(events(HELLO))) if isinstance(event, ors.OutputTextDelta)]
    once = coalesce(deltas[:3])
    [twice] = coalesce([*once, *deltas[3:]])
    assert twice.first_sequence_number == deltas[0].sequence_number


def test_logprobs_stay() -> None:
    told = decoded(workloads.logprobs(5))
    merged = [event for event in coalesce(told) if isinstance(event, ors.OutputTextDelta)]
    deltas = [event for event in told if isinstance(event, ors.OutputTextDelta)]
    assert [entry for event in merged for entry in event.data["logprobs"]] == [
        entry for event in deltas for entry in event.data["logprobs"]
    ]


def test_what_lies_between_keeps_them_apart() -> None:
    delta = {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "a"}
    other = {**delta, "output_index": 1}
    heartbeat = {"type": "keepalive"}
    told = decoded(wire.body([delta, other, delta, heartbeat, delta, delta]))
    assert [(event.type, getattr(event, "delta", None)) for event in coalesce(told)] == [
        (delta["type"], "a"),
        (delta["type"], "a"),
        (delta["type"], "a"),
        ("keepalive", None),
        (delta["type"], "aa"),
    ]
