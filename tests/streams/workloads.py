"""The loads of performance.md as bodies: `chat`, `long`, `agent`, `logprobs` and `text(n)`."""

import random
from typing import Any

from . import wire
from .answers import function_call, message, text
from .script import Answer, events
from .wire import Dialect

WORDS = (  # noqa: SIM905 - a list of as many strings reads worse
    "the of and to in is that for it as was with be by on not he his but at are this have from or had an they which "
    "one you were her all she there would their we him been has when who will more no if out so said what up its about"
).split()

TEXT_EVENT_BYTES = 279


def prose(characters: int, seed: int = 0) -> str:
    """English-looking text of exactly so many characters, the same for the same seed."""
    chance = random.Random(seed)
    written: list[str] = []
    length = 0
    while length <= characters:
        word = chance.choice(WORDS)
        written.append(word)
        length += len(word) + 1
    return " ".join(written)[:characters]


def tokens(count: int, seed: int = 0) -> list[str]:
    """Text in pieces as models send them: a word with the space before it."""
    chance = random.Random(seed)
    return [f" {chance.choice(WORDS)}" for _ in range(count)]


def padded(event: dict[str, Any], size: int, dialect: Dialect) -> dict[str, Any]:
    """A delta event with so much `obfuscation` that its block takes `size` bytes."""
    empty = {**event, "obfuscation": ""}
    spare = size - len(wire.body([empty], dialect))
    chance = random.Random(event["sequence_number"])
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return {**event, "obfuscation": "".join(chance.choice(letters) for _ in range(spare))} if spare > 0 else event


def told(answer: Answer, dialect: Dialect, delta_bytes: int) -> bytes:
    """An answer's body, its deltas brought to one size."""
    whole = [padded(e, delta_bytes, dialect) if e["type"].endswith(".delta") else e for e in events(answer)]
    return wire.body(whole, dialect)


def chat(dialect: Dialect = wire.OPENAI) -> bytes:
    """A short answer: 17 events, 8.5 kB."""
    words = prose(9 * 4, seed=1)
    fixed = {"instructions": prose(700, seed=2)}
    answer = Answer((message(text(words, step=4), id=long_id("msg")),), id=long_id("resp"), fixed=fixed)
    return told(answer, dialect, 258)


def long(dialect: Dialect = wire.OPENAI) -> bytes:
    """A long answer: 700 deltas of 258 bytes and a terminal event of 30 kB."""
    words = prose(700 * 4, seed=3)
    fixed = {"instructions": prose(26_100, seed=4)}
    answer = Answer((message(text(words, step=4), id=long_id("msg")),), id=long_id("resp"), fixed=fixed)
    return told(answer, dialect, 258)


def agent(dialect: Dialect = wire.OPENAI) -> bytes:
    """One turn of an agent: 16 events, three of them snapshots of 38 kB that echo instructions and tools."""
    arguments = '{"city": "Paris", "country": "France", "days": [1, 2, 3]}'
    call = function_call("get_weather", arguments, id=long_id("fc"), call_id=long_id("call"))
    fixed = {"instructions": prose(13_600, seed=5), "tools": [tool(n) for n in range(20)]}
    return told(Answer((call,), id=long_id("resp"), fixed=fixed), dialect, 258)


def logprobs(deltas: int = 200, dialect: Dialect = wire.OPENAI) -> bytes:
    """Text with the logarithms of its tokens' probabilities: deltas of 600 bytes."""
    item = message(text(prose(deltas * 4, seed=6), step=4, logprobs=True), id=long_id("msg"))
    whole = []
    for event in events(Answer((item,), id=long_id("resp"))):
        if event["type"].endswith(".delta"):
            token = event["logprobs"][0]
            near = [{"token": word, "logprob": -2.5, "bytes": list(word.encode())} for word in WORDS[:4]]
            event["logprobs"] = [{**token, "top_logprobs": near}]
            event = padded(event, 600, dialect)  # noqa: PLW2901 - the same event, padded
        whole.append(event)
    return wire.body(whole, dialect)


def text_stream(deltas: int, dialect: Dialect = wire.OPENAI, *, cjk: bool = False) -> bytes:
    """The `text(n)` of performance.md: so many text deltas of 279 bytes each, and the events around them.

    Args:
        deltas: How many text deltas.
        dialect: Key order, escaping and framing.
        cjk: Japanese text instead of English, which a dialect with `ascii` escapes.
    """
    pieces = ["日本語の" for _ in range(deltas)] if cjk else tokens(deltas, seed=7)
    item = message(text("".join(pieces), step=1 << 60), id=long_id("msg"))
    first, *rest = [e for e in events(Answer((item,), id=long_id("resp"))) if not e["type"].endswith(".delta")]
    place = {"item_id": item.id, "output_index": 0, "content_index": 0}
    opening, closing = rest[:3], rest[3:]
    told_deltas = [
        {"type": "response.output_text.delta", "sequence_number": 4 + number, **place, "delta": piece, "logprobs": []}
        for number, piece in enumerate(pieces)
    ]
    whole = [first, *opening, *(padded(event, TEXT_EVENT_BYTES, dialect) for event in told_deltas)]
    whole += [{**event, "sequence_number": 4 + deltas + number} for number, event in enumerate(closing)]
    return wire.body(whole, dialect)


def long_id(prefix: str) -> str:
    """An id as long as real ones."""
    return f"{prefix}_" + "".join(random.Random(prefix).choices("0123456789abcdef", k=50))


def tool(number: int) -> dict[str, Any]:
    """A function tool with a schema of ordinary size."""
    properties = {
        name: {"type": "string", "description": prose(120, seed=number * 10 + n)}
        for n, name in enumerate(("city", "country", "language", "unit", "day"))
    }
    return {
        "type": "function",
        "name": f"tool_{number:02}",
        "description": prose(200, seed=number),
        "parameters": {"type": "object", "properties": properties, "required": ["city"], "additionalProperties": False},
        "strict": True,
    }
