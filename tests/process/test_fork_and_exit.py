"""A fork takes readers along as they are; an interpreter ends with readers alive."""

from __future__ import annotations

import os

import pytest

from .script import run


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_and_its_parent_both_read_on():
    script = """
        import os

        whole = body(1_000)
        decoder, assembler = ors.Decoder(), ors.Assembler()
        half = len(whole) // 2
        events = decoder.feed(whole[:half])
        assembler.feed(whole[:half])
        child = os.fork()
        events += decoder.feed(whole[half:]) + decoder.finish()
        assembler.feed(whole[half:])
        assert assembler.finish() is ors.Outcome.COMPLETED
        assert len(events) == 1_002 and events[3].delta == " word"
        assert assembler.output_text == " word" * 1_000
        assert all(one.error is None for one in ors.parse_many([whole] * 20, threads=2))
        if child == 0:
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        print("both")
    """
    assert run(script) == "both\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_while_threads_read_leaves_no_lock_that_hangs():
    script = """
        import os, signal, threading, warnings

        warnings.simplefilter("ignore", DeprecationWarning)  # 3.12 on: threads and fork
        whole = body(200_000)
        ors.parse_many  # imported now: a child of a thread that imports would wait for ever, whatever it imports
        shared = ors.Assembler()
        stop = threading.Event()

        def read():
            while not stop.is_set():
                try:
                    shared.feed(whole)
                except ors.StreamClosed:
                    pass
                shared.reset()

        def many():
            while not stop.is_set():
                ors.parse_many([whole] * 4, threads=2)

        threads = [threading.Thread(target=read), threading.Thread(target=many)]
        for thread in threads:
            thread.start()
        refused = 0
        for _ in range(10):
            child = os.fork()
            if child == 0:
                signal.alarm(60)
                own = ors.Assembler()
                own.feed(whole)
                assert own.finish() is ors.Outcome.COMPLETED
                assert ors.parse_many([whole], threads=1)[0].error is None
                try:
                    shared.bytes_seen
                except ors.ConcurrentUse:
                    os._exit(3)
                os._exit(0)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            assert code in (0, 3), code
            refused += code == 3
        stop.set()
        for thread in threads:
            thread.join()
        print("no hang")
    """
    assert run(script) == "no hang\n"


def test_the_interpreter_ends_with_readers_events_and_views_alive():
    script = """
        import atexit

        whole = body(100)
        decoder, assembler = ors.Decoder(), ors.Assembler()
        events = decoder.feed(whole)
        assembler.feed(whole[:2_000])
        datas = [event.data for event in events]
        recordings = ors.parse_many([whole, "/none"])
        errors = [recordings[1].error]

        class Late:
            def __init__(self):
                self.self = self
                self.kept = (decoder, assembler, events, recordings)
            def __del__(self):
                self.kept[1].feed(b"data: {}\\\\n\\\\n")
                self.kept[0].reset()
                self.kept[3][0].response_json

        late = Late()
        ors.late = late
        atexit.register(lambda: print(assembler.output_text.count("word") > 0, len(decoder.finish())))
    """
    assert run(script) == "True 0\n"


def test_the_interpreter_ends_while_daemon_threads_read():
    script = """
        import threading, time

        whole = body(50_000)

        def read(make):
            while True:
                reader = make()
                reader.feed(whole)

        def many():
            while True:
                ors.parse_many([whole] * 8, threads=2)

        for work in (lambda: read(ors.Assembler), lambda: read(ors.Decoder), many):
            threading.Thread(target=work, daemon=True).start()
        time.sleep(0.3)
        print("over")
    """
    for _ in range(5):
        assert run(script) == "over\n"
