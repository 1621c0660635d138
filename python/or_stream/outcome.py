"""How a stream ended."""

from enum import StrEnum


class Outcome(StrEnum):
    """The one named end of a stream (rule R10). Only `completed` is success."""

    COMPLETED = "completed"
    """The server said `response.completed`."""
    INCOMPLETE = "incomplete"
    """The server said `response.incomplete`: a limit or a filter cut the answer, which is otherwise final."""
    FAILED = "failed"
    """The server said `response.failed`."""
    CANCELLED = "cancelled"
    """The terminal response has status `cancelled`."""
    ERROR = "error"
    """The server sent an `error` event and no `response.failed` after it."""
    TRUNCATED = "truncated"
    """The body ended without a terminal event, with or without `[DONE]`."""

    @property
    def is_final_response(self) -> bool:
        """Whether the server itself closed the response: true for all but `error` and `truncated`."""
        return self not in (Outcome.ERROR, Outcome.TRUNCATED)
