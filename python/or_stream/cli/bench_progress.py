"""How far a run is, on the terminal while it goes on."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from time import monotonic
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ..bench.load import SoFar

if TYPE_CHECKING:
    from ..bench.load import Bounds, Record

_A_SECOND = 5  # more would be work on the loop that measures


class BenchProgress:
    """A bar, and beside it what has ended, failed and is under way.

    Args:
        bounds: What the bar runs to: so many requests, or the seconds in which they begin.
        console: Of the terminal.
    """

    def __init__(self, bounds: Bounds, console: Console) -> None:
        self._bounds = bounds
        self._bar = Progress(
            SpinnerColumn(style="green"),
            BarColumn(bar_width=24, complete_style="green"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            refresh_per_second=_A_SECOND,
        )
        due = bounds.requests
        self._task = self._bar.add_task("starting", total=bounds.seconds if due is None else due + bounds.warm_up)
        self._began = 0.0
        self._ended = self._failed = 0
        self._so_far = SoFar()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def record(self, record: Record) -> None:
        """A request has ended."""
        self._ended += 1
        self._failed += bool(record.error_kind)

    def so_far(self, so_far: SoFar) -> None:
        """So many are under way; told from the start of the run, some times a second."""
        self._began = self._began or monotonic()
        self._so_far = so_far
        of = "" if self._bounds.requests is None else f" of {self._bounds.requests + self._bounds.warm_up:,}"
        told = f"{self._ended:,}{of} ended, {self._failed:,} failed, {so_far.under_way:,} under way"
        done = self._ended if self._bounds.requests is not None else monotonic() - self._began
        self._bar.update(self._task, description=f"{told}, {so_far.events:,} events", completed=done)


def progress(bounds: Bounds) -> AbstractContextManager[BenchProgress | None]:
    """Show how far a run is on standard error, where that is a terminal."""
    notes = Console(stderr=True)
    return BenchProgress(bounds, notes) if notes.is_terminal else nullcontext()
