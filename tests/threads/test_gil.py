"""Who holds the GIL: nobody while large chunks are folded; everybody who makes objects or takes less than 8 KiB."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import or_stream as ors
from tests.core.wire import answer, frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BODY = b"".join(map(frame, answer([" word"] * 20_000)))
CHUNK = 1 << 20


@contextmanager
def beside() -> Iterator[Callable[[], int]]:
    """A second Python thread, which runs only when somebody lets go of the GIL; yields what counts its steps."""
    steps, stop = 0, threading.Event()

    def count() -> None:
        nonlocal steps
        while not stop.is_set():
            steps += 1
            time.sleep(0)

    thread = threading.Thread(target=count)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1_000)
    try:
        thread.start()
        yield lambda: steps
    finally:
        sys.setswitchinterval(interval)
        stop.set()
        thread.join()


def steps_during(call: Callable[[], object]) -> int:
    with beside() as steps:
        before = steps()
        call()
        return steps() - before


def in_chunks(take: Callable[[bytes], object], size: int) -> None:
    for start in range(0, len(BODY), size):
        take(BODY[start : start + size])


def test_another_thread_goes_on_while_large_chunks_are_folded():
    assert steps_during(lambda: [ors.Assembler().feed(BODY) for _ in range(10)]) > 0


def test_small_chunks_do_not_let_go():
    assert steps_during(lambda: in_chunks(ors.Assembler().feed, 8_191)) == 0


def test_who_makes_objects_keeps_the_gil():
    # Nothing else lets go here, so this also shows that the tests above can fail.
    assert steps_during(lambda: in_chunks(ors.Decoder().feed, CHUNK)) == 0
    assert steps_during(lambda: in_chunks(ors.Assembler().decode, CHUNK)) == 0
