"""The blocks of an event stream with what a decoder does not tell: place, missing names, split data, stray lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


_NAME_BYTES: Final = b"abcdefghijklmnopqrstuvwxyz0123456789-_"
_BLANKS: Final = b" \t\xef\xbb\xbf"


@dataclass(slots=True)
class Block:
    """What stands between two blank lines.

    Args:
        offset: The byte of the body where it starts.
        line: The line where it starts, from 1.
        stray: The first of its lines that nobody meant as a field; None where there is none.
    """

    offset: int
    line: int
    name: bytes | None = None
    data: list[bytes] = field(default_factory=list[bytes])
    has_id: bool = False
    closed: bool = True
    stray: bytes | None = None


class Blocks:
    """Cuts a body into blocks, in time linear in its bytes whatever the chunks."""

    def __init__(self) -> None:
        self.bytes = 0
        self._line: list[bytes] = []
        self._after_cr = False
        self._offset = 0
        self._number = 1
        self._block: Block | None = None

    def feed(self, chunk: bytes) -> Iterator[Block]:
        """Take a chunk; give the blocks that it closed."""
        for piece in chunk.splitlines(keepends=True):  # bytes: only CR, LF and CRLF end a line
            yield from self._piece(piece)

    def finish(self) -> Iterator[Block]:
        """Take the end of the body; give the block that was left open."""
        if self._line:
            yield from self._end_line()
        if self._block is not None:
            self._block.closed = False
            yield self._block
            self._block = None

    def _piece(self, piece: bytes) -> Iterator[Block]:
        self.bytes += len(piece)
        if self._after_cr and piece == b"\n":  # the second half of a CRLF that was cut
            self._after_cr = False
            self._offset = self.bytes
            return
        self._after_cr = piece.endswith(b"\r")
        self._line.append(piece)
        if piece.endswith((b"\n", b"\r")):
            yield from self._end_line()

    def _end_line(self) -> Iterator[Block]:
        line = b"".join(self._line).rstrip(b"\r\n")
        self._line.clear()
        if self._offset == 0:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line:
            self._field(line)
        elif self._block is not None:
            yield self._block
            self._block = None
        self._offset = self.bytes
        self._number += 1

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        stray = _is_stray(name)
        if name not in {b"event", b"data", b"id"} and not stray:
            return  # a comment, `retry`, or what a reader skips
        if self._block is None:
            self._block = Block(self._offset, self._number)
        value = value.removeprefix(b" ")
        if stray:
            self._block.stray = self._block.stray or line
        elif name == b"event":
            self._block.name = value
        elif name == b"data":
            self._block.data.append(value)
        else:
            self._block.has_id = True


def _is_stray(name: bytes) -> bool:
    """Whether a line of this name is no field (rule S8): servers may have names of their own, but not `{"error"`."""
    return name == b"error" or bool(name.strip(_NAME_BYTES) and name.strip(_BLANKS))
