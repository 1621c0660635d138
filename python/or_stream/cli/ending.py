"""How the command ends: its exit code, one line for what went wrong, and quiet where the user ended it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Self

import typer

from ..bench.captures import CaptureError
from ..errors import OrStreamError, ServerStreamError
from ..outcome import Outcome

if TYPE_CHECKING:
    from types import TracebackType

INTERRUPTED = 130
BROKEN_PIPE = 141


class Ending:
    """Around a command: turns what it raises into a line on standard error and an exit code.

    0 is for `completed` and `incomplete`, 1 for every other end of a stream, 2 for what could not be read at all.
    """

    def __init__(self) -> None:
        self.code = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            raise typer.Exit(INTERRUPTED) from None
        if isinstance(error, BrokenPipeError):
            # What is still buffered cannot be written either; the interpreter must not try when it exits.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(BROKEN_PIPE) from None
        if isinstance(error, OrStreamError | OSError | ImportError | CaptureError):
            complain(told(error))
            raise typer.Exit(code_of(error)) from None
        if error is None:
            raise typer.Exit(self.code)


def told(error: BaseException) -> str:
    """The error in its words, and of a file first its name."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def complain(message: str) -> None:
    """Write one line to standard error."""
    line = " ".join(message.split())
    sys.stdout.flush()
    sys.stderr.write(f"or-stream: {line}\n")


def code_of(end: Outcome | BaseException) -> int:
    """Give the exit code of a stream's end."""
    if isinstance(end, Outcome):
        return 0 if end in (Outcome.COMPLETED, Outcome.INCOMPLETE) else 1
    started = isinstance(end, OrStreamError) and end.events_seen > 0
    return 1 if started or isinstance(end, ServerStreamError) else 2
