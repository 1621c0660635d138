"""`ResponsesWebSocket`: turns on one WebSocket connection, each answered by an event stream (spec 2026-04-24)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self

from anyio import move_on_after

from .._core import Limits
from ..errors import ConcurrentUse, StreamClosed
from ..outcome import Outcome
from ..stream.async_event_stream import CLOSE_SECONDS, AsyncEventStream
from ..stream.deadline import in_time
from ..stream.waiting import clocks_of
from .connect import check_settings
from .response_create import ResponseCreate
from .text_format import with_text_format

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from os import PathLike
    from ssl import SSLContext
    from types import TracebackType

    from pydantic import TypeAdapter
    from typing_extensions import Unpack
    from websockets.asyncio.client import ClientConnection

    from ..models import CreateResponse
    from ..stream.intake import OutputSource
    from ..stream.waiting import Waiting
    from .websocket_turn import TurnSource

_LIMIT_REACHED = "websocket_connection_limit_reached"
_NOT_OPEN = "the WebSocket is not open: use it as `async with ResponsesWebSocket(url) as socket`"
_UNFINISHED = "the WebSocket was closed: the response before did not reach its end, and the protocol has no cancel"
_AGED = "the server closed this WebSocket to further responses (it allows 60 minutes): open a new one"


class ResponsesWebSocket:
    """One connection on which responses are created one after another (wire-format rule 13).

    To be used as `async with ors.ResponsesWebSocket(url, headers=...) as socket:` and then
    `async with socket.create(request) as stream:`, as often as wanted. Each stream is an `AsyncEventStream`, the same
    as over HTTP. A connection lives 60 minutes at most; the server says so by the error
    `websocket_connection_limit_reached`, after which `create` raises. Nothing is reconnected or sent again by itself.
    Runs on asyncio only, as the `websockets` library does.

    Args:
        url: Of the `responses` endpoint: `ws` or `wss`; `http` and `https` are taken for these.
        headers: Added to the handshake, such as `authorization`. Redirects are not followed.
        ssl: For `wss`; None for the default.
        limits: As of `AsyncEventStream`, for each response; `max_event_bytes` is also the largest message taken.
        strict: As of `AsyncEventStream`.
        require_terminal: As of `AsyncEventStream`.
        output_source: As of `AsyncEventStream`.
        open_timeout: Seconds for the connection and its handshake; None waits for ever.
        idle_timeout: Seconds that the next message of a response may take, where `create` is not told otherwise; None
            waits for ever.

    Raises:
        ImportError: Raised when websockets is not installed.
        TypeError: Raised for a setting of another type.
        ValueError: Raised for a setting's wrong value.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        ssl: SSLContext | None = None,
        limits: Limits | None = None,
        strict: bool = False,
        require_terminal: bool = True,
        output_source: OutputSource = "auto",
        open_timeout: float | None = 30.0,
        idle_timeout: float | None = 300.0,
    ) -> None:
        open_websocket, self._make_source = _websockets()
        self._max_bytes = (limits or Limits()).max_event_bytes
        self._idle_timeout = idle_timeout
        self._open = partial(
            open_websocket,
            url,
            headers=dict(headers or {}),
            ssl=ssl,
            max_bytes=self._max_bytes,
            open_timeout=open_timeout,
        )
        self._make_stream = partial(
            AsyncEventStream,
            limits=limits,
            strict=strict,
            require_terminal=require_terminal,
            output_source=output_source,
        )
        check_settings(partial(self._make_stream, idle_timeout=idle_timeout), None)
        self._connection: ClientConnection | None = None
        self._closed_why = _NOT_OPEN
        self._turn_runs = False
        self._last_response_id: str | None = None
        self._failed_id: str | None = None

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            ServerStreamError: Raised when the server refuses with its error as JSON.
            TransportError: Raised when it refuses otherwise, or cannot be reached.
            ValueError: Raised when the URL is none of a WebSocket, or the connection is open already.
            RuntimeError: Raised outside asyncio.
        """
        if self._connection is not None:
            message = "this WebSocket is open already"
            raise ValueError(message)
        self._connection = await self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    @property
    def last_response_id(self) -> str | None:
        """The last response that was completed, or left incomplete by its server: what a follow-up continues."""
        return self._last_response_id

    def create(
        self,
        request: CreateResponse | Mapping[str, Any],
        *,
        follow_up: bool = False,
        text_format: type[Any] | TypeAdapter[Any] | None = None,
        record: str | PathLike[str] | None = None,
        **waiting: Unpack[Waiting],
    ) -> Turn:
        """Ask for a response, to be used as `async with socket.create(request) as stream:`.

        The request is sent when the block is entered. One response runs at a time. The protocol has no way to cancel
        it: leaving the block before the end of the response closes the connection. A server that has lost the response
        to continue says so by the error `previous_response_not_found`; the connection can be used further.

        Args:
            request: A `models.CreateResponse` or a mapping, without `stream`, `stream_options` and `background`.
            follow_up: Set `previous_response_id` to `last_response_id`, as of when the block is entered.
            text_format: As of `connect`.
            record: As of `connect`: every message with its time.
            waiting: As of `connect`, for this response.

        Returns:
            The turn, to be entered once. Entering raises `ConcurrentUse` while another response runs, `StreamClosed`
            when the connection is closed, and `ValueError` when there is nothing to follow up.

        Raises:
            ValueError: Raised when the request has a field that must not be sent here, or says itself what it follows,
                and for a setting's wrong value.
            TypeError: Raised when the request is neither model nor mapping, and for a setting that no stream has.
        """
        message = ResponseCreate(request if text_format is None else with_text_format(request, text_format))
        if follow_up and message.follows:
            message_text = "the request has a previous_response_id of its own: follow_up would replace it"
            raise ValueError(message_text)
        told: Waiting = {"idle_timeout": self._idle_timeout, **waiting}
        check_settings(partial(self._make_stream, **told), None)
        return Turn(partial(self._begin, message, told, follow_up=follow_up, record=record), self._end)

    async def aclose(self) -> None:
        """Close the connection, also under a response that runs. Does nothing the second time."""
        await self._close(_NOT_OPEN)

    async def _begin(
        self, message: ResponseCreate, waiting: Waiting, *, follow_up: bool, record: str | PathLike[str] | None
    ) -> tuple[AsyncEventStream, TurnSource]:
        if self._turn_runs:
            text = "a response is running on this WebSocket: read it to its end, or open another WebSocket"
            raise ConcurrentUse(text)
        if self._connection is None:
            raise StreamClosed(self._closed_why)
        if follow_up and self._last_response_id is None:
            text = "nothing to follow up: no response has been finished on this WebSocket"
            raise ValueError(text)
        body = message.encode(previous_response_id=self._last_response_id if follow_up else None)
        source = self._make_source(
            self._connection,
            max_bytes=self._max_bytes,
            failed_id=self._failed_id,
        )
        source.clocks = clocks_of(waiting)
        stream = self._make_stream(source, record=record, **waiting)
        self._turn_runs = True
        try:
            await in_time(source.send(body), source.clocks)
        except BaseException:
            # Nobody knows how much of it the server has got.
            await self._end(stream, source)
            raise
        return stream, source

    async def _end(self, stream: AsyncEventStream, source: TurnSource) -> None:
        try:
            # Its own end, which waits for the task that reads ahead.
            await stream.__aexit__(None, None, None)
        finally:
            self._remember(stream)
            why = _why_unusable(stream, source)
            if why is not None:
                await self._close(why)
            self._turn_runs = False

    def _remember(self, stream: AsyncEventStream) -> None:
        ended_well = stream.outcome in (Outcome.COMPLETED, Outcome.INCOMPLETE)
        if ended_well and stream.response_id:
            self._last_response_id = stream.response_id
        self._failed_id = None if ended_well else stream.response_id

    async def _close(self, why: str) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        self._closed_why = why
        # Shielded: a cancelled task must not leave its connection open.
        with move_on_after(CLOSE_SECONDS, shield=True):
            await connection.close()


class Turn:
    """One response to be created, as an asynchronous context manager that gives its stream."""

    def __init__(
        self,
        begin: Callable[[], Awaitable[tuple[AsyncEventStream, TurnSource]]],
        end: Callable[[AsyncEventStream, TurnSource], Awaitable[None]],
    ) -> None:
        self._begin = begin
        self._end = end
        self._running: tuple[AsyncEventStream, TurnSource] | None = None
        self._entered = False

    async def __aenter__(self) -> AsyncEventStream:
        if self._entered:
            message = "a turn is entered once: its request is never sent again"
            raise ValueError(message)
        self._entered = True
        self._running = await self._begin()
        try:
            return await self._running[0].__aenter__()
        except BaseException as error:
            await self.__aexit__(type(error), error, error.__traceback__)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._running is not None:
            running, self._running = self._running, None
            await self._end(*running)


def _why_unusable(stream: AsyncEventStream, source: TurnSource) -> str | None:
    """Why the connection cannot serve another turn; None if it can."""
    if source.error_code == _LIMIT_REACHED:
        return _AGED
    # A stream that was cut, stalled or refused has an outcome too, but its response may still be running.
    is_ended = source.is_over or (stream.outcome is not None and stream.outcome.is_final_response)
    return None if is_ended else _UNFINISHED


def _websockets() -> tuple[Callable[..., Awaitable[ClientConnection]], type[TurnSource]]:
    try:
        from .websocket_open import open_websocket  # noqa: PLC0415 - an extra
        from .websocket_turn import TurnSource  # noqa: PLC0415 - as above
    except ImportError as error:
        message = "ResponsesWebSocket needs websockets: pip install 'or-stream[websockets]'"
        raise ImportError(message) from error
    return open_websocket, TurnSource
