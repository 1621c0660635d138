"""`Abort`: what a handler raises that wants no more of a stream to go out."""

from __future__ import annotations


class Abort(Exception):  # noqa: N818 - it is no error: a handler ends a stream on purpose
    """Raised by a handler of a `Rewriter` to end the stream, as `Rewriter.abort` does.

    What came before goes out; the event at hand and what is held back do not.

    Args:
        code: The code of the response's error, such as "content_filter".
        message: The reason in one line, for the client.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        """Say both."""
        return f"{self.code}: {self.message}"
