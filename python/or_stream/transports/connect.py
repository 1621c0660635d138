"""`connect` and `connect_sync`: one request over httpx2, and the stream that answers it."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache, partial
from importlib import import_module
from os import environ
from typing import TYPE_CHECKING, Any, Literal

from anyio import move_on_after

from ..stream.async_event_stream import CLOSE_SECONDS, AsyncEventStream
from ..stream.deadline import in_time
from ..stream.event_stream import EventStream
from ..stream.sources import open_async_source
from ..stream.sources.faults import transport_error
from ..stream.sources.recording import open_tape, recorded_async_source, recorded_source
from ..stream.waiting import clocks_of
from .request import Body, Request
from .resume import Resume, Resumption
from .resuming import AsyncResumingSource, ResumingSource
from .sending import check_client, send, send_sync
from .text_format import with_text_format

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike
    from types import TracebackType

    from pydantic import TypeAdapter
    from typing_extensions import Unpack

    from .._core import Limits
    from ..stream.clocks import Clocks
    from ..stream.intake import OutputSource
    from ..stream.sources import AsyncSource
    from ..stream.waiting import Waiting

CONNECT_SECONDS = 30.0
"""How long our own client waits for a connection."""
IDLE_SECONDS = 300.0
"""How long our own client waits for the next bytes: thinking models are quiet for minutes."""


def connect(
    url: str,
    request: Body = None,
    *,
    client: Any = None,
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    strict: bool = False,
    require_terminal: bool = True,
    output_source: OutputSource = "auto",
    text_format: type[Any] | TypeAdapter[Any] | None = None,
    resume: Resume | None = None,
    record: str | PathLike[str] | None = None,
    **waiting: Unpack[Waiting],
) -> Connection:
    """Send one request and stream the answer.

    To be used as `async with ors.connect(url, request) as stream:`. The request is sent when the block is
    entered and never a second time: each POST is a billed generation. An HTTP error, or a reply that is no event
    stream, is raised there too.

    Args:
        url: Of the `responses` endpoint, or of anything that a GET answers with an event stream; taken as it is.
        request: A `models.CreateResponse` or a mapping, which is sent as JSON with `stream` set; bytes, sent as they
            are; or None, for a GET.
        client: An `httpx2.AsyncClient`, `httpx.AsyncClient` or `aiohttp.ClientSession`, which stays open; None for one
            of our own, which waits 30 seconds for a connection and 300 for the next bytes.
        headers: Added to the request, such as `authorization`; they win over ours.
        limits: As of `AsyncEventStream`.
        strict: As of `AsyncEventStream`.
        require_terminal: As of `AsyncEventStream`.
        output_source: As of `AsyncEventStream`.
        text_format: A pydantic model, any other type that pydantic knows, or a `TypeAdapter`: the request asks for an
            answer of its form (`text.format`, strict), which `stream.get_final_parsed` then gives.
        resume: How to go on when the connection breaks before the end, where the server offers it; None not to.
        record: As of `AsyncEventStream`; its times count from when the request was sent.
        waiting: The timeouts, `read_ahead` and `coalesce` of `AsyncEventStream`. The timeouts run from when the request
            is sent: a server that does not reply is stalled too.

    Returns:
        The connection, to be entered once.

    Raises:
        ImportError: Raised when a client is to be made and httpx2 is not installed.
        OSError: Raised when the block is entered and the file of `record` cannot be made, before anything is sent.
        TypeError: Raised for a setting that the stream does not know, before anything is sent.
        ValueError: Raised when the request has a text format beside `text_format`, and for a setting's wrong value.
    """
    if text_format is not None:
        request = with_text_format(request, text_format)
    check_client(client, is_async=True)
    stream = partial(
        AsyncEventStream,
        limits=limits,
        strict=strict,
        require_terminal=require_terminal,
        output_source=output_source,
        **waiting,
    )
    check_settings(stream, resume)
    made = _own_client("AsyncClient") if client is None else None
    sent = Request.make(url, request, headers)
    clocks = clocks_of(waiting)
    return Connection(sent, client or made, made, stream, resume, clocks=clocks, strict=strict, record=record)


def connect_sync(
    url: str,
    request: Body = None,
    *,
    client: Any = None,
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    strict: bool = False,
    require_terminal: bool = True,
    output_source: OutputSource = "auto",
    text_format: type[Any] | TypeAdapter[Any] | None = None,
    resume: Resume | None = None,
    record: str | PathLike[str] | None = None,
) -> SyncConnection:
    """Send one request and stream the answer to a thread: the synchronous twin of `connect`.

    Args:
        url: As of `connect`.
        request: As of `connect`.
        client: An `httpx2.Client`, `httpx.Client`, `requests.Session` or `urllib3.PoolManager`, which stays open; None
            for one of our own.
        headers: As of `connect`.
        limits: As of `EventStream`.
        strict: As of `EventStream`.
        require_terminal: As of `EventStream`.
        output_source: As of `EventStream`.
        text_format: As of `connect`.
        resume: As of `connect`.
        record: As of `connect`.

    Returns:
        The connection, to be entered once.

    Raises:
        ImportError: Raised when a client is to be made and httpx2 is not installed.
        OSError: Raised when the block is entered and the file of `record` cannot be made, before anything is sent.
        TypeError: Raised for a setting that the stream does not know, before anything is sent.
        ValueError: Raised when the request has a text format beside `text_format`, and for a setting's wrong value.
    """
    if text_format is not None:
        request = with_text_format(request, text_format)
    check_client(client, is_async=False)
    stream = partial(
        EventStream,
        limits=limits,
        strict=strict,
        require_terminal=require_terminal,
        output_source=output_source,
    )
    check_settings(stream, resume)
    made = _own_client("Client") if client is None else None
    return SyncConnection(
        Request.make(url, request, headers), client or made, made, stream, resume, strict=strict, record=record
    )


class Connection:
    """One request to be sent, as an asynchronous context manager that gives its stream."""

    def __init__(
        self,
        request: Request,
        client: Any,
        own_client: Any,
        stream: Callable[[Any], AsyncEventStream],
        resume: Resume | None,
        *,
        clocks: Clocks | None,
        strict: bool,
        record: str | PathLike[str] | None,
    ) -> None:
        self._request = request
        self._client = client
        self._own_client = own_client
        self._make_stream = stream
        self._resume = resume
        self._clocks = clocks
        self._record = record
        self._strict = strict
        self._tape: Any = None
        self._stream: AsyncEventStream | None = None
        self._entered = False

    async def __aenter__(self) -> AsyncEventStream:
        self._entered = _once(entered=self._entered)
        try:
            # First, so that a file that cannot be made costs no generation.
            self._tape = None if self._record is None else open_tape(self._record)
            source = self._source(await in_time(self._send(), self._clocks))
            if self._tape is not None:
                source = recorded_async_source(source, self._tape, strict=self._strict)
            source.clocks = self._clocks
            self._stream = self._make_stream(source)
            return await self._stream.__aenter__()
        except BaseException:
            await self._close()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if self._stream is not None:
                # Its own end, which waits for the task that reads ahead.
                await self._stream.__aexit__(kind, error, traceback)
        finally:
            await self._close()

    async def _send(self) -> Any:
        try:
            return await send(self._request, self._client)
        except Exception as cause:
            raise transport_error(cause, what=f"no reply from {self._request.url}") from cause

    def _source(self, response: Any) -> AsyncSource:
        if self._resume is None:
            return open_async_source(response, strict=self._strict)
        resumption = Resumption(self._resume, self._request)
        again = partial(send, client=self._client)
        return AsyncResumingSource(response, again, resumption, self._clocks, strict=self._strict)

    async def _close(self) -> None:
        try:
            if self._stream is not None:
                await self._stream.aclose()
        finally:
            if self._tape is not None:
                self._tape.close()
            if self._own_client is not None:
                # A connection that fails as it is closed takes nothing away from what came over it.
                with suppress(Exception), move_on_after(CLOSE_SECONDS, shield=True):
                    await self._own_client.aclose()


class SyncConnection:
    """One request to be sent, as a context manager that gives its stream."""

    def __init__(
        self,
        request: Request,
        client: Any,
        own_client: Any,
        stream: Callable[[Any], EventStream],
        resume: Resume | None,
        *,
        strict: bool,
        record: str | PathLike[str] | None,
    ) -> None:
        self._request = request
        self._client = client
        self._own_client = own_client
        self._make_stream = stream
        self._resume = resume
        self._record = record
        self._strict = strict
        self._tape: Any = None
        self._stream: EventStream | None = None
        self._entered = False

    def __enter__(self) -> EventStream:
        self._entered = _once(entered=self._entered)
        try:
            self._tape = None if self._record is None else open_tape(self._record)
            source = self._send()
            if self._tape is not None:
                source = recorded_source(source, self._tape, strict=self._strict)
            self._stream = self._make_stream(source)
            return self._stream.__enter__()
        except BaseException:
            self._close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._close()

    def _send(self) -> Any:
        try:
            response = send_sync(self._request, self._client)
        except Exception as cause:
            raise transport_error(cause, what=f"no reply from {self._request.url}") from cause
        if self._resume is None:
            return response
        resumption = Resumption(self._resume, self._request)
        return ResumingSource(response, partial(send_sync, client=self._client), resumption, strict=self._strict)

    def _close(self) -> None:
        try:
            if self._stream is not None:
                self._stream.close()
        finally:
            if self._tape is not None:
                self._tape.close()
            if self._own_client is not None:
                with suppress(Exception):
                    self._own_client.close()


def _once(*, entered: bool) -> bool:
    if entered:
        message = "a connection is entered once: its request is never sent again"
        raise ValueError(message)
    return True


def check_settings(stream: Callable[[Any], object], resume: object) -> None:
    """Refuse a wrong setting before the request is sent, which may cost a generation.

    Args:
        stream: Makes the stream of the settings, from any source.
        resume: The policy; None for none.

    Raises:
        TypeError: Raised for a setting that the stream does not know, and for what is no policy.
        ValueError: Raised for a setting's wrong value.
    """
    if not (resume is None or isinstance(resume, Resume)):
        message = f"resume is an or_stream.Resume, not {resume!r}"
        raise TypeError(message)
    stream(b"")


def _own_client(kind: Literal["AsyncClient", "Client"]) -> Any:
    try:
        httpx2 = import_module("httpx2")
    except ImportError as error:
        message = "connect() needs httpx2, or a client of yours: pip install 'or-stream[httpx2]'"
        raise ImportError(message) from error
    trusted = _trusted(environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR"))
    return getattr(httpx2, kind)(verify=trusted, timeout=httpx2.Timeout(IDLE_SECONDS, connect=CONNECT_SECONDS))


@lru_cache(maxsize=4)
def _trusted(*_of_the_environment: str | None) -> Any:
    """Whom our clients trust, as the environment says. Made once: reading the certificates takes some 20 ms."""
    return import_module("httpx2").create_ssl_context()
