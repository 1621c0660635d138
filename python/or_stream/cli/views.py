"""The three ways to show events: the text, a line each, or their JSON."""

from __future__ import annotations

import os
from enum import Enum
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TextIO

import typer

from ..events import (
    Event,
    MalformedEvent,
    OutputItemDone,
    OutputTextDelta,
    ReasoningDelta,
    ReasoningSummaryPartAdded,
    ReasoningSummaryTextDelta,
    RefusalDelta,
)
from ..json_text import write_bytes

if TYPE_CHECKING:
    from ..stream.progress import Progress

_CLIP = 60
_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"
# A model's text must not steer the terminal: every control character but tab and line feed is made visible.
_VISIBLE = {
    **{code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\t\n"},
    **dict.fromkeys(range(0x7F, 0xA0), "\ufffd"),
}


class Mode(Enum):
    """How to show events."""

    TEXT = "text"
    EVENTS = "events"
    JSON = "json"

    @classmethod
    def chosen(cls, *, text: bool, events: bool, json: bool) -> Mode:
        """Give the mode that the options ask for, of which at most one may be given."""
        if text + events + json > 1:
            message = "--text, --events and --json exclude each other"
            raise typer.BadParameter(message)
        return cls.EVENTS if events else cls.JSON if json else cls.TEXT


class View(Protocol):
    """Shows the events of one stream, each batch at once."""

    def show(self, events: list[Event]) -> None:
        """Write these events and flush."""

    def end(self, stream: Progress[Any]) -> None:
        """Finish the output."""


def make_view(mode: Mode, out: TextIO) -> View:
    """Make the view of a mode."""
    match mode:
        case Mode.TEXT:
            return TextView(out)
        case Mode.EVENTS:
            return EventsView(out)
        case Mode.JSON:
            return JSONView(out.buffer)


class TextView:
    """The answer as it comes; on a terminal also the reasoning, dimmed, and the function calls."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._is_terminal = out.isatty()
        self._has_style = self._is_terminal and "NO_COLOR" not in os.environ
        self._answered = False
        self._aside = False
        self._at_line_start = True

    def show(self, events: list[Event]) -> None:
        """Write the content of these events."""
        for event in events:
            match event:
                case OutputTextDelta() | RefusalDelta():
                    self._answer(event.delta)
                case ReasoningDelta() | ReasoningSummaryTextDelta():
                    self._remark(event.delta)
                case ReasoningSummaryPartAdded():
                    self._remark("" if self._at_line_start else "\n\n")
                case OutputItemDone():
                    self._call(event.data.get("item"))
                case _:
                    pass
        self._out.flush()

    def end(self, stream: Progress[Any]) -> None:
        """Write a text that came without deltas, and end the line on a terminal."""
        if not self._answered:
            self._answer(stream.output_text)
        if self._is_terminal and not self._at_line_start:
            self._out.write("\n")
        self._out.flush()

    def _answer(self, text: str) -> None:
        if text:
            self._turn(aside=False)
            self._answered = True
            self._write(text)

    def _remark(self, text: str) -> None:
        if text and self._is_terminal:
            self._turn(aside=True)
            self._write(text, dim=True)

    def _call(self, item: Any) -> None:
        match item:
            case {"type": "function_call", "name": name, "arguments": arguments}:
                self._turn(aside=not self._aside)
                self._remark(f"→ {name}({arguments})")
            case _:
                pass

    def _turn(self, *, aside: bool) -> None:
        """A blank line between the answer and what stands beside it."""
        if self._is_terminal and aside is not self._aside and not self._at_line_start:
            self._out.write("\n\n")
        self._aside = aside

    def _write(self, text: str, *, dim: bool = False) -> None:
        self._at_line_start = text.endswith("\n")
        shown = text.translate(_VISIBLE) if self._is_terminal else text
        self._out.write(f"{_DIM}{shown}{_PLAIN}" if dim and self._has_style else shown)


class EventsView:
    """One line an event: index, sequence number, type, and the start of its content."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def show(self, events: list[Event]) -> None:
        """Write a line for each of these events."""
        for event in events:
            number = "-" if event.sequence_number is None else event.sequence_number
            self._out.write(f"{event.index:5} {number:>5}  {event.type:42}  {brief(event)}".rstrip() + "\n")
        self._out.flush()

    def end(self, stream: Progress[Any]) -> None:
        """Nothing is left to write."""


class JSONView:
    """The data of each event, one JSON object a line."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def show(self, events: list[Event]) -> None:
        """Write a line for each of these events."""
        self._out.writelines(_line(event) for event in events)
        self._out.flush()

    def end(self, stream: Progress[Any]) -> None:
        """Nothing is left to write."""


def brief(event: Event) -> str:
    """Tell what an event says, in at most 60 characters."""
    if isinstance(event, MalformedEvent):
        return _clip(f"{event.reason}: {event.raw[:_CLIP].decode(errors='replace')!r}")
    data = event.data
    for key in ("delta", "text", "refusal", "arguments", "input", "code", "message"):
        if isinstance(data.get(key), str):
            return _clip(_quoted(data[key]))
    for key in ("item", "part", "response", "error"):
        if isinstance(data.get(key), dict):
            words = (data[key].get(name) for name in ("type", "status", "name", "code", "id", "message"))
            return _clip(" ".join(str(word) for word in words if word))
    return ""


def _line(event: Event) -> bytes:
    if isinstance(event, MalformedEvent):
        text = event.raw.decode(errors="replace")
        return write_bytes({"type": event.type, "reason": event.reason, "raw": text}) + b"\n"
    # As it was sent; a line end of JSON stands only between its values.
    return event.raw.replace(b"\n", b" ") + b"\n"


def _quoted(text: str) -> str:
    return write_bytes(text).decode()


def _clip(text: str) -> str:
    shown = text.translate(_VISIBLE)
    return shown if len(shown) <= _CLIP else shown[: _CLIP - 1] + "…"
