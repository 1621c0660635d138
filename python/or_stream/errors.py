"""Everything this library raises, split by whose fault it is, each with what was received until then."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .models import ErrorPayload, Response


class OrStreamError(Exception):
    """Base of all errors of this library.

    Args:
        message: What happened, where, and what was kept.
        partial_json: The response as folded until now, as JSON; None where nothing was folded.
        events_seen: Events decoded before the fault.
        bytes_seen: Bytes of the stream taken in before the fault.
        last_sequence_number: Of the last event that had one.
        last_event_id: The stream's last SSE `id`, "" when none was sent.

    `status` and `headers` (names in lower case) are those of the HTTP reply, None and empty where there was none.
    """

    status: int | None = None
    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(
        self,
        message: str,
        *,
        partial_json: bytes | None = None,
        events_seen: int = 0,
        bytes_seen: int = 0,
        last_sequence_number: int | None = None,
        last_event_id: str = "",
    ) -> None:
        super().__init__(message)
        self.partial_json = partial_json
        self.events_seen = events_seen
        self.bytes_seen = bytes_seen
        self.last_sequence_number = last_sequence_number
        self.last_event_id = last_event_id

    @property
    def retry_after(self) -> float | None:
        """Seconds after which the server wants to be asked again; None where it did not say."""
        from email.utils import parsedate_to_datetime  # noqa: PLC0415 - only errors need it here
        from time import time  # noqa: PLC0415 - as above

        wanted = self.headers.get("retry-after-ms")
        scale, wanted = (1.0, self.headers.get("retry-after", "")) if wanted is None else (0.001, wanted)
        try:
            return max(0.0, float(wanted) * scale)
        except ValueError:
            pass
        try:
            return max(0.0, parsedate_to_datetime(wanted).timestamp() - time())
        except ValueError:
            return None

    @property
    def retry_safe(self) -> bool:
        """Whether nothing of the answer was received: asking again repeats nothing, but is one more generation."""
        if self.partial_json is None:
            return True
        import json  # noqa: PLC0415 - only errors need it here

        return not json.loads(self.partial_json).get("output")

    @property
    def partial(self) -> Response | None:
        """The response as far as it was received, or None when no event had been folded."""
        if self.partial_json is None:
            return None
        from .models import Response  # noqa: PLC0415 - errors must not pull in pydantic before someone looks
        from .models.unread import read_json  # noqa: PLC0415 - as above

        return read_json(Response, self.partial_json)


# The server's bytes


class ProtocolError(OrStreamError):
    """Raised when the server breaks the contract and the reader is strict.

    `rule` is the stable id of the broken rule, `event_index` counts events from 0, `offset` is in stream bytes.
    """

    def __init__(
        self, message: str, *, rule: str = "", event_index: int = 0, offset: int = 0, **position: object
    ) -> None:
        super().__init__(message, **position)  # type: ignore[arg-type]
        self.rule = rule
        self.event_index = event_index
        self.offset = offset


class SequenceError(ProtocolError):
    """Raised in strict mode when sequence numbers repeat, go back or leave a gap (rule E5)."""


class UnknownTargetError(ProtocolError):
    """Raised in strict mode when an event names an item or part that was never announced (rules R1, R3, E6)."""


class LateEventError(ProtocolError):
    """Raised in strict mode when something follows what should have been last (rules R4, R11)."""


class MismatchError(ProtocolError):
    """Raised in strict mode when two tellings of the same content differ (rules R4, R5, R7)."""


class EventDecodeError(ProtocolError):
    """Raised in strict mode when an event's data is not one JSON object of valid UTF-8 (rules S5, E4).

    `raw` holds the first 200 bytes of the data as sent, `reason` what is wrong with it.
    """

    def __init__(self, message: str, *, raw: bytes = b"", reason: str = "", **position: object) -> None:
        super().__init__(message, **position)  # type: ignore[arg-type]
        self.raw = raw
        self.reason = reason


class LimitExceeded(OrStreamError):  # noqa: N818 - the contract's name
    """Raised when the peer crosses a limit; the reader is dead until `reset()`.

    `limit` is the name in `Limits`, `value` its setting, `offset` the stream byte where it was crossed.
    """

    def __init__(self, message: str, *, limit: str = "", value: int = 0, offset: int = 0, **position: object) -> None:
        super().__init__(message, **position)  # type: ignore[arg-type]
        self.limit = limit
        self.value = value
        self.offset = offset


class StreamTruncated(OrStreamError):  # noqa: N818 - the contract's name
    """Raised when the body ends without a terminal event, with or without `[DONE]` (rule R10)."""


class ServerStreamError(OrStreamError):
    """Raised when the server reports an error in the stream or instead of one.

    `error_json` is the error normalised from any of its four shapes (rule E8); `status` the HTTP status, if any.
    """

    def __init__(
        self, message: str, *, error_json: bytes = b"{}", status: int | None = None, **position: object
    ) -> None:
        super().__init__(message, **position)  # type: ignore[arg-type]
        self.error_json = error_json
        self.status = status

    @property
    def error(self) -> ErrorPayload:
        """What the server said: type, code, message, param, status and headers."""
        from .models import ErrorPayload  # noqa: PLC0415 - as above
        from .models.unread import read_json  # noqa: PLC0415 - as above

        return read_json(ErrorPayload, self.error_json)


# The model's words


class OutputParseError(OrStreamError):
    """Raised when a finished response holds no value of the type that was asked for; `partial` is that response.

    `text` is the text that was to be parsed, "" where there was none; pydantic's own error is `__cause__`.
    """

    def __init__(self, message: str, *, text: str = "", **position: object) -> None:
        super().__init__(message, **position)  # type: ignore[arg-type]
        self.text = text


class OutputRefused(OutputParseError):  # noqa: N818 - reads like its siblings
    """Raised when the model refused instead; `refusal` holds its words."""

    def __init__(self, message: str, *, refusal: str = "", **position: object) -> None:
        super().__init__(message, **position)  # type: ignore[arg-type]
        self.refusal = refusal


class OutputIncomplete(OutputParseError):  # noqa: N818 - reads like its siblings
    """Raised when the response is not finished, so that its text is not either.

    `reason` is the server's, such as `max_output_tokens`; None where it gave none.
    """

    def __init__(self, message: str, *, reason: str | None = None, **position: object) -> None:
        super().__init__(message, **position)  # type: ignore[arg-type]
        self.reason = reason


# The connection


class TransportError(OrStreamError):
    """Raised when the connection breaks, or when what came back is no event stream.

    `status` is the HTTP status where there was one, `body` up to the first 2 KiB of what came instead of events.
    The transport library's own error is `__cause__`.
    """

    def __init__(self, message: str, *, status: int | None = None, body: bytes = b"", **position: object) -> None:
        super().__init__(message, **position)  # type: ignore[arg-type]
        self.status = status
        self.body = body


class ResumeFailed(TransportError):  # noqa: N818 - reads like its siblings
    """Raised when a stream was cut and could not be resumed: the message says by what, and why not.

    The last failed attempt, or else what cut the stream, is `__cause__`.
    """


class StreamStalled(TransportError):  # noqa: N818 - the contract's name
    """Raised when nothing arrives for longer than the caller allowed."""


class IdleTimeout(StreamStalled):
    """Raised when no byte arrives for `idle_timeout` seconds."""


class EventTimeout(StreamStalled):
    """Raised when no event arrives for `event_timeout` seconds, whatever else does."""


class ProgressTimeout(StreamStalled):
    """Raised when no delta and no change of state arrives for `progress_timeout` seconds, whatever else does."""


class TotalTimeout(StreamStalled):
    """Raised when the whole stream takes longer than `total_timeout` seconds."""


# The caller


class ConcurrentUse(OrStreamError):  # noqa: N818 - the contract's name
    """Raised when two threads or tasks use one stream at once; the first user is not disturbed."""


class StreamClosed(OrStreamError):  # noqa: N818 - reads like its siblings
    """Raised when a stream is read after it was closed, and when a reader is fed after its end, before `reset()`."""


# Us


class InternalError(OrStreamError):
    """Raised when the core itself fails, which is a bug to report; this reader is unusable, all others go on."""
