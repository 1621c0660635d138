"""What a delta event knows of its stream: the text up to it, and the call that it belongs to."""

import copy
import gc
import pickle
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conformance.rows import (
    OPENING,
    added,
    arguments_delta,
    arguments_done,
    call,
    closing,
    completed,
    created,
    delta,
    event,
    item_done,
    part_added,
    sse,
    summary_delta,
    text_done,
    thinking,
    thought,
)
from tests.streams import wire
from tests.streams.answers import EVERYTHING
from tests.streams.profiles import SERVERS, Profile
from tests.streams.wire import Dialect

import or_stream as ors
from or_stream.stream.coalescing import coalesce

WORDS = ["Hel", "lo", " ", "wörld", "🙂"]


def deltas(body: bytes, size: int = 1 << 20) -> list[Any]:
    """The delta events of a body that is read in chunks."""
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    with ors.EventStream(chunks) as stream:
        return [told for told in stream if told.type.endswith(".delta")]


@pytest.mark.parametrize("size", [1, 100, 1 << 20])
def test_a_snapshot_is_the_text_so_far_however_late_it_is_read(size: int) -> None:
    body = sse(*OPENING, *map(delta, WORDS), *closing("".join(WORDS)))
    assert [told.snapshot for told in deltas(body, size)] == list(accumulate(WORDS))


def test_it_is_right_at_once_too() -> None:
    body = sse(*OPENING, *map(delta, WORDS), *closing("".join(WORDS)))
    text = ""
    with ors.EventStream([body[at : at + 1] for at in range(len(body))]) as stream:
        for told in stream:
            if isinstance(told, ors.OutputTextDelta):
                text += told.delta
                assert told.snapshot == text == stream.output_text


def test_every_kind_of_text_has_its_own() -> None:
    body = sse(
        created(),
        added(thinking()),
        summary_delta("s1"),
        thought("t1"),
        added(output_index=1),
        part_added(output_index=1),
        delta("a", output_index=1),
        summary_delta("s2"),
        thought("t2"),
        delta("b", output_index=1),
        added(call(), output_index=2),
        arguments_delta('{"a"', output_index=2),
        arguments_delta(": 1}", output_index=2),
        event("response.shell_call_command.delta", output_index=3, command_index=0, delta="l"),
        event("response.shell_call_command.delta", output_index=3, command_index=0, delta="s"),
    )
    with pytest.raises(ors.StreamTruncated), ors.EventStream([body]) as stream:
        told = [one for one in stream.batches().__next__() if one.type.endswith(".delta")]
        assert [one.snapshot for one in told] == [
            "s1", "t1", "a", "s1s2", "t1t2", "ab", '{"a"', '{"a": 1}', "l", "ls",
        ]  # fmt: skip
        stream.until_done()


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_the_last_snapshots_are_the_texts_on_every_server(server: Profile) -> None:
    """What a client that prints snapshots shows at the end is what the response says."""
    body = server.body(EVERYTHING)
    with ors.EventStream([body]) as stream:
        events = list(stream)
        texts = [one.snapshot for one in events if isinstance(one, ors.OutputTextDelta)]
        assert texts[-1] in stream.output_text
        assert all(one.snapshot.endswith(one.delta) for one in events if isinstance(one, ors.OutputTextDelta))


def test_half_a_character_is_in_no_snapshot() -> None:
    body = sse(*OPENING, delta("a\ud83d"), delta("\ude42b"), *closing("a🙂b"), dialect=Dialect(ascii=True))
    assert [told.snapshot for told in deltas(body)] == ["a", "a🙂b"]


def test_a_text_that_the_server_took_back_is_what_it_said_then() -> None:
    body = sse(*OPENING, delta("Hel"), delta("lo"), text_done("Goodbye"), completed())
    assert [told.snapshot for told in deltas(body)] == ["Goo", "Goodb"]


def test_events_without_a_stream_have_none() -> None:
    [told] = [one for one in ors.Decoder().feed(sse(*OPENING, delta("x"))) if isinstance(one, ors.OutputTextDelta)]
    with pytest.raises(AttributeError, match="no snapshot: only deltas of a stream"):
        print(told.snapshot)
    streamed = deltas(sse(*OPENING, delta("x"), completed()))[0]
    assert streamed.snapshot == "x"
    assert not hasattr(pickle.loads(pickle.dumps(streamed)), "snapshot")
    assert not hasattr(copy.copy(streamed), "snapshot")
    assert not hasattr(ors.Decoder().feed(sse(text_done("x")))[0], "snapshot")


def test_a_reader_that_was_reset_tells_nothing_of_the_stream_before() -> None:
    assembler = ors.Assembler()
    [*_, told] = assembler.decode(sse(*OPENING, delta("old")))
    assembler.reset()
    assembler.decode(sse(*OPENING, delta("another text")))
    assert isinstance(told, ors.OutputTextDelta)
    assert not hasattr(told, "snapshot")


def test_an_event_behind_the_end_has_none() -> None:
    assembler = ors.Assembler()
    [*_, told] = assembler.decode(sse(*OPENING, delta("x"), completed(), delta("y")))
    assert isinstance(told, ors.OutputTextDelta)
    assert not hasattr(told, "snapshot")


def test_kept_events_hold_no_text_of_their_own_and_let_go_of_their_stream() -> None:
    assembler = ors.Assembler()
    events = assembler.decode(sse(*OPENING, *[delta("x" * 100)] * 100))
    before = assembler.state_bytes
    assert len(events[-1].snapshot) == 10_000  # type: ignore[union-attr]
    assert assembler.state_bytes == before
    del assembler
    gc.collect()
    assert events[-1].snapshot.startswith("xxx")  # type: ignore[union-attr]


@given(st.lists(st.text(max_size=5), min_size=1, max_size=8))
def test_any_texts(texts: list[str]) -> None:
    body = sse(*OPENING, *map(delta, texts), *closing("".join(texts)))
    assert [told.snapshot for told in deltas(body)] == list(accumulate(texts))


# Coalesced events


def test_a_coalesced_event_has_that_of_its_last() -> None:
    events = ors.Assembler().decode(sse(*OPENING, *map(delta, WORDS)))
    [merged] = [told for told in coalesce(events) if isinstance(told, ors.OutputTextDelta)]
    assert merged.snapshot == merged.delta == "".join(WORDS)


# Arguments

TOLD = '{"city": "Bergen", "days": [1, 2, 3]}'


@pytest.mark.parametrize("fresh", [False, True], ids=["one id", "an id for each event"])
def test_a_delta_knows_its_call(fresh: bool) -> None:
    """The view of `arguments(call_id)`, also where the item's id is another in every event (R-a)."""
    ids = [{"item_id": f"x{at}"} if fresh else {} for at in range(len(TOLD) + 1)]
    body = sse(
        created(),
        added(call()),
        *(arguments_delta(letter, **ids[at]) for at, letter in enumerate(TOLD)),
        arguments_done(TOLD, **ids[-1]),
        item_done(call(TOLD)),
        completed(call(TOLD)),
    )
    with ors.EventStream([body[at : at + 50] for at in range(0, len(body), 50)]) as stream:
        for told in stream:
            if isinstance(told, ors.FunctionCallArgumentsDelta):
                view = told.arguments
                assert TOLD.startswith(view.text)
                assert view.text.startswith(told.snapshot)
        assert view.value == {"city": "Bergen", "days": [1, 2, 3]}
        assert view.is_complete
        assert view.text == stream.arguments("c").text


def test_an_mcp_call_too_and_nothing_else() -> None:
    place = {"item_id": "x", "output_index": 0}
    body = sse(
        created(),
        added({"type": "mcp_call", "id": "x", "name": "n", "server_label": "s", "arguments": ""}),
        event("response.mcp_call_arguments.delta", **place, delta='{"a'),
        completed(),
    )
    [told] = deltas(body)
    assert told.arguments.text == '{"a'
    assert not hasattr(deltas(sse(*OPENING, delta("x"), completed()))[0], "arguments")
    bare = ors.Decoder().feed(sse(arguments_delta("{")))[0]
    assert isinstance(bare, ors.FunctionCallArgumentsDelta)
    with pytest.raises(AttributeError, match="no arguments: "):
        print(bare.arguments)


def test_the_wire_is_what_it_was() -> None:
    """None of this is in the event's data, its `repr` or its bytes."""
    body = sse(*OPENING, delta("x"), completed())
    [told] = deltas(body)
    assert "snapshot" not in repr(told)
    assert "snapshot" not in told.data
    assert ors.encode(told) in wire.body([told.data], wire.OPENAI)
