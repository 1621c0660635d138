"""How a body begins must not be read differently when it is cut (P1): white space, marks, lines that are no field (S8)."""

from itertools import product

import pytest

import or_stream as ors

PIECES = [b"\t", b" ", b"\r", b"\n", b"\xef\xbb\xbf", b"\xbb", b"{", b"a b", b"error: x", b"data: {}\n\n", b"plain"]


def told(*chunks: bytes) -> tuple[object, ...]:
    decoder = ors.Decoder()
    fault = None
    try:
        for chunk in chunks:
            decoder.feed(chunk)
        decoder.finish()
    except ors.OrStreamError as error:
        fault = type(error)
    findings = [(found.rule, found.event_index, found.offset) for found in decoder.diagnostics]
    return fault, decoder.events_seen, decoder.outcome, findings


@pytest.mark.parametrize("length", [2, 3, 4])
def test_every_cut_of_every_beginning(length: int) -> None:
    strays = 0
    for pieces in product(PIECES, repeat=length):
        body = b"".join(pieces)
        whole = told(body)
        assert told(*pieces) == whole, body
        assert told(*(bytes([byte]) for byte in body)) == whole, body
        strays += any(rule == "S8" for rule, *_ in whole[3])
    assert strays
