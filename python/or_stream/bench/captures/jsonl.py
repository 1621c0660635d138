"""The readable format, for diffs: a line of JSON for the header, for each chunk, and for the end."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING

from .capture import Capture, CapturedChunk
from .errors import CaptureError
from .header import fields, read_header

if TYPE_CHECKING:
    from typing import Any, BinaryIO


class LinesWriter:
    """Writes one capture into a binary file, a line a chunk."""

    def __init__(self, file: BinaryIO, header: dict[str, Any]) -> None:
        self._file = file
        self._write(header)

    def add(self, t_ns: int, data: bytes) -> None:
        """Write a chunk; as text where it is UTF-8, else as base64."""
        try:
            self._write({"t_ns": t_ns, "text": data.decode()})
        except UnicodeDecodeError:
            self._write({"t_ns": t_ns, "base64": base64.b64encode(data).decode()})

    def end(self, t_ns: int) -> None:
        """Write the end of the body."""
        self._write({"t_ns": t_ns, "end": True})

    def _write(self, value: dict[str, Any]) -> None:
        self._file.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")


def read_lines(data: bytes, where: str) -> Capture:
    """Read the readable format.

    Args:
        data: The whole file.
        where: The file, for messages.

    Raises:
        CaptureError: Raised when it is none, of another version, damaged or cut off, with what was read before.
    """
    first, *rest = data.split(b"\n")
    header = fields(read_header(first, where))
    chunks: list[CapturedChunk] = []
    for number, line in enumerate(rest, start=2):
        if not line:
            continue
        found = _chunk(line)
        if found is None:
            raise _fault(f"{where}: line {number} is no chunk", chunks, header)
        if found.data is None:
            return Capture(tuple(chunks), found.t_ns, **header)
        chunks.append(CapturedChunk(found.t_ns, found.data))
    raise _fault(f"{where}: cut off before its end", chunks, header)


class _Line:
    def __init__(self, t_ns: int, data: bytes | None) -> None:
        self.t_ns = t_ns
        self.data = data


def _chunk(line: bytes) -> _Line | None:
    """One line; its data is None at the end of the body."""
    value: Any
    try:
        value = json.loads(line)
    except ValueError:
        return None
    match value:
        case {"t_ns": int(at), "text": str(text)} if at >= 0:
            return _Line(at, text.encode(errors="surrogatepass"))
        case {"t_ns": int(at), "base64": str(text)} if at >= 0:
            try:
                return _Line(at, base64.b64decode(text, validate=True))
            except binascii.Error:
                return None
        case {"t_ns": int(at), "end": True} if at >= 0:
            return _Line(at, None)
        case _:
            return None


def _fault(what: str, chunks: list[CapturedChunk], header: dict[str, Any]) -> CaptureError:
    kept = Capture(tuple(chunks), chunks[-1].t_ns if chunks else 0, **header)
    return CaptureError(f"{what}; kept: {len(chunks)} chunks of {len(kept.body)} bytes", kept)
