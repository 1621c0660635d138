"""Short deltas come from a table that all streams share: what they say is what their own bytes say, each time."""

from __future__ import annotations

import json
from random import Random

import or_stream as ors

SHORT = [" the", "a", "\n\n", '"', "\\", "é", "漢字", "😀", "sixteen bytes it", "seventeen bytes i", " ", "\x7f"]


def event(text: str, *, ascii_only: bool) -> bytes:
    told = json.dumps({"type": "response.output_text.delta", "delta": text}, ensure_ascii=ascii_only)
    return b"data: " + told.encode() + b"\n\n"


def test_every_delta_says_what_its_own_bytes_say():
    random = Random(1)
    # More words than the table has places: they take them from each other, and come again all the same.
    words = SHORT + ["".join(random.choices("abcdefghij", k=random.randint(1, 12))) for _ in range(2000)]
    for _ in range(3):
        random.shuffle(words)
        decoders = ors.Decoder(), ors.Decoder()
        for number, word in enumerate(words):
            body = event(word, ascii_only=number % 3 == 0)
            (told,) = decoders[number % 2].feed(body)
            assert isinstance(told, ors.OutputTextDelta)
            assert told.delta == word == json.loads(told.raw)["delta"]


def test_a_word_that_comes_again_is_the_same_object():
    one, other = (ors.Decoder().feed(event(" again", ascii_only=True))[0] for _ in range(2))
    assert isinstance(one, ors.OutputTextDelta)
    assert isinstance(other, ors.OutputTextDelta)
    assert one.delta is other.delta


def test_half_a_pair_is_replaced_each_time():
    for _ in range(2):
        body = b'data: {"type":"response.output_text.delta","delta":"\\ud83d"}\n\n'
        (told,) = ors.Decoder().feed(body)
        assert isinstance(told, ors.OutputTextDelta)
        assert told.delta == "\N{REPLACEMENT CHARACTER}"
