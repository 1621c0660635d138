"""Responses of urllib3, and of requests, which is built on it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from .plain import READ_BYTES, slices
from .reply import Reply
from .source import Chunk, Source


class Urllib3Source(Source):
    """A response of urllib3 whose body has not been read (`preload_content=False`).

    Args:
        response: The response of urllib3.
        strict: Refuse a reply that does not call itself an event stream.
        owner: The response of requests that holds it, if one does.
        read: The body where it was read before.
    """

    reusable = True

    def __init__(self, response: Any, *, strict: bool, owner: Any = None, read: bytes | None = None) -> None:
        self._response = response
        self._owner = response if owner is None else owner
        self.http_response = self._owner
        self.status = response.status
        self.headers = response.headers
        self._body = None if read is None else slices(read)
        self._reply = Reply(response.status, response.headers, strict=strict)

    def open(self) -> None:
        """Tell at once what came instead of a stream."""
        while self._reply.refused:
            self._reply.add(self._next())

    def read(self) -> Chunk | None:
        """Wait for the next bytes of the body."""
        while self._reply.refused or self._reply.unsure:
            self._reply.add(self._next())
        return self._reply.take() or self._next()

    def close(self) -> None:
        """Close the connection; urllib3 has taken it back itself when the body was read to its end."""
        self._owner.close()

    def abort(self) -> None:
        """Shut the socket down, which wakes a thread that waits for it; urllib3 can do that from version 2.3 on."""
        shutdown = getattr(self._response, "shutdown", None)
        if shutdown is not None:
            with suppress(OSError, ValueError):
                shutdown()

    def _next(self) -> bytes | None:
        if self._body is not None:
            return next(self._body, None)
        # What is there by now, also of a chunk that is not whole yet; b"" only at the end.
        return self._response.read1(READ_BYTES, decode_content=True) or None
