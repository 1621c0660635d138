"""`Rewriter`: a stream in, the stream that the client shall get out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from ..._core import Decoder, Limits
from ...assembly import Assembler
from ...encoding import encode
from ...errors import LimitExceeded
from ...events import BaseEvent, MalformedEvent
from . import blocks
from .closing import OpenItems
from .copies import hush, patch
from .windows import KIND_OF_DELTA, Rewrite, TextKind, Window, Windows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from typing_extensions import Buffer

    from ...events import Event

Told: TypeAlias = "str | dict[str, Any] | Event | list[dict[str, Any] | Event] | None"
Handler: TypeAlias = "Callable[[Any], Told]"

TEXTS: tuple[TextKind, ...] = ("output_text", "refusal", "reasoning", "summary", "arguments", "input", "transcript")
_ENDS = (b"\n\n", b"\r\r", b"\n\r\n")
_TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})


class Rewriter:
    """Changes events and texts of a stream that passes, and leaves everything else byte for byte.

    A text that is changed in its deltas is changed in every later telling too: in its `done` event, its part, its item
    and the terminal response. `sequence_number` stays contiguous where events are dropped or added. Feed it chunks cut
    anywhere; what comes out are whole events. Not for two threads at once.

        rewriter = ors.Rewriter()
        rewriter.on_text(lambda text: text.replace("secret", "[…]"), hold=len("secret") - 1)
        for chunk in upstream:
            client.write(rewriter.feed(chunk))
        client.write(rewriter.finish())

    Args:
        limits: What the server may make it hold; None for the defaults of `Limits`.
    """

    def __init__(self, *, limits: Limits | None = None) -> None:
        self._most = (limits or Limits()).max_event_bytes
        self._decoder = Decoder(limits=limits)
        self._client = Assembler(limits=limits)
        self._handlers: dict[str, Handler] = {}
        self._texts: dict[TextKind, tuple[Rewrite, int]] = {}
        self._windows = Windows()
        self._open = OpenItems()
        self._unfinished = bytearray()
        self._shift = 0
        self._ended = self._closed = False

    def on(self, event_type: str, handler: Handler) -> Self:
        """Call a handler for each event of a type.

        Args:
            event_type: The type as sent, such as "response.output_text.delta".
            handler: Gets the event. It returns None to leave it as it is; a `str` as the new text of a delta; a dict or
                an event in its place; a list of dicts for none or several.

        Returns:
            The rewriter.
        """
        self._handlers[event_type] = handler
        return self

    def on_text(self, rewrite: Rewrite, *, hold: int = 0, kinds: Iterable[TextKind] = TEXTS) -> Self:
        """Call a function for the texts that the model writes.

        Args:
            rewrite: Gets a piece of text and returns what the client shall get for it. It is called again with what it
                returned itself, as far as that is held back.
            hold: How many characters at the end of a text are held back until more of it comes, so that a phrase that
                is cut over deltas is seen whole: its length less one.
            kinds: The texts; default all but code, commands and diffs.

        Returns:
            The rewriter.

        Raises:
            ValueError: Raised when `hold` is negative.
        """
        if hold < 0:
            message = f"hold must be 0 or more characters, not {hold}"
            raise ValueError(message)
        self._texts.update(dict.fromkeys(kinds, (rewrite, hold)))
        return self

    def feed(self, chunk: Buffer) -> bytes:
        """Take the next bytes of the server.

        Args:
            chunk: The bytes, cut anywhere.

        Returns:
            What the client gets now: whole events, b"" where none is whole yet.

        Raises:
            OrStreamError: Raised when the server crosses a limit or sends no event stream: end it with `abort`.
        """
        if self._ended:
            return b""
        searched = max(len(self._unfinished) - 2, 0)
        self._unfinished += chunk
        cut = max((at + len(end) for end in _ENDS if (at := self._unfinished.rfind(end, searched)) >= 0), default=0)
        whole = bytes(self._unfinished[:cut])
        del self._unfinished[:cut]
        if self._most is not None and len(self._unfinished) > self._most:
            message = f"an event is longer than max_event_bytes, {self._most}"
            raise LimitExceeded(message)
        return self._note(b"".join(map(self._block, blocks.split(whole))))

    def finish(self) -> bytes:
        """Take the end of the body and give what was held back."""
        if self._ended:
            return b""
        last = bytes(self._unfinished)
        self._unfinished.clear()
        told = self._block(last) if last else b""
        told = self._note(told)
        rests = _numbered(self._rests(self._windows.close(None)), self._next_number())
        self._ended = True
        return told + self._note(b"".join(map(blocks.frame, rests)))

    def drop_unfinished(self) -> bytes:
        """Forget the event that is not whole yet, for a stream that the server has cut: nothing may follow half of one.

        Returns:
            What was forgotten.
        """
        dropped = bytes(self._unfinished)
        self._unfinished.clear()
        return dropped

    def abort(self, code: str, message: str) -> bytes:
        """End the stream here: what is open is closed, and the response fails.

        Held back text is dropped, unless `finish` has given it out; nothing that is fed later goes out.

        Args:
            code: The code of the error, such as "content_filter".
            message: The reason in one line.

        Returns:
            The events that the client gets, with the sentinel `[DONE]`; b"" after the stream's own end.
        """
        self._ended = True
        if self._closed or self._client.outcome is not None:
            return b""
        self._closed = True
        if self._client.response_id is None:
            error = {"type": "server_error", "code": code, "message": message, "param": None}
            events: list[dict[str, Any]] = [{"type": "error", "error": error}]
        else:
            events = self._open.closing_events(json.loads(self._client.snapshot_json()), code, message)
        return b"".join(map(blocks.frame, _numbered(events, self._next_number()))) + b"data: [DONE]\n\n"

    # One block

    def _block(self, block: bytes) -> bytes:
        events = self._decoder.feed(block)
        if not block.endswith((b"\n", b"\r")):
            # A body's last block may lack its blank line (rule S10).
            events += self._decoder.finish()
        if len(events) == 1:
            return self._event(events[0], block)
        # Comments, the sentinel, or several texts in one block (rule S9), which then become blocks of their own.
        own = [encode(event) for event in events]
        told = list(map(self._event, events, own))
        is_untouched = all(new is old for new, old in zip(told, own, strict=True))
        return block if is_untouched else b"".join(told)

    def _event(self, event: Event, block: bytes) -> bytes:
        if isinstance(event, MalformedEvent):
            return block if self._may_pass(event) else b""
        late = self._close_texts(event)
        told = self._tell(event)
        number = None if event.sequence_number is None else event.sequence_number + self._shift
        events = _numbered([*late, *([event.data] if told is None else told)], number)
        self._shift += len(events) - 1 if number is not None else 0
        for each in events:
            self._open.note(each)
        if told is None and not late:
            return block if number == event.sequence_number else blocks.renumbered(block, event, events[0])
        late, own = events[: len(late)], events[len(late) :]
        first = [blocks.with_data(block, own[0])] if own else []
        return b"".join([*map(blocks.frame, late), *first, *map(blocks.frame, own[1:])])

    def _may_pass(self, event: MalformedEvent) -> bool:
        """Nobody can say what an undecodable event tells: with words in it that are to be changed, it is dropped."""
        texts = event.raw.decode(errors="replace"), blocks.unescaped(event.raw)
        return all(rewrite(text) == text for rewrite, _ in self._texts.values() for text in texts)

    def _close_texts(self, event: Event) -> list[dict[str, Any]]:
        """The deltas that a text is still owed before an event tells it in full."""
        if event.type in _TERMINAL:
            return self._rests(self._windows.close(None))
        # The start of the next part ends the text before it, too: there are servers without `done` events.
        closes = event.type.endswith((".done", "part.added"))
        return self._rests(self._windows.close(event.data)) if closes else []

    def _rests(self, closed: list[tuple[TextKind, Window]]) -> list[dict[str, Any]]:
        owed: list[dict[str, Any]] = []
        for kind, window in closed:
            rest = window.rest()
            self._windows.remember(kind, window)
            if rest:
                owed.append({**window.template, "delta": rest})
                hush(owed[-1])
        return owed

    # One event

    def _tell(self, event: Event) -> list[dict[str, Any]] | None:
        """What goes out for an event; None for the event as it is."""
        handler = self._handlers.get(event.type)
        answer = handler(event) if handler is not None else None
        if answer is event:
            answer = None
        kind = KIND_OF_DELTA.get(event.type)
        if kind is not None and (handler is not None or kind in self._texts):
            return self._tell_delta(event, kind, answer)
        if answer is not None:
            return _dicts(event, answer)
        if not self._changes_texts or event.type.endswith(".delta"):
            return None
        # The event may be somebody's who keeps it: only a copy of its data is changed.
        data = json.loads(json.dumps(event.data))
        return [data] if patch(data, self._retell) else None

    def _tell_delta(self, event: Event, kind: TextKind, answer: Told) -> list[dict[str, Any]] | None:
        data = event.data
        told = [data] if answer is None else _dicts(event, answer)
        original = data.get("delta")
        if not isinstance(original, str):
            return None if answer is None else told
        rewrite, hold = self._texts.get(kind, (_unchanged, 0))
        words = "".join(str(each.get("delta", "")) for each in told if each.get("type") == event.type)
        text = self._windows.of_delta(kind, data).push(original, words, rewrite, hold)
        if answer is None and text == original:
            return None
        others = [each for each in told if each.get("type") != event.type]
        if not text:
            return others
        own = {**next((each for each in told if each.get("type") == event.type), data), "delta": text}
        hush(own)
        return [own, *others]

    @property
    def unfinished_bytes(self) -> int:
        """How many bytes of an event it holds that is not whole yet."""
        return len(self._unfinished)

    @property
    def _changes_texts(self) -> bool:
        return bool(self._texts) or any(name in KIND_OF_DELTA for name in self._handlers)

    def _retell(self, kind: TextKind, text: str) -> str:
        """A later telling of a text: as its deltas told it, or rewritten as a whole where there were none."""
        told = self._windows.told(kind, text)
        if told is not None:
            return told
        for name, handler in self._handlers.items():
            if KIND_OF_DELTA.get(name) == kind:
                [delta] = Decoder().feed_message(blocks.dumps({"type": name, "delta": text}))
                answer = handler(delta)
                text = text if answer is None else "".join(str(each.get("delta", "")) for each in _dicts(delta, answer))
        rewrite, _ = self._texts.get(kind, (_unchanged, 0))
        return rewrite(text)

    # What the client has

    def _note(self, told: bytes) -> bytes:
        self._client.feed(told)
        return told

    def _next_number(self) -> int | None:
        last = self._client.last_sequence_number
        return None if last is None else last + 1


def _numbered(events: list[dict[str, Any]], number: int | None) -> list[dict[str, Any]]:
    """Give events the numbers from `number` on; none to a stream that has none. What was given stays as it is."""
    if number is None:
        return events
    return [{**event, "sequence_number": number + at} for at, event in enumerate(events)]


def _dicts(event: Event, answer: Told) -> list[dict[str, Any]]:
    if isinstance(answer, str):
        return [{**event.data, "delta": answer}]
    told = answer if isinstance(answer, list) else [answer] if answer is not None else []
    return [each.data if isinstance(each, BaseEvent) else each for each in told]


def _unchanged(text: str) -> str:
    return text
