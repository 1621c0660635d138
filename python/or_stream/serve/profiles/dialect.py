"""`Dialect`: events as the bytes that a server would send: its JSON, its framing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Event: TypeAlias = dict[str, Any]
KeyOrder: TypeAlias = Literal["first", "middle", "last", "alphabetical"]
"""Where `type` stands in an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    r"""How one server writes.

    Args:
        key_order: Where `type` stands in an event; "alphabetical" sorts all keys at every depth.
        spaces: Write `": "` and `", "`, as Python's `json.dumps` does by default.
        ascii: Write all that is not ASCII as `\\uXXXX`.
        html: Write `<`, `>` and `&` as `\\uXXXX`, as Go does.
        event_lines: Send an `event:` line with each event.
        space_after_colon: Send `data: x` rather than `data:x`.
        newline: What ends a line.
        done: Send `data: [DONE]` at the end.
        comments: Send a comment before every n-th event, 0 for never.
        comment: What the comment says.
        bom: Begin with a byte order mark.
        last_blank: Close the last event with a blank line.
    """

    key_order: KeyOrder = "first"
    spaces: bool = False
    ascii: bool = False
    html: bool = False
    event_lines: bool = True
    space_after_colon: bool = True
    newline: str = "\n"
    done: bool = False
    comments: int = 0
    comment: str = " ping"
    bom: bool = False
    last_blank: bool = True


OPENAI = Dialect()


def dumps(event: Any, dialect: Dialect = OPENAI) -> str:
    """Write one value as JSON text in a dialect."""
    ordered = reorder(cast("Event", event), dialect.key_order) if isinstance(event, dict) else event
    separators = (", ", ": ") if dialect.spaces else (",", ":")
    alphabetical = dialect.key_order == "alphabetical"
    written = json.dumps(ordered, ensure_ascii=dialect.ascii, separators=separators, sort_keys=alphabetical)
    if dialect.html:
        for char in "<>&":
            written = written.replace(char, f"\\u{ord(char):04x}")
    return written


def reorder(event: Event, order: KeyOrder) -> Event:
    """Give the same event with `type` where this server writes it."""
    keys = [key for key in event if key != "type"]
    place = {"first": 0, "middle": len(keys) // 2, "last": len(keys), "alphabetical": 0}[order]
    if "type" in event:
        keys.insert(place, "type")
    return {key: event[key] for key in keys}


def frame(data: str, dialect: Dialect = OPENAI, *, event: str | None = None, blank: bool = True) -> bytes:
    """Write one server-sent event; `data` may have several lines."""
    space = " " if dialect.space_after_colon else ""
    lines = [f"event:{space}{event}"] if event is not None and dialect.event_lines else []
    lines += [f"data:{space}{line}" for line in data.split("\n")]
    return (dialect.newline.join(lines) + dialect.newline * (2 if blank else 0)).encode()


def blocks(events: Iterable[Event], dialect: Dialect = OPENAI) -> Iterator[bytes]:
    """Write the pieces of a body, one for each event, with the comments between them and `[DONE]` after them."""
    told = list(events)
    for number, event in enumerate(told):
        blank = dialect.last_blank or dialect.done or number + 1 < len(told)
        block = frame(dumps(event, dialect), dialect, event=event.get("type"), blank=blank)
        if dialect.comments and number % dialect.comments == 0:
            block = f":{dialect.comment}{dialect.newline * 2}".encode() + block
        yield b"\xef\xbb\xbf" + block if dialect.bom and number == 0 else block
    if dialect.done:
        yield frame("[DONE]", dialect)
