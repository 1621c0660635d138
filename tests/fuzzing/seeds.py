"""Inputs to start from: the tables of the conformance tests, samples of models, captures of both formats."""

import json
from collections.abc import Iterator
from pathlib import Path

from hypothesis import strategies as st

from or_stream.bench.captures import Capture, CapturedChunk, write_capture

from ..conformance.table_e import TABLE_E
from ..conformance.table_r import TABLE_R
from ..conformance.table_rules import RULES
from ..conformance.table_s import TABLE_S

SAMPLES = Path(__file__).parent.parent / "models" / "samples"
LONGEST = 4096


def _bodies() -> list[bytes]:
    """Short streams, each odd in another way, under every setting."""
    bodies = [row.body for table in (TABLE_S, TABLE_E, TABLE_R, RULES) for row in table]
    return [bytes([number % 32]) + body for number, body in enumerate(bodies) if len(body) <= LONGEST]


def _responses() -> list[bytes]:
    samples = [json.loads(file.read_bytes()) for file in sorted(SAMPLES.glob("*.json"))]
    return [json.dumps(sample).encode() for sample in samples] + [b"{}", b"[]", b"1", b'{"output":[1]}', b'{"id":7}']


def _captures(folder: Path) -> Iterator[bytes]:
    body = b'event: response.created\ndata: {"type":"response.created","response":{}}\n\n'
    chunks = (CapturedChunk(1_000, body[:20]), CapturedChunk(2_000_000, body[20:]))
    for messages in (False, True):
        capture = Capture(chunks, end_ns=3_000_000, messages=messages, status=200, headers={"a": "b"}, note={"n": 1})
        for name in ("a.orx", "a.jsonl", "a.sse"):
            if not (messages and name == "a.sse"):
                write_capture(capture, folder / name)
                yield (folder / name).read_bytes()
    yield body


def _captured() -> list[bytes]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return list(_captures(Path(folder)))


SEEDS: dict[str, list[bytes]] = {
    "streams": _bodies(),
    "models": _responses(),
    "judgement": _bodies(),
    "captures": _captured(),
    "proxies": _bodies(),
}


@st.composite
def mutated(draw: st.DrawFn, seeds: st.SearchStrategy[bytes]) -> bytes:
    """A seed with a few bytes changed, dropped, doubled or put in."""
    data = bytearray(draw(seeds))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 12)))
        data[start:end] = draw(
            st.one_of(st.binary(max_size=6), st.just(bytes(data[start:end]) * 2), st.just(b'"\\,{}[]:1e'))
        )
    return bytes(data)
