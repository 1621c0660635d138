"""What a `Rewriter` was told to change: handlers by event type and by kind of text, and what they may answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

from ..._core import Decoder
from ...events import BaseEvent, UnknownEvent
from .blocks import dumps
from .shapes import as_list, as_object
from .windows import KIND_OF_DELTA, Rewrite, TextKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...events import Event

Told: TypeAlias = "str | dict[str, Any] | Event | list[dict[str, Any] | Event] | None"
Handler: TypeAlias = "Callable[[Any], Told]"

_PREFIX = "response."


@dataclass(frozen=True, slots=True)
class Rules:
    """Handlers, for any number of streams."""

    handlers: dict[str, Handler] = field(default_factory=dict[str, "Handler"])
    texts: dict[TextKind, tuple[Rewrite, ...]] = field(default_factory=dict[TextKind, tuple[Rewrite, ...]])

    def copy(self) -> Rules:
        """Give the same rules, to be changed apart from these."""
        return Rules(dict(self.handlers), dict(self.texts))

    @property
    def change_texts(self) -> bool:
        """Whether a text may be told otherwise than the server told it."""
        return bool(self.texts) or any(name in KIND_OF_DELTA for name in self.handlers)

    def add_handler(self, event_type: str, handler: Handler) -> None:
        """Add what `Rewriter.on` was told."""
        _check_type(event_type)
        _check_callable(handler)
        if event_type in self.handlers:
            message = f"{event_type} has a handler already: an event has one"
            raise ValueError(message)
        self.handlers[event_type] = handler

    def add_text(self, rewrite: Rewrite, kinds: Iterable[TextKind]) -> None:
        """Add what `Rewriter.on_text` was told, behind the handlers that a kind has already."""
        _check_callable(rewrite.handler)
        if rewrite.hold < 0:
            message = f"hold must be 0 or more characters, not {rewrite.hold}"
            raise ValueError(message)
        known: dict[str, TextKind] = {kind: kind for kind in get_args(TextKind)}
        for name in (kinds,) if isinstance(kinds, str) else tuple(kinds):
            if name not in known:
                message = f"{name!r} is no kind of text; these are: {', '.join(known)}"
                raise ValueError(message)
            self.texts[known[name]] = (*self.texts.get(known[name], ()), rewrite)

    def retold(self, kind: TextKind, text: str) -> str:
        """Give the words for a whole text, as one delta of it would have been told."""
        for name, handler in self.handlers.items():
            if KIND_OF_DELTA.get(name) == kind:
                [delta] = Decoder().feed_message(dumps({"type": name, "delta": text}))
                answer = handler(delta)
                text = text if answer is None else "".join(str(each.get("delta", "")) for each in dicts(delta, answer))
        for rewrite in self.texts.get(kind, ()):
            text = rewrite(text)
        return text

    def leave(self, text: str) -> bool:
        """Whether no text handler has anything to change in these words, whatever kind they are of."""
        return all(rewrite(text) == text for rewrites in self.texts.values() for rewrite in rewrites)


def dicts(event: Event, answer: object) -> list[dict[str, Any]]:
    """Give the events of a handler's answer that is not None.

    Args:
        event: What the handler was called with.
        answer: What it returned.

    Raises:
        TypeError: Raised for an answer of another type.
        ValueError: Raised for an event without a type.
    """
    if isinstance(answer, str):
        if not event.type.endswith(".delta"):
            message = f"the handler of {event.type} returned a str, which only a delta can be told with"
            raise TypeError(message)
        return [{**event.data, "delta": answer}]
    told = as_list(answer) if answer.__class__ is list else [answer]
    return [_data(event, each) for each in told]


def _data(event: Event, told: object) -> dict[str, Any]:
    if isinstance(told, BaseEvent):
        return told.data
    data = as_object(told)
    if data is not told:
        message = (
            f"the handler of {event.type} returned {type(told).__name__}: it may return None, a str as the text of a "
            "delta, an event, a dict, or a list of events and dicts"
        )
        raise TypeError(message)
    if not isinstance(data.get("type"), str):
        message = f"the handler of {event.type} returned an event without a type: start from {{**event.data}}"
        raise ValueError(message)
    return data


def _check_callable(handler: object) -> None:
    if not callable(handler) or iscoroutinefunction(handler):
        message = f"a handler is a plain function, called while bytes pass, not {handler!r}"
        raise TypeError(message)


def _check_type(event_type: object) -> None:
    """Refuse what no event's type can be, and the mistake that would never be noticed."""
    if not isinstance(event_type, str):
        message = f"an event type is text as it is sent, such as 'response.output_text.delta', not {event_type!r}"
        raise TypeError(message)
    if not _is_known(event_type) and _is_known(_PREFIX + event_type):
        message = f"no event has the type {event_type!r}: is it {_PREFIX + event_type!r}?"
        raise ValueError(message)


def _is_known(event_type: str) -> bool:
    told = Decoder().feed_message(dumps({"type": event_type}))
    return not any(isinstance(event, UnknownEvent) for event in told)
