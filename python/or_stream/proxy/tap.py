"""`Tap`: what a proxy wants to know of a stream, read from the bytes that it passes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from .._core import Tap as CoreTap
from ..outcome import Outcome

if TYPE_CHECKING:
    from ..models import Response, Usage


class Tap(CoreTap):
    """Reads usage, model, ids, state, counts and moments from passing bytes, and makes no object per event.

    It costs one pass of the core over each chunk and never raises on what a server sends: a body that is no event
    stream, or one beyond the limits, passes unread from there on, and `fault` says why. Its memory does not grow
    with the stream, but at level "items". Small chunks are read a few at a time, at the latest when somebody looks, and
    each with its own time: it makes no difference but in what it costs. Not for two threads at once.

    Args:
        level: "items" keeps the response too, for `partial_response`. "terminal", "usage" and "timing" are the facts
            alone: they cost nothing apart, so that each of these names gives all of them.
        limits: What the server may make the tap hold; None for the defaults of `Limits`.

    Raises:
        ValueError: Raised for another level.
    """

    __slots__ = ()

    @property
    def usage(self) -> Usage | None:
        """The tokens used, once the server has told them."""
        told = self.usage_json
        if told is None:
            return None
        from ..models import Usage  # noqa: PLC0415 - pydantic is loaded when someone looks
        from ..models.unread import read_json  # noqa: PLC0415 - as above

        return read_json(Usage, told)

    @property
    def error(self) -> dict[str, Any] | None:
        """The server's error in the contract's shape (`type`, `code`, `message`, `param`), if it reported one."""
        told = self.error_json
        return None if told is None else dict(json.loads(told))

    @property
    def terminal(self) -> Outcome | None:
        """How the server itself ended the response; None while it runs, and for a body that just ended.

        `error` only once the body has ended: behind an error event the response may still end (rule E10).
        """
        return None if self.outcome is Outcome.TRUNCATED else self.outcome

    def __repr__(self) -> str:
        """Say how far the stream is."""
        state = self.outcome or self.status or "nothing yet"
        return f"<Tap {self.response_id or 'of no response'}: {state}, {self.events_seen} events, {self.bytes} bytes>"

    def partial_response(self, status: Literal["incomplete", "failed", "cancelled"] = "incomplete") -> Response:
        """Give the response as far as it came, for a log, a cache or a bill.

        Args:
            status: The status that it shall have if the server has not ended it.

        Returns:
            The response: with the items received at level "items", without output at level "usage".
        """
        from ..models import Response  # noqa: PLC0415 - pydantic is loaded when someone looks
        from ..models.unread import read_json  # noqa: PLC0415 - as above

        return read_json(Response, self.partial_json(status))
