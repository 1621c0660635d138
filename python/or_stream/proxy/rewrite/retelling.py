"""What goes out for each event of one stream, by the rules of a rewriter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .copies import hush, patch
from .rules import dicts
from .windows import KIND_OF_DELTA, Windows

if TYPE_CHECKING:
    from ...events import Event
    from .rules import Rules
    from .windows import TextKind, Window

_TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})


class Retelling:
    """Sends the events of one stream through their handlers, and remembers how its texts were told.

    Args:
        rules: The handlers.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._windows = Windows()

    def owed_before(self, event: Event) -> list[dict[str, Any]]:
        """Give the deltas that a text is still owed before an event tells it in full."""
        if event.type in _TERMINAL:
            return self.owed()
        if event.type.endswith("part.added"):
            # The start of the next part ends the text before it, too: there are servers without `done` events.
            owed = self._rests(self._windows.close(event.data))
            self._windows.announce(event.data)
            return owed
        return self._rests(self._windows.close(event.data)) if event.type.endswith(".done") else []

    def owed(self) -> list[dict[str, Any]]:
        """Give the deltas that all texts are still owed at the end."""
        return self._rests(self._windows.close(None))

    def tell(self, event: Event) -> list[dict[str, Any]] | None:
        """Give what goes out for an event; None for the event as it is."""
        handler = self._rules.handlers.get(event.type)
        answer = handler(event) if handler is not None else None
        told = None if answer is None or answer is event else dicts(event, answer)
        kind = KIND_OF_DELTA.get(event.type)
        if kind is not None and (handler is not None or kind in self._rules.texts):
            return self._tell_delta(event, kind, told)
        if told is not None:
            return told
        if not self._rules.change_texts or event.type.endswith(".delta"):
            return None
        # The event may be somebody's who keeps it: only a copy of its data is changed.
        data = json.loads(json.dumps(event.data))
        return [data] if patch(data, self._retell) else None

    def _tell_delta(
        self, event: Event, kind: TextKind, answer: list[dict[str, Any]] | None
    ) -> list[dict[str, Any]] | None:
        data = event.data
        told = [data] if answer is None else answer
        original = data.get("delta")
        if not isinstance(original, str):
            return answer
        words = "".join(str(each.get("delta", "")) for each in told if each.get("type") == event.type)
        text = self._windows.of_delta(kind, self._rules.texts.get(kind, ()), data).push(original, words)
        if answer is None and text == original:
            return None
        own = {**next((each for each in told if each.get("type") == event.type), data), "delta": text}
        hush(own)
        return _in_place(told, own if text else None, event.type)

    def _rests(self, closed: list[tuple[TextKind, Window]]) -> list[dict[str, Any]]:
        owed: list[dict[str, Any]] = []
        for kind, window in closed:
            rest = window.rest()
            self._windows.remember(kind, window)
            if rest:
                owed.append({**window.template, "delta": rest})
                hush(owed[-1])
        return owed

    def _retell(self, kind: TextKind, text: str) -> str:
        """A later telling of a text: as its deltas told it, or rewritten as a whole where there were none."""
        told = self._windows.told(kind, text)
        return self._rules.retold(kind, text) if told is None else told


def _in_place(told: list[dict[str, Any]], own: dict[str, Any] | None, event_type: str) -> list[dict[str, Any]]:
    """Put one delta, or none, where a handler's answer has its first one."""
    others = [each for each in told if each.get("type") != event_type]
    if own is None:
        return others
    before = next((at for at, each in enumerate(told) if each.get("type") == event_type), 0)
    return [*others[:before], own, *others[before:]]
