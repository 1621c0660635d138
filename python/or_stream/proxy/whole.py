"""A server that answers with a whole response and no stream: its JSON, or the events that it stands for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..assembly import Assembler
from ..encoding import synthesize_events
from .ending import closing_bytes
from .refusing import error_body
from .tap import Tap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..stream.sources import Chunk

_WHITE = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"


def is_whole(headers: Mapping[str, str]) -> bool:
    """Tell whether a body is one JSON object by its head."""
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    kind = kind.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def begins_whole(chunk: Chunk) -> bool:
    """Tell by its first bytes whether a body is JSON or a page, whatever its head says: no event begins like that."""
    start = bytes(memoryview(chunk)[:64]).removeprefix(_BOM).lstrip(_WHITE)
    return start.startswith((b"{", b"<"))


def as_events(body: bytes, tap: Tap) -> bytes:
    """Give what a client gets that was promised a stream.

    Args:
        body: The whole body.
        tap: What has read it.
    """
    if tap.response_id is None:
        # A tap that has seen no event: that of a client which gets its first one now.
        return closing_bytes(Tap(), "upstream_error", "the server answered with no response", tap.error)
    return b"".join(synthesize_events(json.loads(body)))


def as_event(body: bytes) -> bytes:
    """Give a response that is not finished as the one event that a rewriter needs.

    Args:
        body: The response as JSON.
    """
    return b"data: " + json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"


def as_json(events: bytes) -> bytes:
    """Give the response that events tell, or the error where they tell none.

    Args:
        events: All events of a stream.
    """
    reader = Assembler()
    reader.feed(events)
    reader.finish()
    if reader.response_id is None:
        return error_body(
            "upstream_error", "the server answered with no response", json.loads(reader.error_json or b"null")
        )
    return reader.snapshot_json()
