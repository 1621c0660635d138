"""Fault F28: where there is no memory left, a stream ends with `MemoryError`, and the process goes on."""

from __future__ import annotations

import sys

import pytest

from .script import run

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits the address space as Linux does")

# What the process has when it begins, and 64 MiB more. What is loaded late is loaded before.
LIMITED = """
import contextlib, resource

UNLIMITED = ors.Limits(max_line_bytes=None, max_event_bytes=None, max_response_bytes=None)
warm = ors.EventStream(body(3))
warm.get_final_response()

def delta(text):
    return b'data: {"type":"response.output_text.delta","item_id":"m","output_index":0,"delta":"' + text + b'"}\\n\\n'

def address_space():
    with open("/proc/self/statm") as told:
        return int(told.read().split()[0]) * resource.getpagesize()

@contextlib.contextmanager
def little_memory():
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (address_space() + (64 << 20), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)

def others_go_on():
    other = ors.Assembler()
    other.feed(body(1000))
    assert other.finish() is ors.Outcome.COMPLETED
    assert other.output_text == " word" * 1000

def feed_until_full(reader, piece):
    for fed in range(3_000):
        try:
            reader.feed(piece)
        except MemoryError as error:
            assert str(error).startswith("no memory for "), error
            others_go_on()
            return fed * len(piece)
    raise SystemExit("there was memory for all of it")
"""

READERS = ["ors.Decoder(limits=UNLIMITED)", "ors.Assembler(limits=UNLIMITED)"]


@pytest.mark.parametrize("reader", READERS)
def test_an_endless_line(reader):
    script = f"""
        reader, piece = {reader}, b"x" * 65536
        reader.feed(HEAD + b"data: ")
        with little_memory():
            held = feed_until_full(reader, piece)
            try:
                reader.feed(piece)
            except MemoryError:
                print("dead, and says so")
        assert 16 << 20 < held < 64 << 20, held
        del reader
        others_go_on()
    """
    assert run(LIMITED, script) == "dead, and says so\n"


def test_endless_deltas():
    script = """
        reader, piece = ors.Assembler(limits=UNLIMITED), delta(b"x" * 4000)
        reader.feed(HEAD)
        with little_memory():
            held = feed_until_full(reader, piece * 4)
        assert 8 << 20 < held < 64 << 20, held
        assert abs(len(reader.output_text) - held) < 1 << 20
        assert reader.snapshot().output_text == reader.output_text
        print("nothing received is lost")
    """
    assert run(LIMITED, script) == "nothing received is lost\n"


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("escaped", ["", "\\\\n"])
def test_one_event_that_is_too_large(reader, escaped):
    script = f"""
        reader, giant = {reader}, delta(b"{escaped}" + b"x" * (60 << 20))
        reader.feed(HEAD)
        with little_memory():
            try:
                reader.feed(giant)
            except MemoryError:
                print("ended")
            others_go_on()
    """
    assert run(LIMITED, script) == "ended\n"


def test_a_snapshot_for_which_there_is_no_room_can_be_taken_later():
    script = """
        reader = ors.Assembler(limits=UNLIMITED)
        reader.feed(HEAD + delta(b"x" * (30 << 20)))
        with little_memory():
            try:
                reader.snapshot_json()
            except MemoryError:
                print("not now")
            others_go_on()
            reader.feed(DELTA)
        assert len(reader.snapshot().output_text) == (30 << 20) + 5
        assert reader.outcome is None
    """
    assert run(LIMITED, script) == "not now\n"


def test_a_stream_closes_its_source():
    script = """
        class Endless:
            closed = 0
            def __iter__(self):
                return self
            def __next__(self):
                return delta(b"x" * 60_000)
            def close(self):
                self.closed += 1

        source = Endless()
        stream = ors.EventStream(source, limits=UNLIMITED)
        with little_memory(), stream:
            try:
                stream.until_done()
            except MemoryError:
                print("ended")
            others_go_on()
        assert source.closed == 1
        assert len(stream.response.output_text) > 8 << 20
    """
    assert run(LIMITED, script) == "ended\n"


def test_one_of_many_recordings():
    script = """
        bodies = [body(10), HEAD + delta(b"x" * (50 << 20)) + TAIL, body(20)]
        with little_memory():
            first, giant, last = ors.parse_many(bodies, limits=UNLIMITED, threads=1)
        assert (first.outcome, last.outcome) == ("completed", "completed")
        assert isinstance(giant.error, MemoryError), giant.error
        print("two of three")
    """
    assert run(LIMITED, script) == "two of three\n"
