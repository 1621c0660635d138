"""What a hostile or broken peer can send, and what comes of it."""

from __future__ import annotations

import resource
import sys
import threading

import pytest

import or_stream as ors
from tests.core.wire import answer, frame

DELTA = b'data: {"type":"response.output_text.delta","item_id":"m","output_index":0,"content_index":0,"delta":"x"}\n\n'


@pytest.mark.parametrize("reader", [ors.Decoder, ors.SSEDecoder, ors.Assembler])
@pytest.mark.parametrize("chunk", ["text", 3, None, ["data"]])
def test_feeding_anything_but_bytes_is_a_type_error_that_names_bytes(reader, chunk):
    with pytest.raises(TypeError, match="bytes"):
        reader().feed(chunk)


@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview])
def test_any_buffer_is_fed(wrap):
    assert [event.delta for event in ors.Decoder().feed(wrap(DELTA))] == ["x"]


def test_an_undecodable_event_is_handed_out_and_the_stream_goes_on():
    decoder = ors.Decoder()
    bad, good = decoder.feed(b"data: {oops\n\n" + DELTA)
    assert isinstance(bad, ors.MalformedEvent)
    assert (bad.raw, bad.offset, bad.index, bad.data) == (b"{oops", 6, 0, {})
    assert good.delta == "x"
    assert [(found.rule, found.event_index) for found in decoder.diagnostics] == [("S5", 0)]


def test_an_undecodable_event_stops_a_strict_reader_after_the_good_ones():
    decoder = ors.Decoder(strict=True)
    assert len(decoder.feed(DELTA + b"data: {oops\n\n" + DELTA)) == 1
    for _ in range(2):
        with pytest.raises(ors.EventDecodeError) as caught:
            decoder.feed(DELTA)
        error = caught.value
        assert (error.rule, error.event_index, error.raw, error.events_seen) == ("S5", 1, b"{oops", 2)
    decoder.reset()
    assert len(decoder.feed(DELTA)) == 1


def test_an_event_beyond_its_limit_kills_the_reader_until_reset():
    decoder = ors.Decoder(limits=ors.Limits(max_event_bytes=1000))
    assert len(decoder.feed(DELTA + b"data: " + b"x" * 2000)) == 1
    for chunk in (DELTA, b""):
        with pytest.raises(ors.LimitExceeded) as caught:
            decoder.feed(chunk)
        assert (caught.value.limit, caught.value.value) == ("max_event_bytes", 1000)
        assert caught.value.offset == len(DELTA) + 6 + 1000
    decoder.reset()
    assert len(decoder.feed(DELTA)) == 1


@pytest.mark.parametrize("bracket", ["[", '{"a":'])
def test_a_hundred_thousand_brackets_are_an_error_and_no_crash(bracket):
    caught: list[Exception] = []

    def read() -> None:
        try:
            ors.Decoder().feed_message('{"type":"x","deep":' + bracket * 100_000)
        except ors.LimitExceeded as error:
            caught.append(error)

    previous = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(previous)
    assert [error.limit for error in caught] == ["max_json_depth"]


def test_nesting_within_the_limit_is_read_to_its_end():
    depth = 126
    [event] = ors.Decoder().feed_message('{"type":"x","deep":' + "[" * depth + "]" * depth + "}")
    value = event.data["deep"]
    for _ in range(depth - 1):
        [value] = value
    assert value == []


def test_an_endless_line_is_held_up_to_its_limit_and_no_further():
    decoder = ors.Decoder(limits=ors.Limits(max_line_bytes=1 << 20))
    chunk = b"x" * 65536
    decoder.feed(b"data: ")
    with pytest.raises(ors.LimitExceeded) as caught:
        for _ in range(1024):
            decoder.feed(chunk)
    assert caught.value.limit == "max_line_bytes"
    assert decoder.state_bytes <= (2 << 20) + 65536


def test_an_endless_line_of_64_mib_stops_at_the_default_limit():
    decoder = ors.Decoder()
    chunk = b"x" * (1 << 20)
    decoder.feed(b"data: ")
    with pytest.raises(ors.LimitExceeded):
        for _ in range(80):
            decoder.feed(chunk)
    assert decoder.bytes_seen <= (65 << 20) + 6


def test_a_gibibyte_of_comments_leaves_no_trace():
    decoder = ors.Decoder()
    comment = b": ping".ljust(62) + b"\n\n"
    chunk = comment * (1 << 14)
    decoder.feed(chunk)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(1023):
        decoder.feed(chunk)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * (1024 if sys.platform != "darwin" else 1)
    assert decoder.bytes_seen == 1 << 30
    assert decoder.comments_seen == (1 << 30) // len(comment)
    assert decoder.state_bytes < 4096
    assert grown <= 1 << 20


def test_a_32_mib_event_passes_by_default():
    big = "A" * (32 << 20)
    decoder = ors.Decoder()
    [event] = decoder.feed(frame({"type": "response.image_generation_call.partial_image", "partial_image_b64": big}))
    assert event.partial_image_b64 == big
    assert decoder.state_bytes < 4096


@pytest.mark.parametrize("index", [2**31, 2**53 - 1, 2**53, 10**40, -1, 1.0, '"3"', "null", "true"])
def test_an_index_from_the_wire_is_never_a_size(index):
    assembler = ors.Assembler()
    assembler.feed_message(f'{{"type":"response.output_text.delta","item_id":"m","output_index":{index},"delta":"x"}}')
    assert assembler.output_text == "x"
    assert assembler.state_bytes < 8192


def test_too_many_items_are_a_limit():
    assembler = ors.Assembler(limits=ors.Limits(max_items=10))
    with pytest.raises(ors.LimitExceeded, match="max_items"):
        for index in range(20):
            item = {"type": "message", "id": f"m{index}", "content": []}
            assembler.feed(frame({"type": "response.output_item.added", "output_index": index, "item": item}))


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (b"caf\xff", "caf\ufffd"),
        (b"\xf0\x9f\x98 x", "\ufffd x"),
        (rb"\ud83d\ude00", "\U0001f600"),
        (rb"lone \ud83d", "lone \ufffd"),
        (rb"\ude00 lone", "\ufffd lone"),
        (rb"nul \u0000", "nul \0"),
        ("\u2028\u2029\x85".encode(), "\u2028\u2029\x85"),
    ],
)
def test_text_handed_out_is_always_unicode(sent, read):
    decoder, assembler = ors.Decoder(), ors.Assembler()
    body = DELTA.replace(b'"delta":"x"', b'"delta":"' + sent + b'"')
    [event] = decoder.feed(body)
    assert event.delta == event.data["delta"] == read
    assert sent in event.raw
    event.delta.encode()
    assembler.feed(body)
    assembler.finish()
    assert assembler.output_text.removesuffix("\ufffd") == read.removesuffix("\ufffd")


def test_halves_of_a_surrogate_pair_in_two_deltas_are_joined():
    assembler = ors.Assembler()
    for delta in (rb"a\ud83d", rb"\ude00b"):
        assembler.feed(DELTA.replace(b'"delta":"x"', b'"delta":"' + delta + b'"'))
    assert assembler.output_text == "a\U0001f600b"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "01", "1.", "+1", ".5", "0x1"])
def test_numbers_that_are_not_json_make_the_event_malformed(number):
    [event] = ors.Decoder().feed_message(f'{{"type":"x","n":{number}}}')
    assert isinstance(event, ors.MalformedEvent)


def test_integers_are_exact_at_any_size_and_their_digits_are_limited():
    [event] = ors.Decoder().feed_message(f'{{"type":"x","n":{2**200},"m":-{10**30}}}')
    assert (event.data["n"], event.data["m"]) == (2**200, -(10**30))
    with pytest.raises(ors.LimitExceeded, match="max_number_digits"):
        ors.Decoder().feed_message('{"type":"x","n":' + "1" * 5000 + "}")


@pytest.mark.parametrize("body", [b"<html><body>504</body></html>", b"[1,2]", b'{"detail":"no"}'])
@pytest.mark.parametrize("size", [1, 7, 4096])
def test_a_body_that_is_no_stream_says_how_it_begins(body, size):
    decoder = ors.Decoder()

    def read() -> None:
        for start in range(0, len(body), size):
            decoder.feed(body[start : start + size])
        decoder.finish()

    with pytest.raises(ors.TransportError) as caught:
        read()
    assert caught.value.body == body


def test_feeding_after_the_end_is_a_clear_error_and_ending_twice_is_none():
    decoder = ors.Decoder()
    decoder.finish()
    decoder.finish()
    with pytest.raises(ors.StreamClosed, match=r"reset\(\)"):
        decoder.feed(DELTA)


def test_the_partial_response_is_on_the_error():
    assembler = ors.Assembler(strict=True)
    events = answer(["Hello", " world"])
    assembler.feed(b"".join(map(frame, events[:6])))
    with pytest.raises(ors.EventDecodeError) as caught:
        assembler.feed(b"data: {\n\n")
    error = caught.value
    assert error.partial is not None
    assert error.partial.output_text == "Hello world"
    assert (error.events_seen, error.last_sequence_number) == (7, 5)
