"""Promise P9: whatever a server sends takes time in proportion to its bytes. The worst cases that we know."""

from __future__ import annotations

import gc
from time import process_time
from typing import TYPE_CHECKING

import pytest

import or_stream as ors

from .wire import frame

if TYPE_CHECKING:
    from collections.abc import Callable

BYTES = 1 << 18
TIMES = 4
BOUND = 8  # quadratic would be 16
MESSAGE = {"output_index": 0, "item": {"type": "message", "id": "m", "content": []}}
CALL = {"output_index": 0, "item": {"type": "function_call", "id": "m", "call_id": "c", "name": "f"}}
PLACE = {"item_id": "m", "output_index": 0, "content_index": 0}


def event(name: str, **members: object) -> bytes:
    return frame({"type": name, **members})


def repeated(block: bytes, size: int) -> bytes:
    return block * (size // len(block))


def numbered(size: int, name: str, make: Callable[[int], dict[str, object]]) -> bytes:
    """As many events as fit, each made from its number."""
    count = size // (len(event(name, **make(999))) + 1)
    return b"".join(event(name, **make(number)) for number in range(count))


def snapshots(size: int) -> bytes:
    """One response told twice, its members the other way round the second time."""
    keys = [f"key{number}" for number in range(size // 30)]
    return b"".join(
        event(f"response.{name}", response=dict.fromkeys(order, 1))
        for name, order in (("created", keys), ("in_progress", reversed(keys)))
    )


BODIES: dict[str, Callable[[int], bytes]] = {
    "one line": lambda size: b"data: " + b"x" * size,
    "comments": lambda size: repeated(b": ping\n\n", size),
    "empty lines": lambda size: b"\n" * size,
    "fields that nobody knows": lambda size: repeated(b"what: ever\n", size),
    "data lines of one event": lambda size: repeated(b"data: 1\n", size),
    "the smallest events": lambda size: repeated(b"data: {}\n\n", size),
    "events that are not JSON": lambda size: repeated(b"data: {]\n\n", size),
    "brackets": lambda size: event("x", deep=[[]]).replace(
        b"[[]]", b"[" * 99 + repeated(b"[],", size) + b"1" + b"]" * 99
    ),
    "escapes": lambda size: event("response.output_text.delta", **PLACE, delta="?").replace(
        b"?", repeated(rb"\u20ac\ud800", size)
    ),
    "deltas of one text": lambda size: repeated(event("response.output_text.delta", **PLACE, delta="hello"), size),
    "deltas and done texts in turns": lambda size: repeated(
        event("response.output_text.delta", **PLACE, delta="a") + event("response.output_text.done", **PLACE, text="a"),
        size,
    ),
    "states that differ": lambda size: numbered(
        size, "response.in_progress", lambda number: {"response": {f"k{number}": 1}}
    ),
    "members in another order": snapshots,
    "annotations backwards": lambda size: (
        event("response.output_item.added", **MESSAGE)
        + numbered(
            size,
            "response.output_text.annotation.added",
            lambda number: {**PLACE, "annotation_index": 10**6 - number, "annotation": {"type": "x"}},
        )
    ),
    "arguments": lambda size: (
        event("response.output_item.added", **CALL)
        + repeated(event("response.function_call_arguments.delta", item_id="m", output_index=0, delta='[1,"a",'), size)
    ),
}


def assembled(body: bytes, chunk: int) -> float:
    assembler = ors.Assembler()
    chunks = [body[at : at + chunk] for at in range(0, len(body), chunk)]
    gc.collect()
    began = process_time()
    for piece in chunks:
        assembler.feed(piece)
    assembler.finish()
    assembler.snapshot_json()
    return process_time() - began


def growth(small: Callable[[], float], large: Callable[[], float]) -> float:
    """How much more a large one takes than a small one, at best; other work on the machine only ever adds."""
    least = [float("inf"), float("inf")]
    for number in range(20):
        least = [min(least[0], small()), min(least[1], large())]
        if number >= 2 and least[1] < BOUND * least[0]:
            break
    return least[1] / least[0]


@pytest.mark.parametrize("chunk", [16_384, 64, 1])
@pytest.mark.parametrize("body", BODIES)
def test_four_times_the_bytes_take_four_times_as_long(body: str, chunk: int) -> None:
    make, size = BODIES[body], BYTES if chunk > 1 else BYTES // 8
    small, large = make(size), make(TIMES * size)
    assert len(large) > 3.5 * len(small)
    assert growth(lambda: assembled(small, chunk), lambda: assembled(large, chunk)) < BOUND
