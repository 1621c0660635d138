"""`record=` of the streams: what they read goes into a file as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .open import open_async_source, open_source

if TYPE_CHECKING:
    from os import PathLike

    from ...bench.captures.recorded import Tape
    from .source import AsyncSource, Source


def open_tape(path: str | PathLike[str]) -> Tape:
    """Make the file, whose clock begins now.

    Raises:
        OSError: Raised when it cannot be made.
    """
    from ...bench.captures.recorded import Tape  # noqa: PLC0415 - for those who record

    return Tape(path)


def recorded_source(source: Any, tape: Tape, *, strict: bool) -> Source:
    """Wrap what a thread reads from, as `open_source` takes it."""
    from ...bench.captures.recorded import RecordedSource  # noqa: PLC0415 - as above

    return RecordedSource(open_source(source, strict=strict), tape)


def recorded_async_source(source: Any, tape: Tape, *, strict: bool) -> AsyncSource:
    """Wrap what a task reads from, as `open_async_source` takes it."""
    from ...bench.captures.recorded import AsyncRecordedSource  # noqa: PLC0415 - as above

    return AsyncRecordedSource(open_async_source(source, strict=strict), tape)
