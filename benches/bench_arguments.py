"""Partial tool arguments: the value so far after every delta, ours beside jiter and pydantic (G10).

    python -m pytest benches/bench_arguments.py

Peers parse the text anew after every delta, as their users do. Each round reads the whole call; `us_per_delta` is the
figure to compare, and it is flat where a delta costs the same at the end of a long call as at its beginning.
"""

import json

import jiter
import pydantic_core
import pytest

import or_stream as ors

DELTA_CHARS = 5
LENGTHS = (200, 1_000, 4_000)


def file_content(chars):
    """A file to write: one long string, which is what long calls are made of."""
    return json.dumps({"path": "/tmp/module.py", "content": "def name(self):\n\treturn 'é'\n" * (chars // 32)})


def records(chars):
    """A list of small objects."""
    return json.dumps({"records": [{"name": f"name {n}", "count": n, "done": True} for n in range(chars // 52)]})


def words(chars):
    """A list of short strings."""
    return json.dumps({"path": "src/main.py", "lines": ["word"] * (chars // 8)})


SHAPES = {shape.__name__: shape for shape in (file_content, records, words)}


def follow(deltas):
    """Ours, one read of the top level per delta."""
    arguments = ors.PartialArguments()
    for delta in deltas:
        arguments.push(delta)
        value = arguments.value
    return value


def follow_and_keep(deltas):
    """Ours, for a user who keeps each text until the next one is there: a copy per delta."""
    arguments, kept = ors.PartialArguments(), None
    for delta in deltas:
        arguments.push(delta)
        value = arguments.value
        if value:
            kept = value.get("content")
    assert kept is None or kept == value["content"]
    return value


def follow_stream(events):
    """Ours over an assembler: framing, decoding and folding of each event included."""
    assembler = ors.Assembler()
    assembler.feed(events[0])
    arguments = assembler.arguments("call_1")
    for event in events[1:]:
        assembler.feed(event)
        value = arguments.value
    return value


def follow_jiter(deltas):
    """jiter over all that was received."""
    received = b""
    for delta in deltas:
        received += delta.encode()
        value = jiter.from_json(received, partial_mode="trailing-strings")
    return value


def follow_pydantic(deltas):
    """pydantic over all that was received."""
    received = ""
    for delta in deltas:
        received += delta
        value = pydantic_core.from_json(received, allow_partial="trailing-strings")
    return value


def sse(event):
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def stream_of(deltas):
    item = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": ""}
    head = sse({"type": "response.output_item.added", "sequence_number": 0, "output_index": 0, "item": item})
    name = "response.function_call_arguments.delta"
    place = {"item_id": "fc_1", "output_index": 0}
    events = enumerate(deltas, start=1)
    return [head, *(sse({"type": name, "sequence_number": at, **place, "delta": delta}) for at, delta in events)]


FOLLOWERS = {
    "or_stream": follow,
    "or_stream, texts kept": follow_and_keep,
    "or_stream, from SSE": follow_stream,
    "jiter": follow_jiter,
    "pydantic_core": follow_pydantic,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("follower", FOLLOWERS)
def test_value_after_every_delta(benchmark, shape, length, follower):
    text = SHAPES[shape](length * DELTA_CHARS)
    step = -(-len(text) // length)
    deltas = [text[at : at + step] for at in range(0, len(text), step)]
    given = stream_of(deltas) if follower == "or_stream, from SSE" else deltas
    benchmark.group = f"{shape}, {length} deltas"
    value = benchmark.pedantic(FOLLOWERS[follower], args=(given,), rounds=5, warmup_rounds=1)
    benchmark.extra_info["us_per_delta"] = round(benchmark.stats.stats.min / len(deltas) * 1e6, 3)
    assert value == json.loads(text)
