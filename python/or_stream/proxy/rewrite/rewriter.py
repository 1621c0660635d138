"""`Rewriter`: a stream in, the stream that the client shall get out."""

from __future__ import annotations

import json
from operator import index
from typing import TYPE_CHECKING, Any, Self

from ..._core import Decoder, Limits
from ...assembly import Assembler
from ...encoding import encode
from ...errors import LimitExceeded
from ...events import MalformedEvent
from . import blocks
from .abort import Abort
from .closing import OpenItems
from .retelling import Retelling
from .rules import Rules
from .windows import Rewrite, TextKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from typing_extensions import Buffer

    from ...events import Event
    from .rules import Handler

TEXTS: tuple[TextKind, ...] = ("output_text", "refusal", "reasoning", "summary", "arguments", "input", "transcript")
_ENDS = (b"\n\n", b"\r\r", b"\n\r\n")


class Rewriter:
    """Changes events and texts of a stream that passes, and leaves everything else byte for byte.

    A text that is changed in its deltas is changed in every later telling too: in its `done` event, its part, its item
    and the terminal response. `sequence_number` stays contiguous where events are dropped or added. Feed it chunks cut
    anywhere; what comes out are whole events. For one stream; `fresh` gives another with the same handlers, which is
    what relays do. Not for two threads at once.

        rewriter = ors.Rewriter()
        rewriter.on_text(lambda text: text.replace("secret", "[…]"), hold=len("secret") - 1)
        for chunk in upstream:
            client.write(rewriter.feed(chunk))
        client.write(rewriter.finish())

    Args:
        limits: What the server may make it hold; None for the defaults of `Limits`.
    """

    def __init__(self, *, limits: Limits | None = None) -> None:
        self._limits = limits
        self._most = (limits or Limits()).max_event_bytes
        self._rules = Rules()
        self._begin()

    def _begin(self) -> None:
        self._decoder = Decoder(limits=self._limits)
        self._client = Assembler(limits=self._limits)
        self._retelling = Retelling(self._rules)
        self._open = OpenItems()
        self._unfinished = bytearray()
        self._told: list[bytes] = []
        self._shift = 0
        self._finished = self._aborted = False

    def on(self, event_type: str, handler: Handler) -> Self:
        """Call a handler for each event of a type.

        Args:
            event_type: The type as sent, such as "response.output_text.delta".
            handler: Gets the event. It returns None to leave it as it is; a `str` as the new text of a delta; a dict or
                an event in its place; a list of dicts and events for none or several. It raises `Abort` to end the
                stream.

        Returns:
            The rewriter.

        Raises:
            TypeError: Raised for a coroutine function and what else is no handler.
            ValueError: Raised when the type has a handler, or is one without its "response.".
        """
        self._rules.add_handler(event_type, handler)
        return self

    def on_text(self, rewrite: Callable[[str], str], *, hold: int = 0, kinds: Iterable[TextKind] = TEXTS) -> Self:
        """Call a function for the texts that the model writes, behind those that were given before.

        Args:
            rewrite: Gets a piece of text and returns what the client shall get for it. It is called again with what it
                returned itself, as far as that is held back. It raises `Abort` to end the stream.
            hold: How many characters at the end of a text are held back until more of it comes, so that a phrase that
                is cut over deltas is seen whole: its length less one.
            kinds: The texts; default all but code, commands and diffs.

        Returns:
            The rewriter.

        Raises:
            TypeError: Raised for a coroutine function and what else is no handler.
            ValueError: Raised when `hold` is negative, or a kind is none.
        """
        self._rules.add_text(Rewrite(rewrite, index(hold)), kinds)
        return self

    def fresh(self) -> Rewriter:
        """Give a rewriter with the same handlers for another stream."""
        other = Rewriter(limits=self._limits)
        other._rules = self._rules.copy()
        other._begin()
        return other

    def feed(self, chunk: Buffer) -> bytes:
        """Take the next bytes of the server.

        Args:
            chunk: The bytes, cut anywhere.

        Returns:
            What the client gets now: whole events, b"" where none is whole yet, and after an abort.

        Raises:
            OrStreamError: Raised when the server crosses a limit or sends no event stream: end it with `abort`, which
                gives what came before, too.
            ValueError: Raised after `finish`.
        """
        if self._aborted:
            return b""
        if self._finished:
            message = "the stream has been finished, and a rewriter is for one: fresh() gives another"
            raise ValueError(message)
        searched = max(len(self._unfinished) - 2, 0)
        self._unfinished += chunk
        cut = max((at + len(end) for end in _ENDS if (at := self._unfinished.rfind(end, searched)) >= 0), default=0)
        whole = bytes(self._unfinished[:cut])
        del self._unfinished[:cut]
        try:
            for block in blocks.split(whole):
                self._told.append(self._block(block))
        except Abort as abort:
            return self.abort(abort.code, abort.message)
        if self._most is not None and len(self._unfinished) > self._most:
            message = f"an event is longer than max_event_bytes, {self._most}"
            raise LimitExceeded(message)
        return self._hand_out()

    def finish(self) -> bytes:
        """Take the end of the body and give what was held back."""
        if self._finished or self._aborted:
            return b""
        last = bytes(self._unfinished)
        self._unfinished.clear()
        try:
            if last:
                self._told.append(self._block(last))
            owed = self._retelling.owed()
        except Abort as abort:
            return self.abort(abort.code, abort.message)
        self._finished = True
        told = self._hand_out()
        self._told.extend(map(blocks.frame, _numbered(owed, self._next_number())))
        return told + self._hand_out()

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

        Held back text is dropped, unless `finish` has given it out; nothing that is fed later goes out. Handlers raise
        `Abort` instead.

        Args:
            code: The code of the error, such as "content_filter".
            message: The reason in one line.

        Returns:
            The events that the client gets, with the sentinel `[DONE]`; none of them after the stream's own end.
        """
        told = self._hand_out()
        if self._aborted or self._client.outcome is not None:
            self._aborted = True
            return told
        self._aborted = True
        if self._client.response_id is None:
            error = {"type": "server_error", "code": code, "message": message, "param": None}
            events: list[dict[str, Any]] = [{"type": "error", "error": error}]
        else:
            events = self._open.closing_events(json.loads(self._client.snapshot_json()), code, message)
        self._told.extend(map(blocks.frame, _numbered(events, self._next_number())))
        return told + self._hand_out() + b"data: [DONE]\n\n"

    @property
    def is_aborted(self) -> bool:
        """Whether the stream was ended by `abort`, or by a handler that raised `Abort`."""
        return self._aborted

    @property
    def unfinished_bytes(self) -> int:
        """How many bytes of an event it holds that is not whole yet."""
        return len(self._unfinished)

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
        late = self._retelling.owed_before(event)
        told = self._retelling.tell(event)
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
        return all(self._rules.leave(text) for text in texts)

    # What the client has

    def _hand_out(self) -> bytes:
        told = b"".join(self._told)
        self._told.clear()
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
