"""Whole bodies into server-sent events (WHATWG HTML, "Server-sent events"; rules S1-S9 of the standard)."""

from dataclasses import dataclass, field

BOM = b"\xef\xbb\xbf"
PLAIN = b"abcdefghijklmnopqrstuvwxyz0123456789-_"
BLANK = b" \t\r\n\xef\xbb\xbf"
LARGEST_RETRY = 2**64 - 1


@dataclass
class ServerSentEvent:
    """One dispatched event; `data` as sent, because what UTF-8 does to it is the reader's question."""

    event: str
    data: bytes
    id: str
    retry: int | None
    stray: bool = False
    """Whether a line that is no field stands before its data, since the event before (S8)."""

    @property
    def text(self) -> str:
        """The data as text: one U+FFFD for each maximal subpart of bad UTF-8 (S1)."""
        return self.data.decode("utf-8", errors="replace")


@dataclass
class Framed:
    """All that a body says: its events, what was pending at its end, and the stream's own state."""

    events: list[ServerSentEvent] = field(default_factory=list)
    pending: ServerSentEvent | None = None
    last_event_id: str = ""
    retry: int | None = None
    comments: int = 0
    stray: bool = False
    """Whether one stands behind the last event."""


@dataclass
class Block:
    """The fields between two blank lines."""

    event: str = ""
    data: list[bytes] = field(default_factory=list)
    retry: int | None = None


def parse(body: bytes) -> Framed:
    """Read a whole body."""
    framed = Framed()
    block = Block()
    id_buffer = ""
    *lines, rest = split_lines(body.removeprefix(BOM))
    for line in lines:
        framed.stray |= is_stray(line)
        if not line:
            framed.last_event_id = id_buffer
            if block.data:
                framed.events.append(dispatch(block, id_buffer))
                framed.events[-1].stray, framed.stray = framed.stray, False
            block = Block()
        elif line.startswith(b":"):
            framed.comments += 1
        else:
            id_buffer = take_field(line, block, framed, id_buffer)
    # The standard drops what no blank line closed (S9); the Open Responses reader looks at it again (S10 of ours).
    framed.stray |= is_stray(rest)
    if rest and not rest.startswith(b":"):
        take_field(rest, block, Framed(), id_buffer)
    if block.data:
        framed.pending = dispatch(block, framed.last_event_id)
    return framed


def split_lines(body: bytes) -> list[bytes]:
    """Cut at CRLF, LF and CR and nowhere else (S2); the last piece is no line but what follows the last line end."""
    return body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")


def is_stray(line: bytes) -> bool:
    """Whether a line is no field, nor meant as one of the server's own (S8): those have plain names, except `error`."""
    name = line.partition(b":")[0]
    return name == b"error" or (any(byte not in PLAIN for byte in name) and any(byte not in BLANK for byte in name))


def take_field(line: bytes, block: Block, framed: Framed, id_buffer: str) -> str:
    """Apply one field (S3-S6) and return the id buffer."""
    name, _, value = line.partition(b":")
    value = value.removeprefix(b" ")
    if name == b"event":
        block.event = value.decode("utf-8", errors="replace")
    elif name == b"data":
        block.data.append(value)
    elif name == b"id" and b"\0" not in value:
        return value.decode("utf-8", errors="replace")
    elif name == b"retry" and value.isdigit():
        block.retry = framed.retry = min(int_of(value), LARGEST_RETRY)
    return id_buffer


def int_of(digits: bytes) -> int:
    """An integer of any length: Python's own `int` refuses more than 4,300 digits."""
    significant = digits.lstrip(b"0") or b"0"
    return int(significant) if len(significant) <= 20 else LARGEST_RETRY


def dispatch(block: Block, last_event_id: str) -> ServerSentEvent:
    """Close a block (S7, S8)."""
    return ServerSentEvent(block.event or "message", b"\n".join(block.data), last_event_id, block.retry)
