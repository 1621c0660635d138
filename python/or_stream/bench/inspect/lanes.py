"""A lane for each output item: which events are its own, what it is called, and how its texts grew."""

from __future__ import annotations

from array import array
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, cast

from ... import events as ev
from .texts import DELTAS, DONES, Key, Text, texts_of

if TYPE_CHECKING:
    from ...events import Event

_STATES: dict[type, str] = {
    ev.Created: "in_progress",
    ev.Queued: "queued",
    ev.InProgress: "in_progress",
    ev.Completed: "completed",
    ev.Incomplete: "incomplete",
    ev.Failed: "failed",
    ev.ErrorEvent: "error",
}


@dataclass(slots=True)
class Lane:
    """One output item.

    Args:
        output_index: Its place in the output.
        first: The first event that names it.
        last: The last one.
        added: Its `output_item.added`, None where there was none.
        done: Its `output_item.done`, or the terminal event that told it.
        type: As the server names it; "" while nobody has.
        id: The item's first id.
        name: Of a tool that is called.
        call_id: Of a tool call.
    """

    output_index: int
    first: int
    last: int
    added: int | None = None
    done: int | None = None
    type: str = ""
    id: str = ""
    name: str = ""
    call_id: str = ""

    def describe(self, item: dict[str, Any]) -> None:
        """Take the names that are not known yet; the ids that were streamed stay."""
        for name in ("type", "id", "name", "call_id"):
            value = item.get(name)
            if not getattr(self, name) and isinstance(value, str):
                setattr(self, name, value)


@dataclass(slots=True)
class Lanes:
    """The items of a stream, folded event by event. An index that is added again is another item (a restart)."""

    lanes: list[Lane] = field(default_factory=list[Lane])
    texts: list[Text] = field(default_factory=list[Text])
    of_event: array[int] = field(default_factory=lambda: array("i"))
    states: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    _open: dict[int, int] = field(default_factory=dict[int, int])
    _texts: dict[tuple[int, Key], Text] = field(default_factory=dict[tuple[int, Key], Text])

    def see(self, number: int, event: Event) -> None:
        """Take the next event."""
        kind = type(event)
        index: int | None = getattr(event, "output_index", None)
        if kind is ev.OutputItemAdded and index is not None and self._was_added(index):
            del self._open[index]
        lane = -1 if index is None else self._lane(index, number)
        self.of_event.append(lane)
        if kind in _STATES:
            self._state(number, event)
        elif lane >= 0:
            self._content(number, event, lane)

    def facts(self) -> list[dict[str, Any]]:
        """Give the lanes as JSON's own types."""
        return [asdict(lane) for lane in self.lanes]

    def _was_added(self, index: int) -> bool:
        return index in self._open and self.lanes[self._open[index]].added is not None

    def _lane(self, index: int, number: int) -> int:
        lane = self._open.setdefault(index, len(self.lanes))
        if lane == len(self.lanes):
            self.lanes.append(Lane(index, number, number))
        self.lanes[lane].last = number
        return lane

    def _content(self, number: int, event: Event, lane: int) -> None:
        kind = type(event)
        told: Any
        if (delta := DELTAS.get(kind)) is not None:
            channel, place = delta
            self._text(lane, (channel, getattr(event, place, None) or 0)).grow(number, cast("Any", event).delta)
        elif (done := DONES.get(kind)) is not None:
            channel, place, name = done
            if told := getattr(event, name):
                self._text(lane, (channel, getattr(event, place, None) or 0)).settle(number, told)
        elif kind is ev.OutputItemAdded or kind is ev.OutputItemDone:
            self._item(number, lane, event.data.get("item"), done=kind is ev.OutputItemDone)

    def _item(self, number: int, lane: int, item: Any, *, done: bool) -> None:
        one = self.lanes[lane]
        if done:
            one.done = number
        else:
            one.added = number
        if isinstance(item, dict):
            told = cast("dict[str, Any]", item)
            one.describe(told)
            for key, text in texts_of(told):
                self._text(lane, key).settle(number, text)

    def _state(self, number: int, event: Event) -> None:
        self.states.append((number, _STATES[type(event)]))
        response: Any = event.data.get("response")
        output: Any = cast("dict[str, Any]", response).get("output") if isinstance(response, dict) else None
        if type(event) not in {ev.Completed, ev.Incomplete, ev.Failed} or not isinstance(output, list):
            return
        for index, item in enumerate(cast("list[object]", output)):
            if isinstance(item, dict):
                lane = self._named(cast("dict[str, Any]", item), index, number)
                done = self.lanes[lane].done
                self._item(number, lane, item, done=True)
                self.lanes[lane].done = number if done is None else done

    def _named(self, item: dict[str, Any], index: int, number: int) -> int:
        """The lane that the terminal means: by id, which is its own beyond a restart, else by place."""
        same = (place for place, lane in enumerate(self.lanes) if lane.id and lane.id == item.get("id"))
        found = next(same, None)
        return self._lane(index, number) if found is None else found

    def _text(self, lane: int, key: Key) -> Text:
        text = self._texts.get((lane, key))
        if text is None:
            text = self._texts[lane, key] = Text(lane, *key)
            self.texts.append(text)
        return text
