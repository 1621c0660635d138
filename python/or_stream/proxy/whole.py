"""A server that answers with a whole response and no stream: its JSON, or the events that it stands for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..assembly import Assembler
from ..encoding import synthesize_events
from .ending import closing_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .rewrite import Rewriter
    from .tap import Tap


def is_whole(headers: Mapping[str, str]) -> bool:
    """Tell whether a body is one JSON object by its head."""
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    kind = kind.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def as_events(body: bytes, tap: Tap, rewriter: Rewriter | None) -> bytes:
    """Give what a client gets that was promised a stream.

    Args:
        body: The whole body.
        tap: What has read it.
        rewriter: Changes the events, where there is one.
    """
    if tap.response_id is None:
        return closing_bytes(tap, "upstream_error", "the server answered with no response")
    told = b"".join(synthesize_events(json.loads(body)))
    return told if rewriter is None else rewriter.feed(told) + rewriter.finish()


def as_json(events: bytes) -> bytes:
    """Give the response that events tell; b"" where they tell none.

    Args:
        events: All events of a stream.
    """
    reader = Assembler()
    reader.feed(events)
    reader.finish()
    return b"" if reader.response_id is None else reader.snapshot_json()
