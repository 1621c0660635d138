import pytest
from stream_wire import CREATED, DONE, ERROR, HELLO, delta, terminal

import or_stream as ors


def fed(*chunks: bytes, **options) -> ors.Assembler:
    assembler = ors.Assembler(**options)
    for chunk in chunks:
        assembler.feed(chunk)
    assembler.finish()
    return assembler


def test_snapshot_is_of_now_and_stays():
    assembler = ors.Assembler()
    assembler.feed(CREATED)
    assembler.feed(delta("Hel"))
    before = assembler.snapshot()
    assembler.feed(delta("lo"))
    assert isinstance(before, ors.models.Response)
    assert (before.output_text, assembler.snapshot().output_text) == ("Hel", "Hello")


@pytest.mark.parametrize("status", ["completed", "incomplete", "failed"])
def test_final_response_whatever_its_status(status):
    response = fed(CREATED, terminal(status, "Hello")).get_final_response()
    assert (response.status, response.output_text) == (status, "Hello")


def test_cancelled_is_a_final_response():
    cancelled = terminal("completed", "He").replace(
        b'"status": "completed", "output"', b'"status": "cancelled", "output"'
    )
    assembler = fed(CREATED, cancelled)
    assert assembler.outcome is ors.Outcome.CANCELLED
    assert assembler.get_final_response().status == "cancelled"


def test_usage_comes_with_the_terminal_event():
    usage = {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}
    assembler = ors.Assembler()
    assert assembler.usage is None
    assembler.feed(CREATED)
    assert assembler.usage is None
    assembler.feed(terminal("completed", "Hello", usage=usage))
    assert assembler.usage is not None
    assert assembler.usage.total_tokens == 5


def test_truncated_raises_with_what_was_received():
    assembler = fed(CREATED, delta("Hel", number=7), DONE)
    with pytest.raises(ors.StreamTruncated) as caught:
        assembler.get_final_response()
    assert caught.value.partial is not None
    assert caught.value.partial.output_text == "Hel"
    assert (caught.value.events_seen, caught.value.last_sequence_number) == (2, 7)
    assert caught.value.bytes_seen == assembler.bytes_seen
    assert assembler.get_final_response(require_terminal=False).output_text == "Hel"


def test_nothing_received_is_never_a_response():
    with pytest.raises(ors.StreamTruncated) as caught:
        fed(b": ping\n\n").get_final_response(require_terminal=False)
    assert caught.value.partial is None


def test_error_raises_what_the_server_said():
    with pytest.raises(ors.ServerStreamError, match=r"'it broke' \(boom, server_error\)") as caught:
        fed(CREATED, delta("Hel"), ERROR).get_final_response(require_terminal=False)
    assert (caught.value.error.code, caught.value.error.message) == ("boom", "it broke")
    assert caught.value.partial is not None
    assert caught.value.partial.output_text == "Hel"


def test_message_of_an_error_is_bounded_and_escaped():
    event = ERROR.replace(b"it broke", b"x\\n\\u001b" * 1000)
    with pytest.raises(ors.ServerStreamError) as caught:
        fed(event).get_final_response()
    assert len(str(caught.value)) < 1000
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert len(caught.value.error.message) == 3000


def test_error_before_failed_is_failed():
    assembler = fed(CREATED, ERROR, terminal("failed"))
    assert assembler.get_final_response().status == "failed"


def test_an_unfinished_stream_has_no_final_response():
    assembler = ors.Assembler()
    assembler.feed(CREATED)
    with pytest.raises(ValueError, match="finish"):
        assembler.get_final_response()
    assembler.feed(b"".join(HELLO[1:]))
    assert assembler.get_final_response().output_text == "Hello"


def said(kind: str, **fields) -> bytes:
    return ors.encode({"type": f"response.audio.{kind}", **fields})


@pytest.mark.parametrize(
    ("pieces", "sound"),
    [
        (["QUJD", "REVG"], b"ABCDEF"),
        (["QUI=", "Qw==", "REVG"], b"ABCDEF"),
        (["QUJDR", "EVG"], b"ABCDEF"),
        (["QUJDR"], b"ABC"),
        (["?"], b""),
        ([], b""),
    ],
)
def test_sound_and_its_transcript_are_kept_though_no_response_holds_them(pieces, sound):
    body = [
        CREATED,
        *(said("delta", delta=piece) for piece in pieces),
        said("transcript.delta", delta="Hel"),
        said("transcript.delta", delta="lo"),
        said("done"),
        said("transcript.done"),
        terminal("completed", "Hello"),
    ]
    assembler = fed(*body)
    assert (assembler.audio, assembler.transcript) == (sound, "Hello")
    assert assembler.diagnostics == []
    with ors.EventStream(body) as stream:
        stream.until_done()
        assert (stream.audio, stream.transcript) == (sound, "Hello")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "the body was empty"),
        (b"data: x", "is it an event stream, with its line ends?"),
        (b"data: [DONE]\n\n", r"\(0 events, 14 bytes\)$"),
        (b": ping\n\n", r"\(0 events, 8 bytes\)$"),
    ],
)
def test_a_body_without_events_says_what_may_be_wrong_and_no_more(body, words):
    with pytest.raises(ors.StreamTruncated, match=words):
        fed(body).get_final_response()
