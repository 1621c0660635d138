"""Why a log of events cannot be written or read, each with the status and code that a client gets for it."""

from __future__ import annotations

from typing import Any, ClassVar

from ...errors import OrStreamError


class EventLogError(OrStreamError):
    """Base of what an `EventLog` raises.

    Attributes:
        status: The HTTP status of a request that meets it.
        code: The code of the error in the contract's shape.
    """

    status: int = 500  # pyright: ignore[reportIncompatibleVariableOverride] - one that is always known
    code: ClassVar[str] = "event_log_error"

    @property
    def payload(self) -> dict[str, Any]:
        """The error in the contract's shape (`type`, `code`, `message`, `param`)."""
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        kind = "not_found" if self.status == 404 else kind
        return {"type": kind, "code": self.code, "message": str(self), "param": None}


class UnknownResponse(EventLogError):  # noqa: N818 - reads like its siblings
    """Raised when the log has no response of this id: it never had, or its time is over."""

    status = 404
    code = "response_not_found"


class CursorExpired(EventLogError):  # noqa: N818 - reads like its siblings
    """Raised when the events behind a number are no longer kept."""

    status = 410
    code = "stream_cursor_expired"


class CursorBeyondEnd(EventLogError):  # noqa: N818 - reads like its siblings
    """Raised when a reader asks for what is behind a number that the finished response never reached."""

    status = 400
    code = "starting_after_beyond_end"


class ResponseEnded(EventLogError):  # noqa: N818 - reads like its siblings
    """Raised when a response is to be cancelled that has ended already."""

    status = 409
    code = "response_ended"


class SecondProducer(EventLogError):  # noqa: N818 - reads like its siblings
    """Raised when somebody else writes, or wrote, the log of this response."""

    status = 409
    code = "second_producer"


class LogBroken(EventLogError):  # noqa: N818 - reads like its siblings
    """Raised when the rest of a response's events never reached the log; the message says why."""

    status = 410
    code = "event_log_broken"


class LogUnavailable(EventLogError):  # noqa: N818 - reads like its siblings
    """Raised when the log's store does not answer; asking again later may help."""

    status = 503
    code = "event_log_unavailable"
