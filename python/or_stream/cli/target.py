"""What a command is asked to read."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import typer

from ..bench.captures import MARKS, CaptureError, framed, read_capture
from ..errors import OrStreamError
from ..json_text import read as read_json
from ..stream.event_stream import EventStream
from ..transports.connect import connect_sync
from .ending import complain

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..transports.connect import SyncConnection


@dataclass(frozen=True, slots=True)
class Target:
    """A file, a URL with its request, or standard input."""

    source: str
    request: dict[str, Any] | None
    headers: dict[str, str]

    @classmethod
    def parse(cls, source: str, request: str | None, headers: list[str]) -> Target:
        """Check the arguments.

        Raises:
            typer.BadParameter: Raised when they make no sense.
        """
        target = cls(source, None if request is None else _request(request), dict(map(parse_header, headers)))
        if not target.is_url and _is_address(source) and not Path(source).exists():
            message = f"{source!r} is no file: for a server, write http://{source}"
            raise typer.BadParameter(message)
        if source.startswith(("ws://", "wss://")):
            message = f"{source!r}: the command reads HTTP; or_stream.ResponsesWebSocket reads and records WebSockets"
            raise typer.BadParameter(message)
        if not target.is_url and (target.request is not None or target.headers):
            message = "--request and --header are for a URL"
            raise typer.BadParameter(message)
        return target

    @property
    def is_url(self) -> bool:
        """Whether it is read over HTTP."""
        return self.source.startswith(("http://", "https://"))

    @property
    def is_live(self) -> bool:
        """Whether times mean something: a file is just there."""
        return self.is_url or self.source == "-"

    @property
    def name(self) -> str:
        """What to call it in a message."""
        return "standard input" if self.source == "-" else self.source

    def open(self) -> EventStream | SyncConnection:
        """Open it; the result is entered with `with` and gives the stream."""
        if self.is_url:
            return connect_sync(self.source, self.request, headers=self.headers)
        return EventStream(self._bytes())

    def _bytes(self) -> Any:
        """What a stream takes: standard input, a file, or what a recording recorded."""
        if self.source == "-":
            return sys.stdin.buffer
        path = Path(self.source)
        with path.open("rb") as file:
            is_recording = file.read(max(map(len, MARKS))).startswith(MARKS)
        if not is_recording:
            return path
        try:
            capture = read_capture(path)
        except CaptureError as error:
            if error.capture is None:
                raise
            # What was read before is shown, and the stream's own end, or that it has none, decides the exit code.
            complain(str(error))
            capture = error.capture
        return [framed(chunk.data) if capture.messages else chunk.data for chunk in capture.chunks]

    @contextmanager
    def hinting(self) -> Generator[None]:
        """Say what was sent where a server refuses it: who forgets the request sends a GET."""
        try:
            yield
        except OrStreamError as error:
            if self.is_url and self.request is None and 400 <= (error.status or 0) < 500:
                error.args = (f"{error}; this was a GET: --request (-r) sends a POST",)
            raise

    def raw(self) -> AbstractContextManager[Any]:
        """Open it for those who want the bytes: gives what `check` takes. A request is sent when it is entered."""
        if not self.is_url:
            return nullcontext(self._bytes())
        return _reply(connect_sync(self.source, self.request, headers=self.headers))


@contextmanager
def _reply(connection: SyncConnection) -> Generator[Any]:
    with connection as stream:
        yield stream.http_response


def _is_address(source: str) -> bool:
    """Whether it reads like `host:port/path`."""
    host, _, port = source.partition("/")[0].partition(":")
    return bool(host) and port.isdigit()


def _request(text: str) -> dict[str, Any]:
    value: Any
    try:
        value = read_json(text if text.lstrip().startswith("{") else Path(text).read_bytes())
    except OSError as error:
        message = f"--request: {error.filename}: {error.strerror}"
        raise typer.BadParameter(message) from error
    except ValueError as error:
        message = f"--request: not JSON: {error}"
        raise typer.BadParameter(message) from error
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    message = "--request: not a JSON object"
    raise typer.BadParameter(message)


def parse_header(text: str) -> tuple[str, str]:
    """Read a header as it is written.

    Raises:
        typer.BadParameter: Raised when it is none.
    """
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        message = f"--header: {text!r} is not 'Name: value'"
        raise typer.BadParameter(message)
    return name.strip(), value.strip()
