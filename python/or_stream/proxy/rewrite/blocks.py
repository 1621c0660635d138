"""The blocks of an event stream as bytes: what stands between blank lines, comments and ids included."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...events import Event

_BLANK = (b"\n", b"\r\n", b"\r")
_ESCAPES = {'"': '"', "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_HEX = frozenset("0123456789abcdefABCDEF")
_HEX_DIGITS = 4


def split(body: bytes) -> list[bytes]:
    """Cut whole blocks apart, each with the blank line that ends it.

    Args:
        body: Bytes that end behind a blank line; if they do not, the last block is what is left.

    Returns:
        The blocks; joined they are the body.
    """
    blocks: list[bytes] = []
    lines: list[bytes] = []
    for line in body.splitlines(keepends=True):
        lines.append(line)
        if line in _BLANK:
            blocks.append(b"".join(lines))
            lines = []
    return [*blocks, b"".join(lines)] if lines else blocks


def with_data(block: bytes, event: dict[str, Any]) -> bytes:
    """Put another event into a block; its ids, comments and line ends stay.

    Args:
        block: The block as it came.
        event: The event that it shall hold.

    Returns:
        The block with one `data` line in the place of its first, and an `event` line that says the new type.
    """
    lines: list[bytes] = []
    data = b"data: " + dumps(event)
    for line in block.splitlines(keepends=True):
        end = line[len(line.rstrip(b"\r\n")) :] or b"\n"
        name = line.removeprefix(b"\xef\xbb\xbf").partition(b":")[0].strip(b"\r\n")
        if name == b"event":
            lines.append(b"event: " + str(event.get("type", "message")).encode() + end)
        elif name != b"data":
            lines.append(line)
        elif data:
            lines.append(data + end)
            data = b""
    return b"".join(lines)


def renumbered(block: bytes, event: Event, data: dict[str, Any]) -> bytes:
    """Give a block's event another number and leave everything else as it is.

    Args:
        block: The block as it came.
        event: The event in it.
        data: The event's data with its new `sequence_number`.
    """
    head, mark, tail = block.partition(b'"sequence_number"')
    digits = str(event.sequence_number).encode()
    colon = tail[: len(tail) - len(tail.lstrip(b" \t:"))]
    if not mark or b'"sequence_number"' in tail or not tail[len(colon) :].startswith(digits):
        return with_data(block, data)
    return head + mark + colon + str(data["sequence_number"]).encode() + tail[len(colon) + len(digits) :]


def frame(event: dict[str, Any]) -> bytes:
    """Write a block of our own."""
    return f"event: {event['type']}\n".encode() + b"data: " + dumps(event) + b"\n\n"


def unescaped(raw: bytes) -> str:
    """Give JSON that cannot be decoded with its escapes told in full, as far as they are any."""
    first, *escapes = raw.decode(errors="replace").replace("\\\\", "\\u005c").split("\\")
    text = first + "".join(map(_told, escapes))
    return text.encode("utf-16", "surrogatepass").decode("utf-16", errors="replace")


def _told(escape: str) -> str:
    """What a backslash stands for, by what follows it; the backslash itself where that is no escape of JSON."""
    if escape[:1] in _ESCAPES:
        return _ESCAPES[escape[0]] + escape[1:]
    digits = escape[1:5]
    if escape[:1] == "u" and len(digits) == _HEX_DIGITS and set(digits) <= _HEX:
        return chr(int(digits, 16)) + escape[5:]
    return "\\" + escape


def dumps(value: Any) -> bytes:
    """Write JSON in one line; half a surrogate pair, which UTF-8 does not have, stays an escape."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()
