"""`parse_many`: the same as one by one, in order, whatever single sources are."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

import or_stream as ors
from tests.conformance.table_e import TABLE_E
from tests.conformance.table_r import TABLE_R
from tests.conformance.table_s import TABLE_S
from tests.core.wire import answer, frame
from tests.process.script import run

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "responses"
BODIES = [row.body for table in (TABLE_S, TABLE_E, TABLE_R) for row in table]
BODIES.append(b'data: {"type":"response.completed"}\n\n')


def told(count: int, word: str = " word") -> bytes:
    return b"".join(map(frame, answer([word] * count)))


def one_by_one(body: bytes, *, strict: bool = False) -> dict[str, object]:
    """What an assembler makes of a body, errors by class and message."""
    assembler = ors.Assembler(strict=strict)
    error: Exception | None = None
    response = None
    try:
        assembler.feed(body)
        assembler.finish()
        final = assembler.get_final_response()
        response = final if assembler.has_response else None
    except ors.OrStreamError as raised:
        error = raised
        response = raised.partial
    return {
        "error": (type(error), str(error)),
        "response": response,
        "events": assembler.events_seen,
        "diagnostics": assembler.diagnostics,
        "counts": assembler.diagnostic_counts,
        # The core knows no outcome of a stream that it stopped reading; the assembler may know one from before.
        "outcome": assembler.outcome if not is_fault(error) else None,
    }


def is_fault(error: Exception | None) -> bool:
    return error is not None and not isinstance(error, (ors.StreamTruncated, ors.ServerStreamError))


def shown(recording: ors.Recording) -> dict[str, object]:
    return {
        "error": (type(recording.error), str(recording.error)),
        "response": recording.response,
        "events": recording.events_seen,
        "diagnostics": recording.diagnostics,
        "counts": recording.diagnostic_counts,
        "outcome": recording.outcome,
    }


@pytest.mark.parametrize("threads", [None, 1, 7])
@pytest.mark.parametrize("strict", [False, True])
def test_many_are_what_each_is_alone(threads, strict):
    recordings = ors.parse_many(BODIES, threads=threads, strict=strict)
    assert [recording.source for recording in recordings] == BODIES
    for body, recording in zip(BODIES, recordings, strict=True):
        assert shown(recording) == one_by_one(body, strict=strict), body


def test_recorded_streams_are_what_each_is_alone():
    files = sorted(CORPUS.glob("*.sse"))
    if not files:
        pytest.skip("the recorded streams are not on this machine")
    for file, recording in zip(files, ors.parse_many(files), strict=True):
        assert recording.source is file
        assert shown(recording) == one_by_one(file.read_bytes()), file.name
        assert recording.bytes_seen == file.stat().st_size or recording.error


def test_a_thousand_small_files_come_back_in_order(tmp_path):
    files = []
    for number in range(1_000):
        file = tmp_path / f"{number}.sse"
        file.write_bytes(told(number % 7, f" {number}"))
        files.append(str(file) if number % 2 else file)
    recordings = ors.parse_many(iter(files), threads=4)
    assert [recording.source for recording in recordings] == files
    texts = [recording.response.output_text if recording.response else None for recording in recordings]
    assert texts == [f" {number}" * (number % 7) for number in range(1_000)]


def test_one_bad_source_never_ends_the_others(tmp_path):
    good = told(3)
    endless = b"data: " + b"x" * 5_000
    sources = [good, tmp_path / "none", tmp_path, b"", b"<html>no</html>", endless, memoryview(bytearray(good)), good]
    limits = ors.Limits(max_line_bytes=4_000)
    recordings = ors.parse_many(sources, limits=limits)
    errors = [recording.error and type(recording.error).__name__ for recording in recordings]
    bad = ["FileNotFoundError", "IsADirectoryError", "StreamTruncated", "TransportError", "LimitExceeded"]
    assert errors == [None, *bad, None, None]
    assert [recordings[at].response.output_text for at in (0, 6, 7)] == [" word" * 3] * 3
    assert [recordings[at].outcome for at in (1, 2, 4, 5)] == [None] * 4
    assert recordings[1].error.filename == str(tmp_path / "none")
    assert recordings[5].error.limit == "max_line_bytes"
    assert recordings[3].outcome is ors.Outcome.TRUNCATED
    with pytest.raises(FileNotFoundError):
        recordings[1].get_final_response()
    assert repr(recordings[1]) == f"<Recording {tmp_path / 'none'!r}: FileNotFoundError, 0 events>"


def test_a_truncated_recording_keeps_what_it_has():
    body = told(5)
    (recording,) = ors.parse_many([body[: len(body) // 2]])
    assert recording.outcome is ors.Outcome.TRUNCATED
    assert isinstance(recording.error, ors.StreamTruncated)
    assert recording.error is recording.error
    assert recording.error.partial == recording.response
    assert recording.response is recording.response
    assert recording.get_final_response(require_terminal=False).output_text == recording.response.output_text
    with pytest.raises(ors.StreamTruncated):
        recording.get_final_response()


def test_files_larger_than_a_block_and_files_without_a_size_are_read_to_their_end(tmp_path):
    body = told(20_000)
    assert len(body) > 4 * 256 * 1024
    file = tmp_path / "long.sse"
    file.write_bytes(body)
    pipe_out, pipe_in = os.pipe()
    writer = threading.Thread(target=lambda: [os.write(pipe_in, told(3)), os.close(pipe_in)])
    writer.start()
    long, piped = ors.parse_many([file, f"/dev/fd/{pipe_out}"])
    writer.join()
    os.close(pipe_out)
    assert (long.bytes_seen, long.response.output_text) == (len(body), " word" * 20_000)
    assert piped.response.output_text == " word" * 3


def test_more_threads_than_anybody_needs():
    recordings = ors.parse_many([told(2)] * 300, threads=10**9)
    assert [recording.response.output_text for recording in recordings if recording.response] == [" word" * 2] * 300


@pytest.mark.skipif(sys.platform != "linux", reason="how threads are forbidden differs")
def test_no_thread_to_be_had_is_no_failure():
    script = """
        import resource, threading

        whole = body(10)
        ors.parse_many([])  # imported, and without a thread whose stack could be used again
        # No memory for the stack of one more thread.
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 20), resource.RLIM_INFINITY))
        recordings = ors.parse_many([whole] * 3, threads=2)
        print([recording.outcome.value for recording in recordings])
    """
    assert run(script) == "['completed', 'completed', 'completed']\n"


def test_a_final_response_may_be_a_bare_one():
    (recording,) = ors.parse_many([b'data: {"type":"response.completed"}\n\n'])
    assert (recording.error, recording.response, recording.response_json) == (None, None, None)
    assert recording.get_final_response().status == "completed"


def test_nothing_gives_nothing_and_mistakes_are_named():
    assert ors.parse_many([]) == []
    with pytest.raises(TypeError, match="source 1 must be a path or a buffer of bytes, not int"):
        ors.parse_many([b"", 7])
    for one in ("a.sse", b"data: {}\n\n"):
        with pytest.raises(TypeError, match="sources must be several"):
            ors.parse_many(one)
    with pytest.raises(ValueError, match="threads must be at least 1"):
        ors.parse_many([b""], threads=0)
    with pytest.raises(ValueError, match="output_source"):
        ors.parse_many([b""], output_source="both")


def test_other_python_threads_go_on_meanwhile():
    bodies = [told(20_000)] * 8
    steps, stop = 0, threading.Event()

    def count() -> None:
        nonlocal steps
        while not stop.is_set():
            steps += 1
            time.sleep(0)

    thread = threading.Thread(target=count)
    interval = sys.getswitchinterval()
    # Nobody is made to let go of the GIL: whoever runs beside a call runs because the call let go.
    sys.setswitchinterval(1_000)
    try:
        thread.start()
        before = steps
        ors.parse_many(bodies, threads=1)
        during = steps - before
    finally:
        sys.setswitchinterval(interval)
        stop.set()
        thread.join()
    assert during > 10


def test_speed_by_threads(capsys):
    bodies = [told(20_000)] * 12
    size = sum(map(len, bodies)) / 1e6
    for threads in (1, 2):
        times = []
        for _ in range(3):
            start = time.perf_counter()
            recordings = ors.parse_many(bodies, threads=threads)
            times.append(time.perf_counter() - start)
        assert all(recording.response_json for recording in recordings)
        with capsys.disabled():
            print(f"\n  parse_many, {threads} thread(s): {size / min(times):,.0f} MB/s", end="")
