"""The compact format: a magic, a header of JSON, then for each chunk its time, its length and its bytes.

    file   = magic, varint(length of header), header, frames        magic = 0x8F "ORX"
    frame  = varint(ns since the frame before), varint(length), bytes
    end    = varint(ns since the frame before), varint(0)

A varint is LEB128: seven bits a byte, the lowest first, the eighth set while more follow. Where the header says
`"compression": "zlib"`, the frames are one zlib stream. A file without its end was cut off.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

from .capture import Capture, CapturedChunk
from .errors import CaptureError
from .header import fields, read_header

if TYPE_CHECKING:
    from typing import Any, BinaryIO

MAGIC = b"\x8fORX"
_VARINT_BYTES = 9  # 63 bits: nanoseconds for 292 years
_FLUSH_BYTES = 65536


class CompactWriter:
    """Writes one capture into a binary file, chunk by chunk."""

    def __init__(self, file: BinaryIO, header: dict[str, Any], *, compress: bool) -> None:
        self._file = file
        self._deflate = zlib.compressobj() if compress else None
        self._last = 0
        self._unflushed = 0
        told = json.dumps({**header, "compression": "zlib" if compress else None}).encode()
        file.write(MAGIC + varint(len(told)) + told)

    def add(self, t_ns: int, data: bytes) -> None:
        """Write a chunk; an empty one is none."""
        if data:
            self._frame(t_ns, data)

    def end(self, t_ns: int) -> None:
        """Write the end of the body."""
        self._frame(t_ns, b"")
        if self._deflate is not None:
            self._file.write(self._deflate.flush())

    def _frame(self, t_ns: int, data: bytes) -> None:
        # A clock that goes back is held, so that the order stays that of arrival.
        frame = varint(max(t_ns - self._last, 0)) + varint(len(data)) + data
        self._last = max(t_ns, self._last)
        if self._deflate is None:
            self._file.write(frame)
            return
        self._file.write(self._deflate.compress(frame))
        self._unflushed += len(frame)
        if self._unflushed >= _FLUSH_BYTES:
            # What a crash can cost is bounded.
            self._file.write(self._deflate.flush(zlib.Z_SYNC_FLUSH))
            self._unflushed = 0


def read_compact(data: bytes, where: str) -> Capture:
    """Read the compact format.

    Args:
        data: The whole file.
        where: The file, for messages.

    Raises:
        CaptureError: Raised when it is none, of another version, damaged or cut off, with what was read before.
    """
    if not data.startswith(MAGIC):
        message = f"{where}: this is no compact capture: it does not begin with {MAGIC!r}"
        raise CaptureError(message)
    length, start = _varint(data, len(MAGIC)) or (len(data), len(data))
    if start + length > len(data):
        message = f"{where}: cut off within its header, at byte {len(data)}"
        raise CaptureError(message)
    header = read_header(data[start : start + length], where)
    frames, fault = _inflated(data[start + length :], header.get("compression"))
    chunks, end_ns, complete = _frames(frames)
    capture = Capture(tuple(chunks), end_ns, **fields(header))
    if fault is None and complete == len(frames) and end_ns >= 0:
        return capture
    kept = Capture(capture.chunks, chunks[-1].t_ns if chunks else 0, **fields(header)) if end_ns < 0 else capture
    what = fault or ("bytes after its end" if end_ns >= 0 else "cut off within a chunk or before its end")
    message = f"{where}: {what}; kept: {len(chunks)} chunks of {len(kept.body)} bytes"
    raise CaptureError(message, kept)


def varint(number: int) -> bytes:
    """Write a number from 0."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _varint(data: bytes, at: int) -> tuple[int, int] | None:
    """Read a number; also where the next thing begins. None when there is no whole one."""
    number = 0
    for place, byte in enumerate(data[at : at + _VARINT_BYTES]):
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return number, at + place + 1
    return None


def _frames(data: bytes) -> tuple[list[CapturedChunk], int, int]:
    """The chunks, when the body ended (-1 when that is missing), and how many bytes were understood."""
    chunks: list[CapturedChunk] = []
    now = at = 0
    while (delta := _varint(data, at)) is not None and (length := _varint(data, delta[1])) is not None:
        size, start = length
        if size == 0:
            return chunks, now + delta[0], start
        if start + size > len(data):
            break
        now += delta[0]
        at = start + size
        chunks.append(CapturedChunk(now, data[start:at]))
    return chunks, -1, at


def _inflated(data: bytes, compression: object) -> tuple[bytes, str | None]:
    """The frames as they were, as far as they can be read, and what is wrong."""
    if compression is None:
        return data, None
    if compression != "zlib":
        return b"", f"compressed with {compression!r}, which this library does not know"
    inflate = zlib.decompressobj()
    found = bytearray()
    try:
        # In small steps, so that what stands before the damage is kept.
        for start in range(0, len(data), 4096):
            found += inflate.decompress(data[start : start + 4096])
    except zlib.error as error:
        return bytes(found), f"damaged: {error}"
    if inflate.unused_data:
        return bytes(found), "bytes after its end"
    return bytes(found), None if inflate.eof else "cut off"
