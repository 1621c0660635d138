"""`Capture`: the chunks of one stream, with their times."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ..timeline import Timeline

if TYPE_CHECKING:
    from ..._core import Limits

VERSION = 1
"""Of the format; a reader takes its own version and no other."""


class CapturedChunk(NamedTuple):
    """One chunk of the body, or one message."""

    t_ns: int
    """When it came, in nanoseconds since the request was sent."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Capture:
    """A stream as it came.

    Args:
        chunks: In order of arrival.
        end_ns: When the body ended, in nanoseconds since the request was sent.
        messages: Each chunk is one whole message, without SSE framing (WebSocket).
        status: The HTTP status; None where there was none.
        headers: The HTTP headers that were kept.
        note: Whatever the writer wants to say; a JSON object.
    """

    chunks: tuple[CapturedChunk, ...]
    end_ns: int = 0
    messages: bool = False
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    note: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def body(self) -> bytes:
        """All bytes; without framing where these are messages."""
        return b"".join(chunk.data for chunk in self.chunks)

    @property
    def header(self) -> dict[str, Any]:
        """What is known beside the chunks, as the file's header says it."""
        return {
            "orx": VERSION,
            "messages": self.messages,
            "status": self.status,
            "headers": self.headers,
            "note": self.note,
        }

    @classmethod
    def of_body(cls, body: bytes) -> Capture:
        """Make a capture of a body of which no times are known: one chunk an event, all at once."""
        return cls(tuple(CapturedChunk(0, event) for event in blocks(body)), headers={"content-type": _EVENTS})

    def timeline(self, *, limits: Limits | None = None) -> Timeline:
        """Give the timeline of the stream: its clock begins at the request, so `start_ns` of its metrics is 0.

        Args:
            limits: As of `Timeline`.
        """
        timeline = Timeline(limits=limits)
        feed = timeline.feed_message if self.messages else timeline.feed
        for at, data in self.chunks:
            feed(data, at)
        timeline.finish()
        return timeline


_EVENTS = "text/event-stream"


def blocks(body: bytes) -> list[bytes]:
    """Cut a body behind each blank line; joined, the pieces are the body.

    A line ends with LF, CR or CRLF, as in event streams. Several blank lines stay with the event before them.
    """
    found: list[bytes] = []
    lines: list[bytes] = []
    closed = False
    for line in body.splitlines(keepends=True):
        is_blank = not line.strip(b"\r\n")
        if closed and not is_blank:
            found.append(b"".join(lines))
            lines = []
        lines.append(line)
        closed = is_blank
    return [*found, b"".join(lines)] if lines else found
