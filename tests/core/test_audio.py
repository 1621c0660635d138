"""Audio and its transcript: no item holds them, the assembler does."""

from __future__ import annotations

import base64

import or_stream as ors
from tests.core.wire import frame


def test_audio_and_its_transcript_are_folded_in_the_order_told():
    assembler = ors.Assembler()
    assert (assembler.audio, assembler.audio_transcript) == ("", "")
    pieces = [b"abc", b"defghi"]
    for number, (sound, words) in enumerate(zip(pieces, ["Hel", "lo"], strict=True)):
        delta = base64.b64encode(sound).decode()
        assembler.feed(frame({"type": "response.audio.delta", "sequence_number": 2 * number, "delta": delta}))
        words_event = {"type": "response.audio.transcript.delta", "sequence_number": 2 * number + 1, "delta": words}
        assembler.feed(frame(words_event))
    assembler.feed(frame({"type": "response.audio.done", "sequence_number": 4}))
    assert base64.b64decode(assembler.audio) == b"abcdefghi"
    assert assembler.audio_transcript == "Hello"
    assert assembler.diagnostics == []
