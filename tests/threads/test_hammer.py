"""Many threads: each with a reader of its own, and all at one; `ConcurrentUse` at worst, and nothing lost."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import pytest

import or_stream as ors
from tests.core.wire import answer, frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

THREADS = 16


@pytest.fixture(autouse=True)
def _threads_change_all_the_time() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def told(word: str, count: int) -> bytes:
    return b"".join(map(frame, answer([word] * count)))


def in_threads(work: Callable[[int], None]) -> None:
    """Run in all threads at once; the first error of any is raised."""
    errors: list[BaseException] = []
    together = threading.Barrier(THREADS)

    def run(number: int) -> None:
        try:
            together.wait()
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_each_thread_with_its_own_decoder():
    bodies = [told(f" {number}", 400) for number in range(THREADS)]

    def read(number: int) -> None:
        for size in (37, 1_000, 100_000):
            decoder, text = ors.Decoder(), ""
            for start in range(0, len(bodies[number]), size):
                for event in decoder.feed(bodies[number][start : start + size]):
                    text += event.delta if isinstance(event, ors.OutputTextDelta) else ""
            assert decoder.finish() == []
            assert (text, decoder.outcome) == (f" {number}" * 400, ors.Outcome.COMPLETED)

    in_threads(read)


def test_each_thread_with_its_own_assembler_and_views_of_it():
    bodies = [told(f" {number}", 400) for number in range(THREADS)]

    def read(number: int) -> None:
        assembler = ors.Assembler()
        for start in range(0, len(bodies[number]), 9_000):
            assembler.feed(bodies[number][start : start + 9_000])
            assert (f" {number}" * 400).startswith(assembler.output_text)
        assembler.finish()
        assert assembler.arguments("call_1").value == {"at": "é"}
        assert assembler.output_text == f" {number}" * 400

    in_threads(read)


@pytest.mark.parametrize("make", [ors.Decoder, ors.Assembler], ids=lambda make: make.__name__)
def test_all_threads_at_one_reader(make):
    reader = make()
    block = told(" x", 40)
    fed, events, refused = [0] * THREADS, [0] * THREADS, [0] * THREADS

    def feed(number: int) -> None:
        while fed[number] < 50:
            try:
                events[number] += len(reader.feed(block) or ())
                fed[number] += 1
            except ors.ConcurrentUse:
                refused[number] += 1
            try:
                assert reader.bytes_seen % len(block) == 0
                _ = reader.diagnostics, reader.state_bytes, reader.outcome
            except ors.ConcurrentUse:
                refused[number] += 1

    in_threads(feed)
    # Whoever was not refused was served whole.
    assert reader.bytes_seen == THREADS * 50 * len(block)
    assert reader.events_seen == THREADS * 50 * len(answer([" x"] * 40))
    if make is ors.Decoder:
        assert sum(events) == reader.events_seen


def test_events_are_read_by_all_threads():
    events = ors.Decoder().feed(told(" w", 200))
    wanted = [
        (event.type, event.raw, event.data, event.sequence_number) for event in ors.Decoder().feed(told(" w", 200))
    ]

    def read(_: int) -> None:
        for _ in range(3):
            assert [(event.type, event.raw, event.data, event.sequence_number) for event in events] == wanted

    in_threads(read)


def test_many_at_once_in_many_threads():
    bodies = [told(f" {number}", 100) for number in range(THREADS)]

    def read(number: int) -> None:
        turned = bodies[number:] + bodies[:number]
        recordings = ors.parse_many(turned, threads=1 + number % 3)
        texts = [recording.response.output_text for recording in recordings if recording.response]
        assert texts == [f" {(number + at) % THREADS}" * 100 for at in range(THREADS)]

    in_threads(read)
