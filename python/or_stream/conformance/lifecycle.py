"""The order of a response's events: first, terminal, and the state that each event tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..models.wire import is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .envelope import Fault

TERMINAL: Final = {
    "response.completed": {"completed"},
    "response.failed": {"failed"},
    "response.incomplete": {"incomplete", "cancelled"},  # the contract has no event for cancelled
}
_STATUS: Final = {
    "response.created": {"queued", "in_progress"},
    "response.queued": {"queued"},
    "response.in_progress": {"in_progress"},
    **TERMINAL,
}


class Lifecycle:
    """Follows the response of one stream; its numbers and its states."""

    def __init__(self) -> None:
        self._number: int | None = None
        self._first = True
        self._in_progress = False
        self._terminal = False
        self._error = False
        self._id: object = None

    def see(self, data: dict[str, Any]) -> Iterator[Fault]:
        """Judge the next event."""
        kind = data["type"]
        yield from self._see_number(data.get("sequence_number"))
        if self._first and kind not in {"response.created", "error"}:
            yield "C20", f"the first event is {kind[:64]!r}"
        self._first = False
        if self._terminal:
            yield "C23", f"{kind[:64]!r} comes after the terminal event"
        if kind == "response.output_item.added" and not self._in_progress:
            yield "C21", "an item is added before response.in_progress"
            self._in_progress = True  # told once
        self._in_progress |= kind == "response.in_progress"
        self._error |= kind == "error"
        if kind in _STATUS:
            yield from self._see_response(kind, data.get("response"))
        if kind in TERMINAL:
            self._terminal = True
            self._error &= kind != "response.failed"

    def end(self) -> Iterator[Fault]:
        """Judge the end of the stream."""
        if self._error:
            yield "C30", "an error event is not followed by response.failed"
        elif not self._terminal:
            yield "C22", "the stream ends without response.completed, response.incomplete or response.failed"

    def _see_number(self, number: object) -> Iterator[Fault]:
        if not isinstance(number, int) or isinstance(number, bool):
            yield "C11", "sequence_number is missing" if number is None else "sequence_number is no integer"
            if self._number is not None:
                self._number += 1  # one fault, one finding: no gap is told at the next event
            return
        last, self._number = self._number, number
        if last is None:
            if number != 0:
                yield "C12", f"the first sequence_number is {number}"
        elif number <= last:
            yield "C13", f"sequence_number is {number} after {last}"
        elif number != last + 1:
            yield "C14", f"sequence_number is {number} after {last}"

    def _see_response(self, kind: str, response: object) -> Iterator[Fault]:
        if not is_object(response):
            return  # the fields are judged elsewhere
        status = response.get("status")
        if isinstance(status, str) and status not in _STATUS[kind]:
            yield "C24", f"{kind} has the status {status[:64]!r}"
        found = response.get("id")
        if self._id is not None and found != self._id:
            yield "C40", f"the response id is {str(found)[:64]!r} after {str(self._id)[:64]!r}"
        self._id = found if self._id is None else self._id
