"""`Timeline`: every event has the time of its chunk, whatever the cuts."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import or_stream as ors
from tests.streams import wire, workloads
from tests.streams.answers import AGENT, EVERYTHING, HELLO
from tests.streams.profiles import SERVERS, Profile
from tests.streams.script import events


def timed(chunks: list[bytes]) -> ors.Timeline:
    timeline = ors.Timeline()
    for at, chunk in enumerate(chunks):
        timeline.feed(chunk, 1000 + at)
    timeline.finish()
    return timeline


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_columns_are_what_the_events_say(server: Profile) -> None:
    body = server.body(EVERYTHING)
    decoder = ors.Decoder()
    told = [(at, event) for at, chunk in enumerate(wire.chunks(body, 77)) for event in decoder.feed(chunk)]
    last = len(wire.chunks(body, 77)) - 1
    told += [(last, event) for event in decoder.finish()]
    timeline = timed(wire.chunks(body, 77))
    assert list(timeline.chunks) == [at for at, _ in told]
    assert list(timeline.times) == [1000 + at for at, _ in told]
    deltas = [getattr(event, "delta", None) if event.type.endswith(".delta") else None for _, event in told]
    texts = [delta if isinstance(delta, str) else "" for delta in deltas]
    assert list(timeline.delta_characters) == [len(text) for text in texts]
    assert list(timeline.delta_bytes) == [len(text.encode()) for text in texts]
    assert list(timeline.output_indexes) == [
        index if (index := event.data.get("output_index")) is not None else -1 for _, event in told
    ]
    first_names = {name: event.type for (_, event), name in zip(told, timeline.types, strict=True)}
    assert first_names["response.output_text.delta"] == "response.output_text.delta"
    assert timeline.outcome is ors.Outcome.COMPLETED


@given(st.text(max_size=40))
def test_characters_are_code_points(text: str) -> None:
    data = wire.dumps({"type": "response.output_text.delta", "delta": text}, wire.Dialect(ascii=True))
    timeline = timed([f"data: {data}\n\n".encode()])
    assert list(timeline.delta_characters) == [len(text)]
    assert list(timeline.delta_bytes) == [len(text.encode())]


def test_chunks_without_events_have_a_time_too() -> None:
    timeline = timed([b": hi\n\n", b"data: {", b'"type":"x"}\n\n'])
    assert list(timeline.chunk_times) == [1000, 1001, 1002]
    assert list(timeline.chunk_sizes) == [6, 7, 13]
    assert list(timeline.chunks) == [2]


def test_without_a_time_it_is_monotonic_ns() -> None:
    timeline = ors.Timeline()
    before = time.monotonic_ns()
    timeline.feed(wire.body(events(HELLO)))
    assert before <= timeline.times[0] <= time.monotonic_ns()
    assert len(set(timeline.times)) == 1


@pytest.mark.parametrize("events_a_chunk", [1, 16])
def test_thirty_two_bytes_an_event_at_most(events_a_chunk: int) -> None:
    pieces = [piece + b"\n\n" for piece in workloads.text_stream(20_000).split(b"\n\n") if piece]
    chunks = [b"".join(pieces[at : at + events_a_chunk]) for at in range(0, len(pieces), events_a_chunk)]
    timeline = timed(chunks)
    assert timeline.events_seen >= 20_000
    assert timeline.column_bytes <= 32 * timeline.events_seen
    assert (
        timeline.times.nbytes
        + timeline.chunks.nbytes
        + timeline.kinds.nbytes
        + timeline.output_indexes.nbytes
        + (timeline.delta_bytes.nbytes + timeline.delta_characters.nbytes)
        == 25 * timeline.events_seen
    )


def test_it_says_what_it_is() -> None:
    assert repr(ors.Timeline()) == "Timeline(events=0, chunks=0, outcome=None)"
    assert repr(timed([b": hi\n\n", wire.body(events(HELLO))])).startswith("Timeline(events=")


def test_facts_are_there_too() -> None:
    timeline = timed([wire.body(events(AGENT))])
    assert timeline.usage is not None
    assert timeline.model is not None
    assert timeline.fault is None
    assert timeline.response_id is not None


@given(st.binary(max_size=200))
def test_never_raises_on_what_a_server_sends(body: bytes) -> None:
    timeline = timed([body])
    assert len(timeline.times) == timeline.events_seen


def test_reset_forgets_everything() -> None:
    timeline = timed([wire.body(events(HELLO))])
    timeline.reset()
    assert (len(timeline.times), timeline.usage, timeline.bytes_seen) == (0, None, 0)
