"""`Tap`: the facts of a stream, the same as those of a full reader, however the bytes are cut."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import or_stream as ors
from tests.streams import wire, workloads
from tests.streams.answers import AGENT, EVERYTHING, HELLO
from tests.streams.profiles import SERVERS, Profile
from tests.streams.script import Answer, events

each_server = pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
each_answer = pytest.mark.parametrize("answer", [HELLO, AGENT, EVERYTHING], ids=["hello", "agent", "everything"])


def tapped(chunks: list[bytes], level: Any = "usage") -> ors.Tap:
    tap = ors.Tap(level)
    for at, chunk in enumerate(chunks):
        tap.feed(chunk, at * 1000)
    tap.finish()
    return tap


def facts(tap: ors.Tap) -> dict[str, Any]:
    names = (
        "usage_json model response_id outcome terminal last_sequence_number at_boundary output_started "
        "tool_call_started event_counts deltas delta_bytes bytes_seen events_seen error_json diagnostic_counts"
    )
    return {name: getattr(tap, name) for name in names.split()}


@each_server
@each_answer
def test_facts_are_those_of_a_full_reader(server: Profile, answer: Answer) -> None:
    body = server.body(answer)
    assembler = ors.Assembler()
    told = [event for chunk in wire.chunks(body, 61) for event in assembler.decode(chunk)] + assembler.decode_end()
    tap = tapped(wire.chunks(body, 61))
    assert tap.usage == assembler.usage is not None
    assert tap.model == assembler.snapshot().model
    assert tap.response_id == assembler.response_id
    assert tap.outcome is tap.terminal is assembler.outcome is ors.Outcome.COMPLETED
    assert tap.last_sequence_number == assembler.last_sequence_number
    assert sum(tap.event_counts.values()) == tap.events_seen == len(told)
    deltas = [event for event in told if event.type.endswith(".delta")]
    assert tap.deltas == len(deltas)
    assert tap.output_started
    assert tap.tool_call_started is any("_call" in item["type"] for item in answer.response("completed")["output"])
    assert tap.fault is None


@given(st.lists(st.integers(1, 400), max_size=20))
def test_cuts_change_nothing(sizes: list[int]) -> None:
    body = wire.body(events(AGENT))
    cuts = sorted({min(sum(sizes[:count]), len(body)) for count in range(len(sizes) + 1)} | {len(body)})
    pieces = [body[start:end] for start, end in zip([0, *cuts], cuts, strict=False)]
    assert facts(tapped(pieces)) == facts(tapped([body]))


MOMENTS = [
    "first_byte_ns",
    "first_event_ns",
    "first_token_ns",
    "first_output_ns",
    "last_event_ns",
    "bytes",
    "boundary",
    "phase",
]


@pytest.mark.parametrize("level", ["usage", "items"])
@given(st.lists(st.integers(1, 1200), min_size=1, max_size=40), st.sets(st.integers(0, 39)))
def test_chunks_that_are_read_later_tell_the_same(level: Any, sizes: list[int], looks: set[int]) -> None:
    body = wire.body(events(EVERYTHING))
    watched, some, unwatched = taps = [ors.Tap(level) for _ in range(3)]
    at = 0
    for turn, size in enumerate(sizes):
        for tap in taps:
            tap.feed(body[at : at + size], turn * 1000)
        at += size
        now = [getattr(watched, name) for name in MOMENTS], facts(watched)
        if turn in looks:
            assert ([getattr(some, name) for name in MOMENTS], facts(some)) == now
    for name in reversed(MOMENTS):  # whatever is asked for first
        assert getattr(unwatched, name) == getattr(some, name) == getattr(watched, name)
    assert facts(unwatched) == facts(some) == facts(watched)
    assert unwatched.partial_json("incomplete") == watched.partial_json("incomplete")
    assert unwatched.finish() is some.finish() is watched.finish()


def test_chunks_that_wait_are_read_before_a_message_and_before_the_end() -> None:
    body = wire.body(events(HELLO))
    tap = ors.Tap()
    for chunk in wire.chunks(body, 100):
        tap.feed(chunk)
    assert tap.finish() is ors.Outcome.COMPLETED
    tap.reset()
    tap.feed(b'data: {"type":"keepalive"}\n\n')
    tap.feed_message('{"type":"response.created","response":{"id":"r","object":"response","status":"in_progress"}}')
    assert (tap.events_seen, tap.response_id) == (2, "r")


def test_what_waits_is_bounded_and_given_back() -> None:
    tap, idle = ors.Tap(), ors.Tap().state_bytes
    for _ in range(100):
        tap.feed(b": nobody looks at this comment, which is a little longer than others\n\n")
    assert tap.state_bytes <= idle + 4096
    tap.finish()
    assert tap.state_bytes <= idle


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["lf", "crlf", "cr"])
def test_a_boundary_is_where_a_comment_changes_nothing(end: bytes) -> None:
    body = wire.body(events(HELLO)).replace(b"\n", end)
    plain = ors.Decoder()
    whole = [event.raw for event in plain.feed(body) + plain.finish()]
    tap = ors.Tap()
    boundaries = 0
    for at in range(len(body)):
        if tap.at_boundary:
            boundaries += 1
            decoder = ors.Decoder()
            told = [e.raw for part in (body[:at], b": ping\n\n", body[at:]) for e in decoder.feed(part)]
            assert told + [event.raw for event in decoder.finish()] == whole
        tap.feed(body[at : at + 1])
    assert boundaries >= len(whole)


def test_moments_are_the_callers_time() -> None:
    tap = ors.Tap()
    assert tap.first_byte_ns is None
    tap.feed(b": hi\n\n", 5)
    assert (tap.first_byte_ns, tap.first_event_ns) == (5, None)
    for at, (name, delta) in enumerate(
        [("output_text", ""), ("reasoning_summary_text", "Hm"), ("function_call_arguments", "{")], start=6
    ):
        event = {"type": f"response.{name}.delta", "item_id": "a", "output_index": 0, "delta": delta}
        tap.feed(b"data: " + json.dumps(event).encode() + b"\n\n", at)
    assert tap.first_event_ns == 6
    assert tap.first_token_ns == 7
    assert tap.first_output_ns == 8
    assert tap.last_event_ns == 8


def test_without_a_time_it_is_monotonic_ns() -> None:
    import time

    tap = ors.Tap()
    before = time.monotonic_ns()
    tap.feed(b":\n\n")
    assert tap.first_byte_ns is not None
    assert before <= tap.first_byte_ns <= time.monotonic_ns()


def test_partial_response_at_level_items_holds_what_came() -> None:
    body = wire.body(events(HELLO))
    tap = ors.Tap("items")
    tap.feed(body[: body.index(b"response.output_text.done")])
    partial = tap.partial_response()
    assert partial.status == "incomplete"
    assert partial.output_text == "Hello, world. How are you today?"
    assert tap.terminal is None
    assert tap.finish() is ors.Outcome.TRUNCATED
    assert tap.terminal is None


def test_partial_response_at_level_usage_has_the_head() -> None:
    body = wire.body(events(HELLO))
    tap = ors.Tap()
    tap.feed(body[: body.index(b"response.output_text.done")])
    partial = tap.partial_response("failed")
    assert (partial.status, partial.output, partial.model) == ("failed", [], tap.model)
    assert partial.id == tap.response_id


@pytest.mark.parametrize("level", ["usage", "items"])
def test_the_servers_own_end_is_kept(level: Any) -> None:
    tap = tapped([wire.body(events(HELLO))], level)
    assert tap.partial_response("failed").status == "completed"


def test_memory_does_not_grow_with_the_stream() -> None:
    short, long = tapped(wire.chunks(workloads.text_stream(100), 4096)), ors.Tap()
    for chunk in wire.chunks(workloads.text_stream(20_000), 4096):
        long.feed(chunk)
    assert long.state_bytes <= short.state_bytes + 8192


@pytest.mark.parametrize(
    "body",
    [b"<html>502 Bad Gateway</html>" * 9000, b'{"error":{"message":"no"}}', b"\xff\x00" * 999, b"data: {]\n\n"],
    ids=["html", "json", "binary", "malformed"],
)
def test_never_raises_on_what_a_server_sends(body: bytes) -> None:
    tap = tapped(wire.chunks(body, 7))
    assert tap.outcome in {ors.Outcome.TRUNCATED, ors.Outcome.ERROR}
    assert tap.terminal is (ors.Outcome.ERROR if b"error" in body else None)
    assert tap.bytes == len(body)
    assert tap.malformed == (1 if body.startswith(b"data") else 0)


def test_beyond_a_limit_the_rest_passes_unread() -> None:
    tap = ors.Tap(limits=ors.Limits(max_event_bytes=1000))
    tap.feed(b"data: " + b"x" * 2000)
    assert isinstance(tap.fault, ors.LimitExceeded)
    assert not tap.at_boundary
    tap.feed(b"\n\n")
    assert tap.at_boundary
    assert tap.bytes == len(b"data: ") + 2002
    tap.finish()


@given(st.binary(max_size=300), st.integers(1, 20))
def test_any_bytes_at_all(body: bytes, size: int) -> None:
    tapped(wire.chunks(body, size), "items")


def test_error_is_told_in_one_shape() -> None:
    tap = tapped([b'data: {"type":"error","code":"overloaded","message":"try later"}\n\n'])
    assert tap.error is not None
    assert (tap.error["code"], tap.error["message"]) == ("overloaded", "try later")
    assert tap.outcome is tap.terminal is ors.Outcome.ERROR


def test_an_error_is_no_end_while_the_response_may_still_fail() -> None:
    tap = ors.Tap()
    tap.feed(b'data: {"type":"error","code":"overloaded","message":"try later"}\n\n')
    assert tap.terminal is None
    tap.feed(b'data: {"type":"response.failed","response":{"id":"r","status":"failed"}}\n\n')
    assert tap.terminal is ors.Outcome.FAILED


def test_status_is_what_the_server_told_last() -> None:
    tap = ors.Tap()
    seen = [tap.status]
    for block in wire.blocks(events(HELLO)):
        tap.feed(block)
        seen.append(tap.status)
    assert (seen[0], seen[1], seen[-1]) == (None, "in_progress", "completed")
    assert set(seen) == {None, "in_progress", "completed"}


@pytest.mark.parametrize("level", ["terminal", "usage", "timing", "items"])
def test_every_level_knows_all_facts_and_only_items_the_content(level: Any) -> None:
    body = wire.body(events(AGENT))
    tap = tapped([body], level)
    assert facts(tap) == facts(tapped([body]))
    assert bool(tap.partial_response().output) is (level == "items")


def test_a_tap_says_what_it_has_read() -> None:
    tap = ors.Tap()
    assert repr(tap) == "<Tap of no response: nothing yet, 0 events, 0 bytes>"
    body = wire.body(events(HELLO))
    tap.feed(body)
    assert repr(tap) == f"<Tap {tap.response_id}: completed, {tap.events_seen} events, {len(body)} bytes>"


def test_the_time_of_a_chunk_has_a_name() -> None:
    tap = ors.Tap()
    tap.feed(b": hi\n\n", t_ns=5)
    assert tap.first_byte_ns == 5
    message = ors.Tap()
    message.feed_message('{"type":"x:y"}', t_ns=6)
    assert (message.first_event_ns, message.bytes) == (6, 14)
    timeline = ors.Timeline()
    timeline.feed(b'data: {"type":"x:y"}\n\n', t_ns=7)
    assert list(timeline.times) == [7]


def test_caller_errors_are_raised() -> None:
    with pytest.raises(ValueError, match="level must be 'terminal', 'usage', 'timing' or 'items'"):
        ors.Tap("all")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="bytes"):
        ors.Tap().feed("text")  # type: ignore[arg-type]


def test_reset_forgets_everything() -> None:
    tap = tapped([wire.body(events(HELLO))])
    tap.reset()
    assert facts(tap) == facts(ors.Tap())


def test_messages_need_no_framing() -> None:
    tap = ors.Tap()
    for event in events(HELLO):
        tap.feed_message(json.dumps(event))
    assert tap.finish() is ors.Outcome.COMPLETED
    assert tap.first_byte_ns == tap.first_event_ns


CORPUS = Path(__file__).parents[3] / "shared/corpus"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the recorded corpus is not here")
def test_every_recording_has_its_usage() -> None:
    for path in sorted(CORPUS.glob("*/responses/*.sse")) + sorted(CORPUS.glob("responses/*.sse")):
        assembler, tap = ors.Assembler(), ors.Tap()
        for chunk in wire.chunks(path.read_bytes(), 1024):
            assembler.feed(chunk)
            tap.feed(chunk)
        assert (tap.finish(), tap.usage) == (assembler.finish(), assembler.usage), path.name
