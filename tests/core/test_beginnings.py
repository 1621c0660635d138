"""How a body begins is read the same however it is cut (P1): white space, marks, lines that are no field (S8)."""

from itertools import product

import pytest

import or_stream as ors

PIECES = [
    b"id: 1\n\n",
    b"\t",
    b" ",
    b"\r",
    b"\n",
    b"\xef\xbb\xbf",
    b"\xbb",
    b"{",
    b"a b",
    b"error: x",
    b"data: {}\n\n",
    b"plain",
]


def told(strict: bool, *chunks: bytes) -> tuple[object, ...]:
    decoder = ors.Decoder(strict=strict)
    fault = None
    try:
        for chunk in chunks:
            decoder.feed(chunk)
        decoder.finish()
    except ors.OrStreamError as error:
        fault = type(error)
    findings = [(found.rule, found.event_index, found.offset) for found in decoder.diagnostics]
    return fault, decoder.events_seen, decoder.outcome, findings, decoder.last_event_id


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("length", [2, 3, 4])
def test_every_cut_of_every_beginning(length: int, strict: bool) -> None:
    strays = 0
    for pieces in product(PIECES, repeat=length):
        body = b"".join(pieces)
        whole = told(strict, body)
        assert told(strict, *pieces) == whole, body
        assert told(strict, *(bytes([byte]) for byte in body)) == whole, body
        strays += any(rule == "S8" for rule, *_ in whole[3])
    assert strays
