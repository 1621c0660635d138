"""A line on the terminal while nothing else is shown."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

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
    status = notes.status(what)
    with status:
        yield status.stop


def _nothing() -> None:
    """There is no line to take away."""
