"""Where to cut a body, so that every state of a reader is met at a border between two chunks."""

import random
from collections.abc import Iterator

EVERY_CUT = 4096
RANDOM_CUTS = 40


def halves(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every cut in two of the first 4 KB, and seeded random ones of the rest."""
    places = list(range(min(len(body), EVERY_CUT) + 1))
    if len(body) > EVERY_CUT:
        rest = range(EVERY_CUT + 1, len(body) + 1)
        places += random.Random(len(body)).sample(rest, min(RANDOM_CUTS, len(rest)))
    for place in places:
        yield body[:place], body[place:]


def shreds(body: bytes, seed: int) -> list[bytes]:
    """A body in pieces of 1 to 40 bytes."""
    chance = random.Random(seed)
    pieces, start = [], 0
    while start < len(body):
        size = chance.randint(1, 40)
        pieces.append(body[start : start + size])
        start += size
    return pieces


def bytewise(body: bytes) -> list[bytes]:
    """A body one byte at a time."""
    return [body[place : place + 1] for place in range(len(body))]
