"""The responses of one WebSocket, each with a tap from its `response.create` to its end."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from time import monotonic, monotonic_ns
from typing import TYPE_CHECKING, Any

from ..ending import RelayEnd
from ..rewrite.shapes import as_object
from ..tap import Tap
from .books import Asked

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..ending import Reason

_SWITCHED = 101
_MOST_ENVELOPE = 64 << 10


@dataclass(slots=True)
class Turn:
    """One response that was asked for.

    Args:
        asked: The request.
    """

    asked: Asked
    tap: Tap = field(default_factory=lambda: Tap("usage"))
    began: float = field(default_factory=monotonic)
    bytes_in: int = 0
    bytes_out: int = 0
    is_over: bool = False

    @property
    def has_failed(self) -> bool:
        """Whether the server told an error, behind which its `response.failed` may come yet (rule E10)."""
        return self.tap.error_json is not None

    def end(self, reason: Reason, error: BaseException | None, *, client_gone: bool) -> RelayEnd:
        """Close it, and tell how it ended."""
        return RelayEnd(
            outcome=self.tap.finish(),
            reason=reason,
            tap=self.tap,
            bytes_in=self.bytes_in,
            bytes_out=self.bytes_out,
            seconds=monotonic() - self.began,
            client_gone=client_gone,
            error=error,
            status=_SWITCHED,
        )


class Turns:
    """Tells turns apart: a server answers one after the other (wire-format rule 13).

    Args:
        path: The path of the WebSocket.
        on_begin: Called for each `response.create`.
        on_end: Awaited once for each, with how it ended.
    """

    def __init__(
        self, path: str, on_begin: Callable[[], None], on_end: Callable[[Asked, RelayEnd], Awaitable[None]]
    ) -> None:
        self._path = path
        self._on_begin = on_begin
        self._on_end = on_end
        self._turns: deque[Turn] = deque()

    @property
    def running(self) -> Turn | None:
        """The turn that the server is at; None between turns."""
        return self._turns[0] if self._turns else None

    async def ask(self, message: str | bytes) -> None:
        """Take note of a message of the client."""
        asked = _object(message)
        if asked.get("type") != "response.create":
            return
        if self.running is not None and self.running.has_failed:
            await self._end(self.running, "upstream_end")
        model = asked.get("model")
        told = model if isinstance(model, str) else None
        self._turns.append(Turn(Asked(path=self._path, model=told, stream=True, began_ns=monotonic_ns())))
        self._on_begin()

    def answer(self, message: str | bytes) -> Turn | None:
        """Take note of a message of the server.

        Returns:
            The turn that it belongs to, to be settled when the client has the message; None where there is none.
        """
        turn = self.running
        if turn is None:
            return None
        # By the envelope a server refuses a request; the one that runs goes on, where another was sent too early.
        is_envelope = _is_envelope(message)
        if is_envelope:
            turn = self._turns[-1]
        turn.tap.feed_message(message)
        turn.bytes_in += len(message)
        turn.is_over = is_envelope or turn.tap.terminal is not None
        return turn

    async def settle(self, turn: Turn) -> None:
        """End a turn if the server has ended it."""
        if turn.is_over:
            await self._end(turn, "upstream_end")

    async def close(self, reason: Reason, error: BaseException | None = None, *, client_gone: bool = False) -> None:
        """End what runs, and what has not begun."""
        while self._turns:
            turn = self._turns[0]
            await self._end(turn, "upstream_end" if turn.has_failed else reason, error, client_gone=client_gone)

    async def _end(
        self, turn: Turn, reason: Reason, error: BaseException | None = None, *, client_gone: bool = False
    ) -> None:
        self._turns.remove(turn)
        await self._on_end(turn.asked, turn.end(reason, error, client_gone=client_gone))


def _is_envelope(message: str | bytes) -> bool:
    mark = '"status"' if isinstance(message, str) else b'"status"'
    # Events of other types can be long, and are not decoded for this.
    if len(message) > _MOST_ENVELOPE or mark not in message:  # type: ignore[operator] # of the same type
        return False
    event = _object(message)
    return event.get("type") == "error" and isinstance(event.get("status"), int)


def _object(message: str | bytes) -> dict[str, Any]:
    try:
        return as_object(json.loads(message))
    except ValueError:
        return {}
