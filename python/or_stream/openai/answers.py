"""The SDK's client sends the request, and the answer is our stream.

The SDK brings its authentication, base URL, headers, timeouts, and its retries, which end when a reply begins. Its own
stream classes, models and decoder never see the body.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, overload

from anyio import move_on_after
from openai import AsyncOpenAI, OpenAI

from ..stream.async_event_stream import CLOSE_SECONDS, AsyncEventStream
from ..stream.event_stream import EventStream

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from .._core import Limits
    from ..stream.intake import OutputSource
    from ..stream.waiting import Waiting

_IDENTITY = {"accept-encoding": "identity"}


@overload
def stream(
    client: AsyncOpenAI,
    *,
    limits: Limits | None = None,
    strict: bool = False,
    require_terminal: bool = True,
    output_source: OutputSource = "auto",
    waiting: Waiting | None = None,
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
    **request: Any,
) -> Answer: ...
def stream(
    client: OpenAI | AsyncOpenAI,
    *,
    limits: Limits | None = None,
    strict: bool = False,
    require_terminal: bool = True,
    output_source: OutputSource = "auto",
    waiting: Waiting | None = None,
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
        waiting: Timeouts, `read_ahead` and `coalesce` of `AsyncEventStream`, as a dict; for an `AsyncOpenAI` only.
        **request: As of `client.responses.create`; `stream` is set.

    Returns:
        The answer, to be entered once, which gives an `AsyncEventStream` or an `EventStream`.

    Raises:
        TypeError: Raised when it is no client of the SDK, and for `waiting` with an `OpenAI`, whose own `timeout` is
            what limits its reads.
    """
    sent = partial(_opened, client, request)
    settings: dict[str, Any] = {
        "limits": limits,
        "strict": strict,
        "require_terminal": require_terminal,
        "output_source": output_source,
    }
    if isinstance(client, AsyncOpenAI):
        return AsyncAnswer(sent, partial(AsyncEventStream, **settings, **(waiting or {})))
    if waiting is not None:
        message = "waiting is for an AsyncOpenAI: a blocking read has the timeout of its own client"
        raise TypeError(message)
    if isinstance(client, OpenAI):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a type checker
        return Answer(sent, partial(EventStream, **settings))
    message = f"client must be an openai.AsyncOpenAI or openai.OpenAI, not {type(client).__name__}"
    raise TypeError(message)


class AsyncAnswer:
    """One request of the SDK, as an asynchronous context manager that gives its stream."""

    def __init__(self, send: Callable[[], Any], make: partial[AsyncEventStream]) -> None:
        self._send = send
        self._opened: Any = None
        self._make = make
        self._stream: AsyncEventStream | None = None

    async def __aenter__(self) -> AsyncEventStream:
        self._opened = _once(self._opened, self._send)
        reply = await self._opened.__aenter__()
        try:
            self._stream = self._make(reply.http_response)
            return await self._stream.__aenter__()
        except BaseException:
            await self._close()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
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

    def __init__(self, send: Callable[[], Any], make: partial[EventStream]) -> None:
        self._send = send
        self._opened: Any = None
        self._make = make
        self._stream: EventStream | None = None

    def __enter__(self) -> EventStream:
        self._opened = _once(self._opened, self._send)
        reply = self._opened.__enter__()
        try:
            self._stream = self._make(reply.http_response)
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


def _once(opened: Any, send: Callable[[], Any]) -> Any:
    if opened is not None:
        message = "an answer is entered once: its request is never sent again"
        raise ValueError(message)
    return send()


def _opened(client: Any, request: dict[str, Any]) -> Any:
    headers: dict[str, Any] = {**_IDENTITY, **(request.pop("extra_headers", None) or {})}
    return client.responses.with_streaming_response.create(**{**request, "stream": True, "extra_headers": headers})
