"""The clock of one relay: ends what takes too long, and keeps what is silent alive."""

from __future__ import annotations

from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .downstream import Downstream
    from .ending import Reason
    from .passage import Clocks, Passage

# Without a blank line of its own: a parser that dispatches an empty event at every blank line (openai-python does after
# an `id:` line) sees none here. It goes only between events.
HEARTBEAT = b": ping\n"


class RelayClock:
    """Looks at a passage when something can be due.

    Args:
        clocks: What is due when.
        passage: Where the relay stands.
        client: Who gets the heartbeats.
        stop: Ends the relay, with the reason.
    """

    def __init__(self, clocks: Clocks, passage: Passage, client: Downstream, stop: Callable[[Reason], None]) -> None:
        self._clocks = clocks
        self._passage = passage
        self._client = client
        self._stop = stop

    def due(self) -> float:
        """Give the seconds until the next look."""
        return self._clocks.next_look(self._passage, monotonic())

    async def look(self) -> None:
        """Stop the relay, send a heartbeat, or do nothing."""
        now = monotonic()
        overdue = self._clocks.overdue(self._passage, now)
        if overdue is not None:
            self._stop(overdue)
        elif self._clocks.is_silent(self._passage, now):
            await self._beat()

    async def _beat(self) -> None:
        """Send a heartbeat; what comes meanwhile waits for it."""
        passage = self._passage
        beating = passage.beats()
        passage.sends(len(HEARTBEAT))
        try:
            # Whatever is wrong with the client, the relay's own writing will meet it too.
            with suppress(Exception):
                await self._client.send(HEARTBEAT)
                passage.sent()
        finally:
            passage.beating = None
            passage.unsent()
            beating.set()
