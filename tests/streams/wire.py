"""Events as the bytes that a server would send; the dialects are those of `or-stream serve`."""

from collections.abc import Iterable

from or_stream.serve.profiles.dialect import Dialect, Event, KeyOrder, blocks, dumps, frame, reorder

__all__ = ["OPENAI", "Dialect", "Event", "KeyOrder", "blocks", "body", "chunks", "dumps", "frame", "reorder"]

OPENAI = Dialect()


def body(events: Iterable[Event], dialect: Dialect = OPENAI) -> bytes:
    """A whole body."""
    return b"".join(blocks(events, dialect))


def chunks(whole: bytes, size: int) -> list[bytes]:
    """A body in pieces of `size` bytes."""
    return [whole[start : start + size] for start in range(0, len(whole), size)]
