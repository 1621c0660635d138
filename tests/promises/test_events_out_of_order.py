"""F12 to F14 and F17 of the promises, for any values: numbers, indices and texts that contradict each other."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import or_stream as ors
from tests.conformance import rows
from tests.conformance.core import read

INDICES = st.integers(-(2**70), 2**70) | st.sampled_from([0, 1, 2**31, 2**32, 2**53 - 1, 2**53])
TEXTS = st.text(st.sampled_from("ab é日🙂"), max_size=8)
DELTAS = ["response.output_text.delta", "response.refusal.delta", "response.function_call_arguments.delta"]


@given(st.permutations(range(6)) | st.lists(st.integers(0, 6), max_size=8))
@example([0, 1, 2, 3])
@example([0, 1, 1, 2])
@example([4, 6, 5])
def test_numbers_dropped_doubled_and_swapped(numbers: list[int]) -> None:
    """F12: noted where it happens; every event is handed out all the same; strict ends there, behind those before."""
    body = rows.sse(*(rows.event("acme:note", sequence_number=number, at=at) for at, number in enumerate(numbers)))
    breaks = [at for at, (last, this) in enumerate(pairwise(numbers), 1) if this != last + 1]
    lenient, strict = read([body]), read([body], strict=True)
    assert [data["at"] for _, data in lenient.events] == list(range(len(numbers)))
    found = [event for rule, event, _ in lenient.findings if rule == "E5"]
    assert found[:1] == breaks[:1]
    if breaks:
        assert strict.raised is not None
        assert strict.raised[:3:2] == ("SequenceError", breaks[0])
        assert len(strict.events) == breaks[0]
    else:
        assert strict.raised is None


@given(st.sampled_from(DELTAS), INDICES, INDICES, TEXTS)
def test_a_delta_for_an_item_never_added(kind: str, output_index: int, content_index: int, text: str) -> None:
    """F13, F14: kept in an item made up for it, whatever its indices; memory stays in proportion to the event."""
    event = rows.event(kind, item_id="x", output_index=output_index, content_index=content_index, delta=text)
    body = rows.sse(rows.created(), event)
    idle, assembler = ors.Assembler(), ors.Assembler()
    assembler.feed(body)
    assert assembler.state_bytes - idle.state_bytes <= 4 * len(body) + 8192
    result = read([body])
    assert result.raised is None
    assert text in str(result.response["output"])
    assert result.rules & {"R1", "E19"}
    raised = read([body], strict=True).raised
    assert raised is not None
    assert raised[0] in {"ProtocolError", "UnknownTargetError"}


@pytest.mark.parametrize("index", [-1, 2**53, 10**40, 1.0, "3", True])
def test_an_index_that_is_none_is_a_fault_of_the_protocol(index: object) -> None:
    """F14: never cast; the event is put where its other names say."""
    body = rows.sse(*rows.OPENING, rows.delta("Hello", output_index=index))
    assert "E19" in read([body]).rules
    assert read([body]).response["output"] == [rows.open_with("Hello")]
    raised = read([body], strict=True).raised
    assert raised is not None
    assert raised[0] == "ProtocolError"


@given(st.lists(TEXTS.filter(bool), min_size=1, max_size=3), TEXTS)
@example(["ab"], "ab")
@example(["ab"], "abc")
@example(["ab"], "a")
@example(["ab"], "")
def test_the_closing_text_against_the_deltas(deltas: list[str], closing: str) -> None:
    """F17, R4: a longer or other closing text counts, a shorter one does not; only one that goes on is no finding."""
    streamed = "".join(deltas)
    body = rows.sse(*rows.OPENING, *map(rows.delta, deltas), rows.text_done(closing))
    lenient, strict = read([body]), read([body], strict=True)
    continued, kept_back = closing.startswith(streamed), streamed.startswith(closing)
    assert lenient.response["output"] == [rows.open_with(streamed if kept_back else closing)]
    assert ("R4" in lenient.rules) is not continued
    assert (strict.raised and strict.raised[0]) == (None if continued else "MismatchError")
    assert strict.events == lenient.events
