"""`EventLog`: what a store of streams must do, so that any node can go on where a connection broke."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from types import TracebackType

    from ...outcome import Outcome


class Entry(NamedTuple):
    """Whole events, byte for byte as the client got them.

    Attributes:
        data: The bytes, up to a blank line.
        first: The lowest `sequence_number` that they may hold: one above that of the entry before.
        last: The highest that they hold.
    """

    data: bytes
    first: int
    last: int


class LogWriter(ABC):
    """The one producer of one response's log.

    Attributes:
        cancel_requested: Whether somebody has asked for the response's end, as of the last call.
    """

    cancel_requested: bool = False

    @abstractmethod
    async def append(self, entry: Entry) -> None:
        """Add events behind those that are there.

        Raises:
            SecondProducer: Raised when another producer has written.
            LogBroken: Raised when the store has lost what was written before.
            LogUnavailable: Raised when the store does not answer.
        """

    @abstractmethod
    async def refresh(self) -> None:
        """Tell readers that the producer lives, and look whether the response is to be cancelled.

        Raises:
            LogUnavailable: Raised when the store does not answer.
        """

    @abstractmethod
    async def seal(self, outcome: Outcome, rest: bytes = b"") -> None:
        """Mark the end: readers end here, and the log's time begins to run.

        Args:
            outcome: How the response ended.
            rest: What followed the last numbered event, such as `[DONE]`.

        Raises:
            LogBroken: As for `append`.
            LogUnavailable: As for `append`.
        """

    @abstractmethod
    async def spoil(self, reason: str) -> None:
        """Mark that the rest is missing: readers get what there is, then `LogBroken` with the reason.

        Raises:
            LogUnavailable: Raised when the store does not answer.
        """


class LogReader(ABC):
    """The events of one response behind a number, as bytes: an async iterator of whole events.

    It waits for more until the log is sealed; `SSEProxyResponse`, `AsyncEventStream` and `Relay` take it as a source.

    Attributes:
        outcome: How the response ended, once the reader is at its end.
        is_over: Whether the log was sealed when it was opened, and held no event behind the number.
    """

    outcome: Outcome | None = None
    is_over: bool = False

    def __aiter__(self) -> Self:
        return self

    @abstractmethod
    async def __anext__(self) -> bytes:
        """Wait for the next events.

        Raises:
            CursorExpired: Raised when events were dropped before this reader got to them.
            LogBroken: Raised when the rest never came: its producer is gone, or could not write it.
            LogUnavailable: Raised when the store does not answer.
        """

    async def aclose(self) -> None:  # noqa: B027 - most readers hold nothing
        """Give back what the reader holds; may be called more than once."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


class EventLog(ABC):
    """Streams by response id. A relay writes with `log=`; `resume_app` reads.

    Numbers are the events' own `sequence_number`, so that a reader needs nothing but the last one that it has.
    """

    @abstractmethod
    async def open(self, response_id: str) -> LogWriter:
        """Begin a response's log.

        Raises:
            SecondProducer: Raised when there is one already.
            LogUnavailable: Raised when the store does not answer.
        """

    @abstractmethod
    async def read(self, response_id: str, after: int | None = None) -> LogReader:
        """Read the events behind a number.

        Args:
            response_id: The response.
            after: The last `sequence_number` that the reader has; None for all.

        Raises:
            UnknownResponse: Raised when there is no such log.
            CursorExpired: Raised when events behind the number are kept no longer.
            CursorBeyondEnd: Raised when the response ended before the number.
            LogUnavailable: Raised when the store does not answer.
        """

    @abstractmethod
    async def cancel(self, response_id: str) -> None:
        """Ask the producer, on whatever node it is, to end the response.

        Raises:
            UnknownResponse: Raised when there is no such log.
            ResponseEnded: Raised when it has ended already.
            LogUnavailable: Raised when the store does not answer.
        """
