"""Texts as they grew: what the response said after each event can be read off by a binary search."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from ... import events as ev

if TYPE_CHECKING:
    from collections.abc import Iterator

Key: TypeAlias = tuple[str, int]
"""A channel, such as "text" or "arguments", and the part's place in it."""

DELTAS: Final[dict[type, tuple[str, str]]] = {
    ev.OutputTextDelta: ("text", "content_index"),
    ev.RefusalDelta: ("refusal", "content_index"),
    ev.ReasoningDelta: ("reasoning", "content_index"),
    ev.ReasoningSummaryTextDelta: ("summary", "summary_index"),
    ev.FunctionCallArgumentsDelta: ("arguments", ""),
    ev.McpCallArgumentsDelta: ("arguments", ""),
    ev.CustomToolCallInputDelta: ("input", ""),
    ev.CodeInterpreterCallCodeDelta: ("code", ""),
    ev.ShellCallCommandDelta: ("command", "command_index"),
    ev.ApplyPatchCallOperationDiffDelta: ("diff", ""),
}
"""The channel of a delta event, and the field that names the part."""

DONES: Final[dict[type, tuple[str, str, str]]] = {
    ev.OutputTextDone: ("text", "content_index", "text"),
    ev.RefusalDone: ("refusal", "content_index", "refusal"),
    ev.ReasoningDone: ("reasoning", "content_index", "text"),
    ev.ReasoningSummaryTextDone: ("summary", "summary_index", "text"),
    ev.FunctionCallArgumentsDone: ("arguments", "", "arguments"),
    ev.McpCallArgumentsDone: ("arguments", "", "arguments"),
    ev.CustomToolCallInputDone: ("input", "", "input"),
    ev.CodeInterpreterCallCodeDone: ("code", "", "code"),
    ev.ShellCallCommandDone: ("command", "command_index", "command"),
    ev.ApplyPatchCallOperationDiffDone: ("diff", "", "diff"),
}
"""The same of the event that tells the whole text, and the field with the text."""

_PARTS = {"output_text": "text", "text": "text", "refusal": "refusal", "reasoning_text": "reasoning"}
_WHOLE = ("arguments", "input", "code")


def texts_of(item: dict[str, Any]) -> Iterator[tuple[Key, str]]:
    """Give the texts that a whole item tells; what a server left empty, it did not tell."""
    for channel, list_name in (("", "content"), ("summary", "summary")):
        for place, part in enumerate(_objects(item.get(list_name))):
            name = channel or _PARTS.get(str(part.get("type")), "")
            text = part.get("refusal" if name == "refusal" else "text")
            if name and isinstance(text, str) and text:
                yield (name, place), text
    for name in _WHOLE:
        text = item.get(name)
        if isinstance(text, str) and text:
            yield (name, 0), text


@dataclass(slots=True)
class Telling:
    """A text that grew: after event `events[n]` it had `ends[n]` UTF-16 units, which is how browsers count."""

    pieces: list[str] = field(default_factory=list[str])
    events: array[int] = field(default_factory=lambda: array("I"))
    ends: array[int] = field(default_factory=lambda: array("I"))

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.pieces)

    def grow(self, event: int, piece: str) -> None:
        """Add what an event brought."""
        end = (self.ends[-1] if self.ends else 0) + _units(piece)
        self.pieces.append(piece)
        self.events.append(event)
        self.ends.append(end)


@dataclass(slots=True)
class Text:
    """One text of one item: its tellings, of which a later one takes the place of those before (a `done` that differs).

    Args:
        lane: The item.
        channel: What it is.
        part: Its place among the parts of the item.
    """

    lane: int
    channel: str
    part: int
    tellings: list[Telling] = field(default_factory=list[Telling])

    def grow(self, event: int, piece: str) -> None:
        """Add a delta."""
        if not self.tellings:
            self.tellings.append(Telling())
        self.tellings[-1].grow(event, piece)

    def settle(self, event: int, text: str) -> None:
        """Take the whole text, if it is another one or the end of what was told."""
        told = self.tellings[-1].text if self.tellings else ""
        if told == text:
            return
        if self.tellings and text.startswith(told):
            self.tellings[-1].grow(event, text[len(told) :])
            return
        self.tellings.append(Telling())
        self.tellings[-1].grow(event, text)

    def as_of(self, event: int) -> str:
        """Give the text after an event: what the page does by binary search, done the slow way."""
        found = ""
        for telling in self.tellings:
            if telling.events[0] <= event:
                pieces = zip(telling.events, telling.pieces, strict=True)
                found = "".join(piece for at, piece in pieces if at <= event)
        return found


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, each in its place; anything else there is an empty one."""
    found = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", one) if isinstance(one, dict) else {} for one in found]
