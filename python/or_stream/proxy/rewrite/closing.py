"""Ending a stream in mid answer: what is open is closed, and the response fails with a reason."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ...encoding import synthesize_events
from .shapes import objects

if TYPE_CHECKING:
    from ...events import Event

_INDEXES = ("output_index", "content_index", "summary_index", "command_index")


class OpenItems:
    """Which items of a stream are announced and not finished, and what of them is finished already."""

    def __init__(self) -> None:
        self._items: set[int] = set()
        self._done: set[tuple[object, ...]] = set()

    def note(self, event: Event | dict[str, Any]) -> None:
        """Take note of an event that the client gets."""
        data = event if isinstance(event, dict) else event.data
        kind, index = data.get("type"), data.get("output_index")
        if not isinstance(index, int):
            return
        if kind == "response.output_item.added":
            self._items.add(index)
        elif kind == "response.output_item.done":
            self._items.discard(index)
        elif str(kind).endswith(".done"):
            self._done.add(_place(data))

    def closing_events(self, response: dict[str, Any], code: str, message: str) -> list[dict[str, Any]]:
        """Give the events that close what is open, and `response.failed`.

        Args:
            response: The response as the client has it.
            code: The code of the error.
            message: The reason in one line.

        Returns:
            The events without numbers.
        """
        failed: dict[str, Any] = {**response, "status": "failed", "error": {"code": code, "message": message}}
        for item in objects(failed.get("output")):
            if item.get("status") == "in_progress":
                item["status"] = "incomplete"
        told = [json.loads(_data(block)) for block in synthesize_events(failed, done=False)]
        due = [event for event in told[:-1] if self._is_due(event)]
        return [*due, told[-1]]

    def _is_due(self, event: dict[str, Any]) -> bool:
        closes = str(event["type"]).endswith(".done") and event.get("output_index") in self._items
        return closes and _place(event) not in self._done


def _place(event: dict[str, Any]) -> tuple[object, ...]:
    # As text: a server may put anything there.
    return (event.get("type"), *(str(event.get(name)) for name in _INDEXES))


def _data(block: bytes) -> bytes:
    return block[block.index(b"data: ") + 6 :]
