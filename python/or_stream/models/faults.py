"""What a server says when something goes wrong."""

from .base import Int, Model


class ErrorPayload(Model):
    """A server's error, whichever of its four shapes it came in (rule E8).

    `status` is the HTTP status, where one was told; `code` is a number on some servers.
    """

    type: str | None = None
    code: str | Int | None = None
    message: str = ""
    param: str | None = None
    status: Int | None = None
    headers: dict[str, str] | None = None


class ResponseError(Model):
    """Why a response failed."""

    code: str | Int | None = None
    message: str = ""


class IncompleteDetails(Model):
    """Why a response stopped early: `max_output_tokens`, `content_filter` and the like."""

    reason: str = ""
