"""Items and their parts: opened, filled, closed, with ids and texts that agree."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ..models.wire import is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .envelope import Fault

_Key: TypeAlias = tuple[str, int]

# The stem of each streamed text: where its part's index stands, and the field of its `done`. Three are OpenAI's own.
_TEXTS: Final = {
    "response.output_text": ("content_index", "text"),
    "response.refusal": ("content_index", "refusal"),
    "response.reasoning": ("content_index", "text"),
    "response.reasoning_text": ("content_index", "text"),
    "response.reasoning_summary_text": ("summary_index", "text"),
    "response.function_call_arguments": (None, "arguments"),
    "response.mcp_call_arguments": (None, "arguments"),
    "response.custom_tool_call_input": (None, "input"),
    "response.code_interpreter_call_code": (None, "code"),
}
_PARTS: Final = {"response.content_part": "content_index", "response.reasoning_summary_part": "summary_index"}
_ANNOTATION: Final = "response.output_text.annotation"
_LIST_OF: Final = {"content_index": "content", "summary_index": "summary"}


@dataclass(slots=True)
class _Text:
    deltas: list[str] = field(default_factory=list[str])
    done: str | None = None

    @property
    def whole(self) -> str | None:
        if self.done is not None:
            return self.done
        return "".join(self.deltas) if self.deltas else None


@dataclass(slots=True)
class _Item:
    id: object
    texts: dict[_Key, _Text] = field(default_factory=dict[_Key, _Text])
    parts: dict[_Key, bool] = field(default_factory=dict[_Key, bool])
    annotations: dict[_Key, list[object]] = field(default_factory=dict[_Key, list[object]])
    counts: Counter[str] = field(default_factory=Counter[str])
    done: dict[str, Any] | None = None


class Content:
    """Follows the items of one response; memory is that of their content."""

    def __init__(self) -> None:
        self._items: dict[int, _Item] = {}
        self._incomplete: int | None = None

    def see(self, data: dict[str, Any]) -> Iterator[Fault]:
        """Judge the next event."""
        kind: str = data["type"]
        stem, _, verb = kind.rpartition(".")
        index = data.get("output_index")
        if kind in {"response.completed", "response.incomplete"}:
            yield from self._see_terminal(kind, data.get("response"))
        elif not isinstance(index, int):
            return
        elif kind == "response.output_item.added":
            yield from self._open(index, data.get("item"))
        elif kind == "response.output_item.done":
            yield from self._close(index, data.get("item"))
        elif stem in _TEXTS or stem in _PARTS or stem == _ANNOTATION:
            yield from self._see_inner(stem, verb, index, data)

    def _open(self, index: int, item: object) -> Iterator[Fault]:
        if index in self._items or index != len(self._items):
            yield "C42", f"an item is added at output_index {index} after {len(self._items)} items"
        if self._incomplete is not None:
            yield "C32", f"an item is added after the incomplete one at output_index {self._incomplete}"
        self._items[index] = _Item(item.get("id") if is_object(item) else None)

    def _close(self, index: int, item: object) -> Iterator[Fault]:
        slot = self._items.get(index)
        if slot is None or slot.done is not None:
            yield "C26", f"the item at output_index {index} is done without being open"
            return
        slot.done = item if is_object(item) else {}
        if slot.done and slot.id is not None and slot.done.get("id") != slot.id:
            yield "C41", f"the item at output_index {index} is done with another id than it was added with"
        if slot.done.get("status") == "incomplete":
            self._incomplete = index
        if slot.done.get("status") == "in_progress":
            yield "C25", f"the item at output_index {index} is done with the status 'in_progress'"
        for (name, part), is_open in slot.parts.items():
            if is_open:
                yield "C29", f"{name} {part} is not done when its item is"
        for (name, part), text in slot.texts.items():
            if text.deltas and text.done is None:
                yield "C31", f"{name} {part} has deltas and is not done when its item is"
            found = _text_in(slot.done, name, part)
            if text.whole is not None and found is not None and found != text.whole:
                yield "C52", f"the item that is done has another text in {name} {part}"

    def _see_inner(self, stem: str, verb: str, index: int, data: dict[str, Any]) -> Iterator[Fault]:
        slot = self._items.get(index)
        if slot is None or slot.done is not None:
            yield "C26", f"{data['type']} comes outside of an item at output_index {index}"
            return
        if slot.id is not None and data.get("item_id") != slot.id:
            yield "C41", f"item_id is not the id of the item at output_index {index}"
        where, name = _TEXTS.get(stem, (_PARTS.get(stem, "content_index"), ""))
        part = data.get(where) if where else 0
        if not isinstance(part, int):
            return
        key = (where or name, part)
        if stem == _ANNOTATION:
            yield from _see_annotation(slot, key, data)
        elif stem in _PARTS:
            yield from _see_part(slot, key, verb, data.get("part"))
        else:
            yield from _see_text(slot, key, verb, data, name)

    def _see_terminal(self, kind: str, response: object) -> Iterator[Fault]:
        still_open = [index for index, item in self._items.items() if item.done is None]
        if still_open and kind == "response.completed":
            yield "C28", f"{len(still_open)} items are not done, the first at output_index {still_open[0]}"
        if self._incomplete is not None and kind == "response.completed":
            yield "C32", f"the response is completed with an incomplete item at output_index {self._incomplete}"
        output = response.get("output") if is_object(response) else None
        if is_list(output) and not still_open and output != [item.done for item in self._items.values()]:
            yield "C53", f"the output of {len(output)} items is not that of the {len(self._items)} items that were done"


def _see_part(slot: _Item, key: _Key, verb: str, part: object) -> Iterator[Fault]:
    name, index = key
    if verb == "added":
        count = slot.counts[name]
        slot.counts[name] += 1
        if index != count:
            yield "C43", f"a part is added at {name} {index} after {count} parts"
        slot.parts[key] = True
        return
    if not slot.parts.get(key):
        yield "C27", f"the part at {name} {index} is done without being open"
        return
    slot.parts[key] = False
    text = slot.texts.get(key)
    found = _text_of(part)
    if text is not None and found is not None and text.whole is not None and found != text.whole:
        yield "C51", f"the part at {name} {index} is done with another text"
    added = slot.annotations.get(key)
    if added is not None and is_object(part) and part.get("annotations") != added:
        yield "C54", f"the part at {name} {index} is done with other annotations than the {len(added)} that were added"


def _see_annotation(slot: _Item, key: _Key, data: dict[str, Any]) -> Iterator[Fault]:
    if not slot.parts.get(key):
        yield "C27", f"{data['type']} comes outside of a part at {key[0]} {key[1]}"
    added = slot.annotations.setdefault(key, [])
    if data.get("annotation_index") != len(added):
        yield "C44", f"an annotation is added at {data.get('annotation_index')!r} after {len(added)} annotations"
    added.append(data.get("annotation"))


def _see_text(slot: _Item, key: _Key, verb: str, data: dict[str, Any], name: str) -> Iterator[Fault]:
    if verb not in {"delta", "done"}:
        return
    if key[0] in _LIST_OF and not slot.parts.get(key):
        yield "C27", f"{data['type']} comes outside of a part at {key[0]} {key[1]}"
    text = slot.texts.setdefault(key, _Text())
    value = data.get("delta" if verb == "delta" else name)
    if not isinstance(value, str):
        return
    if verb == "delta":
        text.deltas.append(value)
        return
    text.done = value
    if value != "".join(text.deltas):
        yield "C50", f"{data['type']} has {len(value)} characters, the deltas {sum(map(len, text.deltas))}, or others"


def _text_in(item: dict[str, Any], name: str, index: int) -> str | None:
    if name not in _LIST_OF:
        found = item.get(name)
        return found if isinstance(found, str) else None
    parts = item.get(_LIST_OF[name])
    return _text_of(parts[index]) if is_list(parts) and 0 <= index < len(parts) else None


def _text_of(part: object) -> str | None:
    found = part.get("text", part.get("refusal")) if is_object(part) else None
    return found if isinstance(found, str) else None
