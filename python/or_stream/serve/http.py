"""HTTP/1.1 requests out of bytes, and the heads of answers."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ..json_text import read as read_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_HEAD = 64 << 10
MAX_BODY = 256 << 20


class BadRequest(Exception):  # noqa: N818 - the standard's own name
    """Raised for bytes that are no request; the connection cannot go on."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came.

    Args:
        method: Such as `POST`.
        target: Path and query, as sent.
        headers: By their names in lower case; of repeated ones the last.
        body: Without its framing.
        head: The bytes before the body.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    head: bytes = b""

    @property
    def path(self) -> str:
        """The path, decoded, without the query."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        """The query; of repeated names the last."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def json(self) -> Any:
        """The body as JSON.

        Raises:
            ValueError: Raised when it is none.
        """
        return read_json(self.body)

    @property
    def wants_websocket(self) -> bool:
        """Whether it asks for an upgrade."""
        return self.headers.get("upgrade", "").lower() == "websocket"

    @property
    def keeps_alive(self) -> bool:
        """Whether the connection stays open for another request."""
        told = self.headers.get("connection", "").lower()
        return "close" not in told and not self.is_old

    @property
    def is_old(self) -> bool:
        """Whether it is HTTP/1.0, which knows no chunks."""
        return self.head.partition(b"\r\n")[0].endswith(b"HTTP/1.0")


class RequestReader:
    """Cuts what a client sends into requests; bytes that follow an upgrade stay in `rest`."""

    def __init__(self) -> None:
        self.rest = bytearray()
        self._head: Request | None = None

    def feed(self, data: bytes) -> Iterator[Request]:
        """Take bytes; gives each request once it is whole.

        Raises:
            BadRequest: Raised for what is no HTTP/1.x request, or too large.
        """
        self.rest += data
        while (request := self._next()) is not None:
            yield request

    def _next(self) -> Request | None:
        if self._head is None:
            end = self.rest.find(b"\r\n\r\n")
            if end < 0 and len(self.rest) <= MAX_HEAD:
                return None
            if not 0 <= end <= MAX_HEAD:
                message = f"a head of more than {MAX_HEAD} bytes"
                raise BadRequest(message)
            self._head = _parsed(bytes(self.rest[: end + 4]))
            del self.rest[: end + 4]
        head = self._head
        taken = _body(head, self.rest)
        if taken is None:
            return None
        body, size = taken
        del self.rest[:size]
        self._head = None
        return Request(head.method, head.target, head.headers, body, head.head)


def head_of(status: int, headers: Mapping[str, str]) -> bytes:
    """Write the head of an answer."""
    try:
        reason = HTTPStatus(status).phrase
    except ValueError:
        reason = ""
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunked(data: bytes) -> bytes:
    """Write one chunk of a body; an empty one would end it."""
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"


def _parsed(head: bytes) -> Request:
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or words[2] not in {"HTTP/1.1", "HTTP/1.0"}:
        message = "the first line is no HTTP/1.1 request"
        raise BadRequest(message)
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            message = "a header is not 'name: value'"
            raise BadRequest(message)
        headers[name.lower()] = value.strip()
    return Request(words[0], words[1], headers, head=head)


def _body(head: Request, data: bytearray) -> tuple[bytes, int] | None:
    """The body and how many bytes it took; None while some are missing."""
    if "transfer-encoding" in head.headers:
        if head.headers["transfer-encoding"].lower() != "chunked":
            message = "the only transfer encoding is chunked"
            raise BadRequest(message)
        return _chunks(data)
    told = head.headers.get("content-length", "0")
    if not (told.isascii() and told.isdigit()) or int(told) > MAX_BODY:
        message = f"the content length {told[:20]!r} is no number up to {MAX_BODY}"
        raise BadRequest(message)
    size = int(told)
    return (bytes(data[:size]), size) if len(data) >= size else None


def _chunks(data: bytearray) -> tuple[bytes, int] | None:
    found = bytearray()
    at = 0
    while (end := data.find(b"\r\n", at)) >= 0:
        try:
            size = int(data[at:end].partition(b";")[0], 16)
        except ValueError:
            size = -1
        if not 0 <= size <= MAX_BODY - len(found):
            message = "a chunk has no size, or the body is too large"
            raise BadRequest(message)
        start = end + 2
        if len(data) < start + size + 2:
            return None
        if size == 0:
            return bytes(found), start + 2
        found += data[start : start + size]
        at = start + size + 2
    return None
