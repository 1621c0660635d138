"""Ctrl-C in a long call: heard soon, and nothing that was taken in before is lost."""

from __future__ import annotations

import pytest

from .script import run

# A signal comes when half of an undisturbed call's time is over; should it miss the call, once more.
INTERRUPTED = """
import os, signal, threading, time

whole = body(600_000)

def timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start

def interrupted(make):
    undisturbed = make()
    half = timed(lambda: undisturbed.feed(whole)) / 2
    for _ in range(20):
        reader = make()
        signal.setitimer(signal.ITIMER_REAL, half)
        try:
            reader.feed(whole)
        except KeyboardInterrupt:
            if 0 < reader.bytes_seen < len(whole):
                return reader
        try:
            time.sleep(0.3)
        except KeyboardInterrupt:
            pass
    raise SystemExit("no signal came while a call ran")

signal.signal(signal.SIGALRM, signal.default_int_handler)
"""


def test_an_interrupted_assembler_goes_on_where_it_was():
    script = """
        assembler = interrupted(ors.Assembler)
        seen = assembler.bytes_seen
        assert seen % (4 << 20) == 0, seen
        kept = assembler.output_text
        assert kept and not kept.replace(" word", "")
        assembler.feed(whole[seen:])
        assert assembler.finish() is ors.Outcome.COMPLETED
        assert assembler.events_seen == 600_002
        assert assembler.output_text == " word" * 600_000
        print("whole")
    """
    assert run(INTERRUPTED, script) == "whole\n"


@pytest.mark.parametrize("take", ["feed", "decode"])
def test_events_decoded_before_an_interrupt_come_with_the_next_call(take):
    script = """
        class Assembler(ors.Assembler):
            feed = ors.Assembler.decode

        reader = interrupted(ors.Decoder if TAKE == "feed" else Assembler)
        seen = reader.bytes_seen
        assert reader.events_seen > 0
        events = reader.feed(whole[seen:])
        assert [event.index for event in events] == list(range(600_002))
        assert reader.outcome is ors.Outcome.COMPLETED
        print("whole")
    """
    assert run(f"TAKE = {take!r}\n", INTERRUPTED, script) == "whole\n"


def test_events_decoded_before_an_interrupt_come_with_the_end_too():
    script = """
        decoder = interrupted(ors.Decoder)
        events = decoder.events_seen
        assert len(decoder.finish()) == events
        assert decoder.outcome is ors.Outcome.TRUNCATED
        print("whole")
    """
    assert run(INTERRUPTED, script) == "whole\n"


def test_many_recordings_are_left_within_a_moment():
    script = """
        import os, signal, threading, time

        bodies = [body(100_000)] * 2_000
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        start = time.perf_counter()
        try:
            ors.parse_many(bodies, threads=2)
        except KeyboardInterrupt:
            print("left", time.perf_counter() - start < 5)
        assert threading.active_count() <= 2
        assert ors.parse_many(bodies[:2])[1].response.status == "completed"
    """
    assert run(script) == "left True\n"


def test_a_handler_that_uses_the_reader_gets_an_error_and_does_no_harm():
    script = """
        def intrude(*_):
            for use in (lambda: reader.feed(b"data: x"), lambda: reader.bytes_seen, lambda: reader.reset()):
                try:
                    use()
                except ors.ConcurrentUse:
                    refused.append(1)

        signal.signal(signal.SIGALRM, intrude)
        for make in (ors.Decoder, ors.Assembler):
            refused = []
            for _ in range(20):
                reader = make()
                half = timed(lambda: make().feed(whole)) / 2
                signal.setitimer(signal.ITIMER_REAL, half)
                reader.feed(whole)
                signal.setitimer(signal.ITIMER_REAL, 0)
                if refused:
                    break
            assert len(refused) == 3, refused
            assert reader.events_seen == 600_002 and reader.outcome is ors.Outcome.COMPLETED
        print("whole")
    """
    assert run(INTERRUPTED, script) == "whole\n"
