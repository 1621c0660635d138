"""`Program`: what a server plays, take after take."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from ..models.contract import LATEST
from .score import Staging

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..models.contract import Spec
    from .score import Score
    from .take import Take


class Program:
    """Takes, round robin, and how they are played.

    Args:
        takes: At least one.
        staging: How they are played; None for as they are.
        spec: 2026-01-15 has neither compaction nor WebSocket.

    Raises:
        ValueError: Raised when there are none, or the staging's profile does not fit one of them.
    """

    def __init__(self, takes: Sequence[Take], staging: Staging | None = None, *, spec: Spec = LATEST) -> None:
        if not takes:
            message = "there is nothing to play"
            raise ValueError(message)
        self.takes = tuple(takes)
        self.staging = staging or Staging()
        self.spec: Spec = spec
        self._number = 0
        # Composed once before anybody asks, so that what does not fit is told at the start.
        composed = {id(take): self.staging.score(take, 0) for take in self.takes}
        self._composed = {} if self.staging.is_random else composed

    @property
    def has_compact(self) -> bool:
        """Whether this version of the contract has compaction."""
        return self.spec != "2026-01-15"

    @property
    def has_websocket(self) -> bool:
        """Whether this version of the contract has WebSocket, and the library that speaks it is installed."""
        return self.spec != "2026-01-15" and find_spec("websockets") is not None

    def next_number(self) -> int:
        """Number an answer."""
        self._number += 1
        return self._number - 1

    def next_take(self) -> tuple[Take, int]:
        """Give the take whose turn it is, and the number of its answer."""
        number = self.next_number()
        return self.takes[number % len(self.takes)], number

    def score(self, take: Take, number: int) -> Score:
        """Give the n-th answer; composed again only where chance has a part in it."""
        return self._composed.get(id(take)) or self.staging.score(take, number)

    def find(self, response_id: str) -> Take | None:
        """Give the take that tells the response of this id."""
        return next((take for take in self.takes if take.response_id == response_id), None)
