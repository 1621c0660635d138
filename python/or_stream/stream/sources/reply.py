"""What an HTTP server replied with: an event stream, or something that has to be told at once (F20, S14)."""

from __future__ import annotations

from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Any

from ... import json_text
from ..._core import Assembler as CoreAssembler
from ...assembly import server_error_message
from ...errors import OrStreamError, ServerStreamError, TransportError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .source import Chunk

_EVENTS = "text/event-stream"
_UNTYPED = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream"})
_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")
_WHITE = b" \t\r\n\xef\xbb\xbf"
_BODY_BYTES = 2048
_JSON_BYTES = 65536
_MESSAGE_CHARS = 200
_START_BYTES = 32
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r")


class Reply:
    """Judges a reply by its head and, where that says too little, by the first bytes of its body.

    A JSON body goes on to the core, which takes a whole response object or an error and refuses the rest. What is
    neither event stream nor JSON is refused here. The owner adds chunks while `refused` or `unsure` is true; `add`
    raises as soon as enough of a refused body is there to say what came instead.

    Args:
        status: The HTTP status.
        headers: The HTTP headers.
        strict: Refuse an event stream that is not declared as one.
    """

    def __init__(self, status: int, headers: Mapping[str, str], *, strict: bool) -> None:
        self._status = status
        self._content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        self._location = headers.get("location", "")
        self._coding = headers.get("content-encoding", "").strip().lower()
        self._body = b""
        is_success = 200 <= status < 300
        is_json = self._content_type == "application/json" or self._content_type.endswith("+json")
        self._is_declared = is_success and (self._content_type == _EVENTS or is_json)
        # A client that lacks the library to unpack a body may give it as it came.
        may_be_packed = self._is_declared and self._is_packed
        self.unsure = may_be_packed or (is_success and not strict and self._content_type in _UNTYPED)
        self.refused = not self._is_declared and not self.unsure
        self.settled = not (self.unsure or self.refused)
        """Whether nothing is left to judge or to give: the body goes on as it comes."""

    @property
    def _is_packed(self) -> bool:
        return self._coding not in ("", "identity")

    def add(self, chunk: Chunk | None) -> None:
        """Take a chunk of the body, or None at its end.

        Raises:
            ServerStreamError: Raised when a refused body is the server's error as JSON.
            TransportError: Raised when it is anything else.
        """
        self._body += chunk or b""
        start = self._body.lstrip(_WHITE)
        if self.unsure and (start or chunk is None):
            self.unsure = False
            self.refused = _is_binary(start) if self._is_declared else not _may_be_read(start)
        needed = _JSON_BYTES if start.startswith(b"{") else _BODY_BYTES
        # Of packed bytes more would tell no more.
        if self.refused and (chunk is None or self._is_declared or len(self._body) >= needed):
            raise self._error()

    def take(self) -> bytes:
        """Give what was added, once."""
        body, self._body, self.settled = self._body, b"", True
        return body

    def _error(self) -> OrStreamError:
        error_json = _error_json(self._body)
        if error_json is not None:
            return ServerStreamError(
                f"HTTP {self._status}: {server_error_message(error_json)}", error_json=error_json, status=self._status
            )
        kind = self._content_type or "a body without content type"
        if self._is_packed and _is_binary(self._body):
            kind += f", packed as {self._coding} and not unpacked by the client,"
        where = f" to {self._location}" if self._location else ""
        text = self._body[:_BODY_BYTES].decode(errors="replace")[:_MESSAGE_CHARS]
        return TransportError(
            f"HTTP {self._status}{where} with {kind} where an event stream was due: {text!r}",
            status=self._status,
            body=self._body[:_BODY_BYTES],
        )


def _may_be_read(start: bytes) -> bool:
    """Whether a body may be an event stream, or is one of the things whose start the core knows."""
    first = start[: max(map(len, _FIELDS))]
    is_field = any(first.startswith(field) or field.startswith(first) for field in _FIELDS)
    return is_field or first.startswith((b"{", b"[", b"<"))


def _is_binary(start: bytes) -> bool:
    """Whether these are no bytes of a text: those of packed bodies soon are none."""
    start = start[:_START_BYTES]
    try:
        getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return True
    return not _CONTROLS.isdisjoint(start)


def _error_json(body: bytes) -> bytes | None:
    """The error that a body tells in any of its shapes, normalised (rules E8, E9); None where it tells none."""
    told = _normalised(body)
    if told is not None:
        return told
    # Members of an error at the top level; a body that is something else has neither of these two.
    flat = _normalised(b'{"error":' + body + b"}")
    if flat is not None and (b'"message"' in flat or b'"code"' in flat):
        return flat
    return _detail(body)


def _detail(body: bytes) -> bytes | None:
    """FastAPI's way to tell an error, and that of RFC 9457: a text, or a list of what is wrong with the request."""
    try:
        detail: Any = json_text.read(body)["detail"]
    except (ValueError, KeyError, TypeError):
        return None
    message = detail if isinstance(detail, str) else json_text.write_text(detail)
    return json_text.write_bytes({"type": "error", "message": message})


def _normalised(body: bytes) -> bytes | None:
    reader = CoreAssembler()
    try:
        reader.feed(body)
        reader.finish()
    except OrStreamError:
        return None
    return reader.error_json
