"""A line on the terminal while nothing else is shown."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


@contextmanager
def waiting(what: str) -> Generator[Callable[[], None]]:
    """Say what is waited for, on standard error where that is a terminal.

    Args:
        what: In a few words.

    Yields:
        Takes the line away; so does the end of the block.
    """
    notes = Console(stderr=True)
    if not notes.is_terminal:
        yield _nothing
        return
    spinner = Spinner("dots", what, style="green")
    # What the command writes to its streams must reach them as it is, so rich shall not stand between.
    with Live(spinner, console=notes, transient=True, redirect_stdout=False, redirect_stderr=False) as line:
        yield line.stop


def _nothing() -> None:
    """There is no line to take away."""
