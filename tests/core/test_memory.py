"""Memory of one stream: idle and half finished."""

from __future__ import annotations

import or_stream as ors
from tests.core.wire import answer, frame


def test_an_idle_reader_is_small():
    assert ors.Decoder().state_bytes <= 4096
    assert ors.Assembler().state_bytes <= 4096


def test_a_half_finished_stream_of_a_thousand_deltas_is_small():
    assembler = ors.Assembler()
    for event in answer([" word"] * 1000)[:1004]:
        assembler.feed(frame(event))
    assert assembler.output_text == " word" * 1000
    assert assembler.state_bytes <= 8192


def test_a_giant_event_leaves_no_buffer_behind():
    decoder = ors.Decoder()
    body = frame({"type": "acme:big", "x": "y" * (1 << 20)})
    for start in range(0, len(body), 1400):
        decoder.feed(body[start : start + 1400])
    decoder.feed(b": ping\n\n")
    assert decoder.events_seen == 1
    assert decoder.state_bytes <= 128 << 10
