"""`or-stream cat`: any stream, shown as it comes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..errors import OrStreamError, StreamTruncated
from .ending import code_of, complain
from .report import print_table
from .timing import Timing
from .views import make_view
from .waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..stream.event_stream import EventStream
    from .target import Target
    from .views import Mode


def cat(target: Target, mode: Mode, *, stats: bool | None) -> int:
    """Show a stream.

    Args:
        target: What to read.
        mode: How to show it.
        stats: Whether to print the table; None for only on a terminal.

    Returns:
        The exit code.

    Raises:
        OrStreamError: Raised when the source could not be read at all.
        OSError: Raised when a file cannot be opened, or standard output cannot be written.
    """
    source = target.open()
    timing = Timing()
    with target.hinting(), waiting(f"waiting for {target.name}") as come, source as stream:
        code = _show(stream, mode, timing, target.name, come)
    if stats or (stats is None and sys.stdout.isatty() and sys.stderr.isatty() and stream.stats.events):
        print_table(stream, timing if target.is_live else None, file=sys.stderr)
    return code


def _show(stream: EventStream, mode: Mode, timing: Timing, name: str, come: Callable[[], None]) -> int:
    view = make_view(mode, sys.stdout)
    try:
        for events in stream.batches():
            come()
            timing.note(events)
            view.show(events)
    except OrStreamError as error:
        view.end(stream)
        complain(_told(error, name))
        return code_of(error)
    finally:
        come()
        timing.stop()
    view.end(stream)
    outcome = stream.until_done()
    if code_of(outcome):
        complain(f"the response is {outcome}")
    return code_of(outcome)


def _told(error: OrStreamError, name: str) -> str:
    if isinstance(error, StreamTruncated) and error.events_seen == 0:
        return f"{name}: no event in {error.bytes_seen} bytes: this is no event stream"
    return f"{name}: {error}"
