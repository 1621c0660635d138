"""What one request receives: its head, its bytes, its end."""

from __future__ import annotations

from time import monotonic_ns
from typing import TYPE_CHECKING

from ...stream.sources.reply import Reply
from ..timeline import Timeline
from . import faults
from .records import INTERRUPTED, Columns, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..._core import Histogram


class Intake:
    """Fills a timeline, and refuses at once what is no event stream.

    Args:
        feed_lag: Takes how long the processing of each chunk took.
    """

    __slots__ = ("_feed_lag", "_judging", "_reply", "_tail", "_timeline", "first_byte_ns", "size", "status")

    def __init__(self, feed_lag: Histogram) -> None:
        self._feed_lag = feed_lag
        self._timeline = Timeline()
        self._reply: Reply | None = None
        self._judging = False
        self._tail = (b"", b"")
        self.status: int | None = None
        self.first_byte_ns: int | None = None
        self.size = 0

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        """Take the head of the reply; header names are looked up in lower case."""
        self.status = status
        self._reply = Reply(status, headers, strict=False)
        self._judging = self._reply.refused or self._reply.unsure

    def chunk(self, data: bytes) -> None:
        """Take bytes of the body, which came now.

        Raises:
            OrStreamError: Raised when they show that the reply is no event stream.
        """
        now = monotonic_ns()
        if self.first_byte_ns is None:
            self.first_byte_ns = now
        self.size += len(data)
        if self._judging:
            self._judge(data, now)
        else:
            self._timeline.feed(data, now)
            self._tail = (self._tail[1], data)
        self._feed_lag.record(monotonic_ns() - now)

    @property
    def events(self) -> int:
        """How many events came so far."""
        return self._timeline.events_seen

    def end(self) -> None:
        """The body has ended.

        Raises:
            OrStreamError: Raised when it was no event stream.
        """
        if self._judging:
            self._judge(None, monotonic_ns())
        if self._timeline.fault is not None:
            raise self._timeline.fault

    def record(
        self, index: int, url: str, moments: tuple[int, int], *, warm_up: bool, cause: BaseException | None
    ) -> Record:
        """Give what is kept of the request.

        Args:
            index: Its number in the run.
            url: What was asked.
            moments: When it was to begin and when it did.
            warm_up: Whether it is measured by nothing.
            cause: What cut it short; None for nothing.
        """
        end_ns = monotonic_ns()
        outcome = self._timeline.finish()
        kind, line = faults.of_end(outcome, self._timeline.events_seen, self._tail)
        # A response that the server closed is whole, whatever became of the connection.
        if kind and isinstance(cause, Exception):
            kind, line = faults.of_error(cause, url, replied=self.status is not None)
        elif kind and cause is not None:
            kind, line = INTERRUPTED, f"interrupted after {self._timeline.events_seen} events"
        return Record(
            index=index,
            warm_up=warm_up,
            intended_ns=moments[0],
            start_ns=moments[1],
            first_byte_ns=self.first_byte_ns,
            end_ns=end_ns,
            status=self.status,
            events=self._timeline.events_seen,
            bytes=self.size,
            columns=Columns.of(self._timeline),
            error=line,
            error_kind=kind,
        )

    def _judge(self, data: bytes | None, now: int) -> None:
        if self._reply is None:
            return
        self._reply.add(data)
        self._judging = self._reply.refused or self._reply.unsure
        if not self._judging:
            self._timeline.feed(self._reply.take(), now)
