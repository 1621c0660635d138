"""The OpenAI SDK: its client sends the request, and the answer is our stream; or its streams over our decoder.

With `stream` the SDK brings its authentication, base URL, headers, timeouts, and its retries, which end when a reply
begins. Its own stream classes, models and decoder never see the body. With `use_decoder` all of it stays as it is, and
only the framing of its streams is ours.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, cast, overload

from anyio import move_on_after
from openai import AsyncOpenAI, OpenAI

from .stream.async_event_stream import CLOSE_SECONDS, AsyncEventStream
from .stream.deadline import in_time
from .stream.event_stream import EventStream
from .stream.sources import open_async_source
from .stream.sources.recording import open_tape, recorded_async_source, recorded_source
from .stream.waiting import Waiting, clocks_of
from .transports.connect import check_settings
from .transports.openai_decoder import OpenAIDecoder
from .transports.request import Request
from .transports.resume import Resumption
from .transports.resuming import AsyncResumingSource, ResumingSource
from .transports.sending import send, send_sync
from .transports.text_format import with_text_format

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike
    from types import TracebackType

    from pydantic import TypeAdapter

    from ._core import Limits
    from .stream.clocks import Clocks
    from .stream.intake import OutputSource
    from .stream.read_ahead import ReadAhead
    from .stream.sources import AsyncSource
    from .transports.resume import Resume

__all__ = ["Answer", "AsyncAnswer", "stream", "use_decoder"]


class _Options(TypedDict):
    limits: Limits | None
    strict: bool
    require_terminal: bool
    output_source: OutputSource


_IDENTITY = {"accept-encoding": "identity"}


Client = TypeVar("Client", OpenAI, AsyncOpenAI)


def use_decoder(client: Client, *, limits: Limits | None = None, require_terminal: bool = True) -> Client:
    """Have a client of the SDK read its own streams with our framing (WHATWG rules S1-S10, `Limits`).

    The SDK's stream classes, models and errors stay as they are; only a cut response no longer ends its stream as if
    nothing were missing (rule R10). The place where the SDK takes a decoder is not public; it is tested from 3.0 on.

    Args:
        client: An `AsyncOpenAI` or `OpenAI`, which is changed. A copy, as of `with_options`, has the SDK's own again.
        limits: As of `SSEDecoder`. `LimitExceeded` comes out of the SDK's stream as it is.
        require_terminal: Raise `StreamTruncated` out of the SDK's stream where a response has begun and the body, or a
            `[DONE]`, ends it without a terminal event. Streams that hold no response end as they do.

    Returns:
        The same client.

    Raises:
        TypeError: Raised when it is no client of the SDK.
    """
    if not isinstance(client, (OpenAI, AsyncOpenAI)):  # pyright: ignore[reportUnnecessaryIsInstance] - as below
        raise _no_client(client)
    client._make_sse_decoder = partial(OpenAIDecoder, limits=limits, require_terminal=require_terminal)  # type: ignore[method-assign]
    return client


@overload
def stream(
    client: AsyncOpenAI,
    *,
    limits: Limits | None = None,
    strict: bool = False,
    require_terminal: bool = True,
    output_source: OutputSource = "auto",
    text_format: type[Any] | TypeAdapter[Any] | None = None,
    resume: Resume | None = None,
    idle_timeout: float | None = None,
    event_timeout: float | None = None,
    progress_timeout: float | None = None,
    total_timeout: float | None = None,
    read_ahead: ReadAhead | None = None,
    coalesce: bool = False,
    record: str | PathLike[str] | None = None,
    **request: Any,
) -> AsyncAnswer: ...
@overload
def stream(
    client: OpenAI,
    *,
    limits: Limits | None = None,
    strict: bool = False,
    require_terminal: bool = True,
    output_source: OutputSource = "auto",
    text_format: type[Any] | TypeAdapter[Any] | None = None,
    resume: Resume | None = None,
    record: str | PathLike[str] | None = None,
    **request: Any,
) -> Answer: ...
def stream(
    client: OpenAI | AsyncOpenAI,
    *,
    limits: Limits | None = None,
    strict: bool = False,
    require_terminal: bool = True,
    output_source: OutputSource = "auto",
    text_format: type[Any] | TypeAdapter[Any] | None = None,
    resume: Resume | None = None,
    record: str | PathLike[str] | None = None,
    **request: Any,
) -> Answer | AsyncAnswer:
    """Send one request through a client of the SDK and stream the answer.

    To be used as `async with stream(client, model="m", input="hi") as events:`, or with `with` for an `OpenAI`. The
    request is sent when the block is entered. What the SDK raises, for an HTTP error among others, it raises there.

    Args:
        client: An `AsyncOpenAI` or `OpenAI`, which stays open. It sends a request again as it is set to
            (`max_retries`), and never after a reply has begun.
        limits: As of `AsyncEventStream`.
        strict: As of `AsyncEventStream`.
        require_terminal: As of `AsyncEventStream`.
        output_source: As of `AsyncEventStream`.
        text_format: As of `connect`.
        resume: As of `connect`. The requests that go on are sent by the client's HTTP client with the headers of the
            first; the policy alone says how often.
        record: As of `connect`.
        **request: As of `client.responses.create`; `stream` is set. For an `AsyncOpenAI` also the timeouts,
            `read_ahead` and `coalesce` of `AsyncEventStream`.

    Returns:
        The answer, to be entered once, which gives an `AsyncEventStream` or an `EventStream`.

    Raises:
        TypeError: Raised when it is no client of the SDK, waits otherwise than an `OpenAI` can, or for a setting of
            another type, before anything is sent.
        ValueError: Raised for what `AsyncEventStream` and `connect` refuse, before anything is sent.
    """
    if text_format is not None:
        request = with_text_format(request, text_format)
    options = _Options(limits=limits, strict=strict, require_terminal=require_terminal, output_source=output_source)
    waiting = cast("Waiting", {name: request.pop(name) for name in Waiting.__annotations__ if name in request})
    if isinstance(client, AsyncOpenAI):
        make = partial(AsyncEventStream, **options, **waiting)
        check_settings(make, resume)
        body = partial(_async_body, client, resume, strict=strict)
        return AsyncAnswer(partial(_opened, client, request), body, make, clocks_of(waiting), record)
    if not isinstance(client, OpenAI):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a type checker
        raise _no_client(client)
    if waiting:
        message = f"{', '.join(waiting)}: for an AsyncOpenAI only; an OpenAI waits as its `timeout` says"
        raise TypeError(message)
    make_sync = partial(EventStream, **options)
    check_settings(make_sync, resume)
    body_sync = partial(_body, client, resume, strict=strict)
    return Answer(partial(_opened, client, request), body_sync, make_sync, record)


class AsyncAnswer:
    """One request of the SDK, as an asynchronous context manager that gives its stream."""

    def __init__(
        self,
        send: Callable[[], Any],
        body: Callable[[Any, Clocks | None, Any], AsyncSource],
        make: Callable[[Any], AsyncEventStream],
        clocks: Clocks | None,
        record: str | PathLike[str] | None,
    ) -> None:
        self._send = send
        self._body = body
        self._record = record
        self._opened: Any = None
        self._make = make
        self._clocks = clocks
        self._stream: AsyncEventStream | None = None

    async def __aenter__(self) -> AsyncEventStream:
        tape = None if self._record is None else open_tape(self._record)
        try:
            self._opened = _once(self._opened, self._send)
            reply = await in_time(self._opened.__aenter__(), self._clocks)
        except BaseException:
            if tape is not None:
                tape.close()
            raise
        try:
            source = self._body(reply.http_response, self._clocks, tape)
            source.clocks = self._clocks
            self._stream = self._make(source)
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

    async def _close(self) -> None:
        try:
            if self._stream is not None:
                await self._stream.aclose()
        finally:
            # Shielded, as every close: a cancelled task must not leave its connection open.
            with move_on_after(CLOSE_SECONDS, shield=True):
                await self._opened.__aexit__(None, None, None)


class Answer:
    """One request of the SDK, as a context manager that gives its stream."""

    def __init__(
        self,
        send: Callable[[], Any],
        body: Callable[[Any, Any], Any],
        make: Callable[[Any], EventStream],
        record: str | PathLike[str] | None,
    ) -> None:
        self._send = send
        self._body = body
        self._record = record
        self._opened: Any = None
        self._make = make
        self._stream: EventStream | None = None

    def __enter__(self) -> EventStream:
        tape = None if self._record is None else open_tape(self._record)
        try:
            self._opened = _once(self._opened, self._send)
            reply = self._opened.__enter__()
        except BaseException:
            if tape is not None:
                tape.close()
            raise
        try:
            self._stream = self._make(self._body(reply.http_response, tape))
            return self._stream.__enter__()
        except BaseException:
            self._close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        try:
            if self._stream is not None:
                self._stream.close()
        finally:
            self._opened.__exit__(None, None, None)


def _async_body(
    client: AsyncOpenAI, resume: Resume | None, response: Any, clocks: Clocks | None, tape: Any, *, strict: bool
) -> AsyncSource:
    if resume is None:
        source = open_async_source(response, strict=strict)
    else:
        again = partial(send, client=_http_client(client))
        source = AsyncResumingSource(response, again, _resumption(resume, response), clocks, strict=strict)
    return source if tape is None else recorded_async_source(source, tape, strict=strict)


def _body(client: OpenAI, resume: Resume | None, response: Any, tape: Any, *, strict: bool) -> Any:
    source = response
    if resume is not None:
        again = partial(send_sync, client=_http_client(client))
        source = ResumingSource(response, again, _resumption(resume, response), strict=strict)
    return source if tape is None else recorded_source(source, tape, strict=strict)


def _http_client(client: Any) -> Any:
    return client._client  # what sent the POST; the SDK gives no other way to it


def _resumption(resume: Resume, response: Any) -> Resumption:
    sent = response.request
    return Resumption(resume, Request(sent.method, str(sent.url), dict(sent.headers), None))


def _no_client(client: object) -> TypeError:
    return TypeError(f"client must be an openai.AsyncOpenAI or openai.OpenAI, not {type(client).__name__}")


def _once(opened: Any, send: Callable[[], Any]) -> Any:
    if opened is not None:
        message = "an answer is entered once: its request is never sent again"
        raise ValueError(message)
    return send()


def _opened(client: Any, request: dict[str, Any]) -> Any:
    headers: dict[str, Any] = {**_IDENTITY, **(request.pop("extra_headers", None) or {})}
    return client.responses.with_streaming_response.create(**{**request, "stream": True, "extra_headers": headers})
