"""The streams that the benches run over: synthetic, repeatable, and weighing what recorded streams weigh."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from random import Random
from typing import Any

from tests.streams import workloads
from tests.streams.answers import message
from tests.streams.answers import text as text_piece
from tests.streams.script import Answer, events, numbered
from tests.streams.wire import OPENAI, Dialect, body

RECORDED = Path(__file__).parent.parent.parent / "shared" / "corpus" / "responses"

PROFILES: dict[str, Callable[[], bytes]] = {
    "chat": workloads.chat,
    "long": workloads.long,
    "agent": workloads.agent,
    "logprobs": workloads.logprobs,
}

MESSAGE_ID = workloads.long_id("msg")

DELTA_BYTES = 279
"""A text delta with its framing."""


@dataclass(frozen=True)
class Workload:
    """One body, and what a right reader finds in it."""

    name: str
    body: bytes
    events: int
    answer: str
    """The text of the message, or the arguments of the call."""

    def chunks(self, size: int) -> list[bytes]:
        """The body in chunks of `size` bytes, as a network would cut it."""
        return [self.body[start : start + size] for start in range(0, len(self.body), size)]

    @cached_property
    def single_events(self) -> list[bytes]:
        """The body in chunks of one event."""
        return [block + b"\n\n" for block in self.body.split(b"\n\n") if block]

    def random_chunks(self, most: int) -> list[bytes]:
        """The body in chunks of 1 to `most` bytes."""
        random, chunks, start = Random(7), [], 0
        while start < len(self.body):
            end = start + random.randint(1, most)
            chunks.append(self.body[start:end])
            start = end
        return chunks


@lru_cache(maxsize=16)
def text(deltas: int, dialect: Dialect = OPENAI) -> Workload:
    """A message of `deltas` pieces; an event is 279 bytes with its framing, of which 4 are text."""
    return _streamed(f"text, {deltas:,} deltas", list(words(deltas)), dialect, size=DELTA_BYTES)


@cache
def rare_words(deltas: int) -> Workload:
    """As `text`, but no piece is told twice: what is kept of words that come again is of no use."""
    random = Random(3)
    pieces = [" " + "".join(random.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(6)) for _ in range(deltas)]
    return _streamed("text of rare words", pieces, OPENAI, size=DELTA_BYTES)


@cache
def plain_and_escaped(deltas: int) -> tuple[Workload, Workload]:
    """Two streams of equal wire size: deltas of 180 ASCII characters, and of 30 Chinese ones as `\\uXXXX`."""
    random = Random(5)
    plain = ["".join(random.choice("abcdefgh ijklmno") for _ in range(180)) for _ in range(deltas)]
    chinese = ["".join(chr(random.randint(0x4E00, 0x9FA5)) for _ in range(30)) for _ in range(deltas)]
    return _streamed("plain text", plain, OPENAI), _streamed("escaped text", chinese, Dialect(ascii=True))


@cache
def giant_closing(deltas: int = 235_000) -> Workload:
    """Only the four closing events of a stream of `deltas` pieces; each repeats its whole text."""
    answer = "".join(words(deltas))
    return Workload(f"closing events of {deltas:,} deltas", body(_around(answer)[1]), 4, answer)


@cache
def profile(name: str) -> Workload:
    """One of `PROFILES`: a load that recorded streams show."""
    whole = PROFILES[name]()
    told = [json.loads(line[6:]) for line in whole.split(b"\n") if line.startswith(b"data: {")]
    return Workload(name, whole, len(told), "".join(event.get("delta", "") for event in told))


@cache
def recorded() -> list[bytes]:
    """The bodies that real servers sent; none where the recordings are absent."""
    return [path.read_bytes() for path in sorted(RECORDED.glob("*.sse"))]


def words(count: int) -> Iterator[str]:
    """Pieces of text as tokenisers cut it: one in ten needs an escape, one in fifty is not ASCII."""
    random = Random(11)
    common = ["the", " of", " and", " stream", " to", "ing", " a", " response", ",", " event", ".", " in", " model"]
    for _ in range(count):
        draw = random.random()
        yield "\n\n" if draw < 0.05 else ' "' if draw < 0.1 else " größe" if draw < 0.12 else random.choice(common)


def _streamed(name: str, pieces: Sequence[str], dialect: Dialect, size: int = 0) -> Workload:
    """A message in these deltas, each padded to `size` bytes of JSON as OpenAI writes it."""
    answer = "".join(pieces)
    opening, closing = _around(answer)
    spare = size - len(body([_delta("", "")]))
    deltas = [_delta(piece, "x" * max(0, spare - len(json.dumps(piece, ensure_ascii=False)))) for piece in pieces]
    told = numbered([*opening, *deltas, *closing])
    return Workload(name, body(told, dialect), len(told), answer)


def _around(answer: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What comes before the deltas of a message, and the four events behind them, each with the whole text."""
    item = message(text_piece(answer, step=1 << 60), id=MESSAGE_ID)
    told = events(Answer((item,), id=workloads.long_id("resp")))
    return told[:4], told[-4:]


def _delta(piece: str, obfuscation: str) -> dict[str, Any]:
    return {
        "type": "response.output_text.delta",
        "sequence_number": 0,
        "item_id": MESSAGE_ID,
        "output_index": 0,
        "content_index": 0,
        "delta": piece,
        "logprobs": [],
        "obfuscation": obfuscation,
    }
