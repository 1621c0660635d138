"""Capture files by their names: `.orx` is compact, `.jsonl` readable, anything else the bare body (`.sse`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from ...encoding import encode
from .capture import Capture
from .jsonl import LinesWriter, read_lines
from .orx import MAGIC, CompactWriter, read_compact

if TYPE_CHECKING:
    from os import PathLike
    from typing import Any


MARKS = (MAGIC, b'{"orx"')
"""How captures begin: the compact ones, and those of lines."""


class CaptureWriter(Protocol):
    """Writes the chunks of one stream as they come."""

    def add(self, t_ns: int, data: bytes, /) -> None:
        """Write a chunk that came so many nanoseconds after the request was sent."""

    def end(self, t_ns: int, /) -> None:
        """Write that the body ended then; without it the file counts as cut off."""


class _BodyWriter:
    """Writes the bytes and forgets the times; messages get the framing of events."""

    def __init__(self, file: BinaryIO, *, messages: bool) -> None:
        self._file = file
        self._messages = messages

    def add(self, t_ns: int, data: bytes) -> None:
        self._file.write(framed(data) if self._messages else data)

    def end(self, t_ns: int) -> None:
        """A bare body just ends."""


def open_writer(
    file: BinaryIO, name: str | PathLike[str], header: dict[str, Any], *, compress: bool = False
) -> CaptureWriter:
    """Make the writer for a file of this name.

    Args:
        file: Open for writing bytes; it stays open.
        name: Its suffix chooses the format.
        header: As `Capture.header`.
        compress: Compress an `.orx` by zlib. After a crash its last 64 KiB may then be missing.
    """
    suffix = Path(name).suffix.lower()
    if suffix == ".orx":
        return CompactWriter(file, header, compress=compress)
    if suffix == ".jsonl":
        return LinesWriter(file, header)
    return _BodyWriter(file, messages=header.get("messages") is True)


def write_capture(capture: Capture, path: str | PathLike[str], *, compress: bool = False) -> None:
    """Write a capture into a file.

    Args:
        capture: What to write.
        path: Ends in `.orx` for the compact format, in `.jsonl` for the readable one; any other name gets the bare
            body, without times.
        compress: As of `open_writer`.

    Raises:
        OSError: Raised when the file cannot be written.
    """
    with Path(path).open("wb") as file:
        writer = open_writer(file, path, capture.header, compress=compress)
        for at, data in capture.chunks:
            writer.add(at, data)
        writer.end(capture.end_ns)


def read_capture(source: str | PathLike[str] | bytes, *, where: str | None = None) -> Capture:
    """Read a capture of any format; what it is, its first bytes say.

    Args:
        source: A path, or the bytes of the file.
        where: What to call it in messages; None for the path.

    Returns:
        The capture. A bare body has all its times 0, and one chunk an event.

    Raises:
        CaptureError: Raised when it is damaged, cut off or of another version; its `capture` is what was read before.
        OSError: Raised when the file cannot be read.
    """
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    name = where or ("capture" if isinstance(source, bytes) else str(source))
    suffix = "" if isinstance(source, bytes) else Path(source).suffix.lower()
    # A file that is named as a capture must be one: an empty or foreign file is an error then, and no empty body.
    if data.startswith(MARKS[0]) or suffix == ".orx":
        return read_compact(data, name)
    if data.startswith(MARKS[1]) or suffix == ".jsonl":
        return read_lines(data, name)
    return Capture.of_body(data)


def framed(message: bytes) -> bytes:
    """Give a message the framing of an event."""
    try:
        return encode(message)
    except ValueError:  # no JSON object: the reader is to find what the server sent
        return b"".join(b"data: " + line + b"\n" for line in message.splitlines()) + b"\n"
