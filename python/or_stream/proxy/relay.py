"""The relay: bytes from a server to a client, whole events at a time, and a true end whatever happens."""

from __future__ import annotations

import inspect
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
from anyio.lowlevel import checkpoint

from .answer import Answer
from .beside import beside
from .clock import RelayClock
from .downstream import ClientGone, json_headers, stream_headers
from .ending import Reason, RelayEnd
from .flow import EventTooLong, Flow, RewriterFailed
from .log.faults import EventLogError
from .log.recorder import MAX_BYTES as LOG_BYTES
from .log.recorder import Recorder
from .options import Drain, check_options
from .passage import Clocks, Passage
from .refusing import error_body, one_line, refusal, server_error
from .tap import Tap
from .upstream import source_of
from .whole import begins_whole, is_whole

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine

    from typing_extensions import Unpack

    from ..stream.sources import AsyncSource, Chunk
    from .downstream import Downstream
    from .options import RelayOptions

T = TypeVar("T")

HEARTBEAT_SECONDS = 15.0
MAX_EVENT_BYTES = 64 << 20

_CLOSE_SECONDS = 5.0
_GOODBYE_SECONDS = 1.0
_CHUNKS_BETWEEN_CHECKPOINTS = 32
_GOODBYES: dict[Reason | None, int] = {"max_duration": 504, "cancel_requested": 503, None: 503}
"""What ends a relay from outside, and the status of an answer that had not begun."""


class Relay:
    """One stream on its way from a server to a client, for any framework that can say what a `Downstream` says.

    Bytes pass unchanged and in whole events: the unfinished event at the end of a chunk waits for its rest, so that a
    heartbeat or a closing event can follow at any moment. Nothing is read while the client does not take what was read
    before.

    Args:
        upstream: The server's response (httpx2, httpx, aiohttp), an awaitable of it, an `AsyncEventStream`, any async
            iterable of bytes, or an `AsyncSource`. The relay owns and closes it.
        options: See `RelayOptions`.

    Raises:
        TypeError: Raised for an option that there is none of.
        ValueError: Raised for a value that an option cannot have, such as a tap that has read another stream.
    """

    def __init__(self, upstream: Any, **options: Unpack[RelayOptions]) -> None:
        check_options(options)
        self.tap = options.get("tap") or Tap("items")
        self._upstream = upstream
        self._source: AsyncSource | None = None
        self._clocks = Clocks(
            heartbeat=options.get("heartbeat", options.get("ping", HEARTBEAT_SECONDS)) or None,
            send_timeout=options.get("send_timeout"),
            max_duration=options.get("max_duration"),
        )
        self._open_early = options.get("open_early", False)
        log = options.get("log")
        self._recorder = Recorder(log, self._cancel, options.get("log_bytes", LOG_BYTES)) if log is not None else None
        self._drains = options.get("on_client_gone", "cancel" if log is None else "drain") == "drain"
        self._drain = options.get("drain") or Drain()
        rewriter = options.get("rewriter")
        self._flow = Flow(
            self.tap,
            rewriter.fresh() if rewriter is not None else None,
            self._recorder,
            options.get("max_event_bytes", MAX_EVENT_BYTES),
        )
        self._headers = options.get("headers", {})
        self._on_end = options.get("on_end")
        self._passage = Passage(self.tap)
        self._scope: anyio.CancelScope | None = None

    def run(self, client: Downstream) -> Coroutine[Any, Any, RelayEnd]:
        """Relay to the end; to be awaited.

        Returns:
            How it ended; `on_end` has got the same. Nothing that server or client do is raised.

        Raises:
            RuntimeError: Raised when it has run before.
        """
        return self.serve(client, lambda end: end)

    async def serve(self, client: Downstream, answer_of: Callable[[RelayEnd], T]) -> T:
        """Relay to the end, in the one coroutine that a framework waits for.

        Args:
            client: Who gets it.
            answer_of: Gives what the framework wants of its handler.

        Returns:
            What that gives for the relay's end. Nothing that server or client do is raised.

        Raises:
            RuntimeError: Raised when it has run before.
        """
        if self._scope is not None:
            message = "a relay is for one stream, and this one has run"
            raise RuntimeError(message)
        self._scope = scope = anyio.CancelScope()
        self._passage = passage = Passage(self.tap)
        answer = Answer(client, passage, self._headers, goes_on=self._drains)
        try:
            async with AsyncExitStack() as stack:
                await self._set_out(stack, scope, client, answer)
                # What runs once a chunk is what a relay costs. Of a thousand streams each is out of every cache then,
                # and what counts is how many objects it looks at: nearly all chunks of nearly all relays are whole
                # events that go out as they came, and `Passage.take` sees to it. What waits for a chunk is woken
                # through every coroutine between it and the event loop: hence the loop stands here.
                read, turns = await self._begin(answer), 0
                while read is not None:
                    chunk = await read()
                    straight = passage.take(chunk) if chunk else None
                    if straight is None:
                        if not await self._pass_on(chunk, answer):
                            break
                    else:
                        try:
                            await client.send(straight)
                            passage.sent()
                        except (ClientGone, OSError) as error:
                            answer.lose(error)
                    turns = (turns + 1) % _CHUNKS_BETWEEN_CHECKPOINTS
                    if not turns:
                        # A source and a client that never wait would keep everyone else waiting, for ever if the client
                        # left.
                        await checkpoint()
        finally:
            end = await self._end()
        return answer_of(end)

    async def _set_out(
        self, stack: AsyncExitStack, scope: anyio.CancelScope, client: Downstream, answer: Answer
    ) -> None:
        """Put around the way of the bytes what begins and ends with it."""
        if self._recorder is not None:
            await stack.enter_async_context(self._recorder)
        stack.push_async_callback(self._wind_up, answer)
        stack.enter_context(scope)
        clock = RelayClock(self._clocks, self._passage, client, self._stop)
        await stack.enter_async_context(beside(self._watch(client), clock))
        await stack.enter_async_context(self._answering(answer))

    async def _wind_up(self, answer: Answer) -> None:
        try:
            await self._say_goodbye(answer)
        finally:
            self._passage.finished = True
            await self._shut()
            self._end_log()

    # The way of the bytes

    @asynccontextmanager
    async def _answering(self, answer: Answer) -> AsyncGenerator[None]:
        try:
            yield
        except ClientGone:
            self._passage.leave()
            self._passage.end_by("client_gone")
        except Exception as error:  # whatever it is, the client gets a proper end
            self._passage.error = error.__cause__ if isinstance(error, RewriterFailed) else error
            self._passage.end_by(_reason(error))
            with suppress(ClientGone):
                await self._fail(answer, error)

    async def _begin(self, answer: Answer) -> Callable[[], Awaitable[Chunk | None]] | None:
        """Start the client's answer with the first chunk. Returns what reads the next; None where all is given."""
        if self._open_early:
            await answer.start(200, stream_headers(None))
        self._source = source = await source_of(self._upstream)
        await source.open()
        if is_whole(source.headers):
            await self._relay_whole(source, answer, await source.read())
            return None
        if not self._passage.started:
            await answer.start(200, stream_headers(source.headers))
        chunk = await source.read()
        if chunk and begins_whole(chunk):
            await self._relay_whole(source, answer, chunk)
            return None
        if chunk:
            self.tap.feed(chunk)
        return (source.library_read or source.read) if await self._pass_on(chunk, answer) else None

    async def _relay_whole(self, source: AsyncSource, answer: Answer, chunk: Chunk | None) -> None:
        """Answer with the server's JSON, or with the events of it where a stream is promised.

        Args:
            source: The rest of the body.
            answer: Where it goes.
            chunk: The first of the body.
        """
        while chunk is not None:
            self.tap.feed(chunk)
            self._flow.take_whole(chunk)
            chunk = await source.read()
        told = self._flow.whole(as_stream=self._passage.started)
        self._passage.end_by("aborted" if self._flow.is_aborted else "upstream_end")
        if not self._passage.started:
            await answer.start(source.status or 200, json_headers(source.headers))
        await answer.end(told)

    async def _pass_on(self, chunk: Chunk | None, answer: Answer) -> bool:
        """Pass on what cannot go straight; the tap has seen it. Returns whether anything is to follow."""
        passage, flow = self._passage, self._flow
        # What the library itself reads is empty at the end, and only there.
        ends_empty = self._source is not None and self._source.library_read is not None
        if chunk or (chunk is not None and not ends_empty):
            if whole := self._take(chunk):
                await answer.send(whole)
            if not flow.must_end():
                passage.settle(flow)
                return True
        rest = flow.rest("upstream_closed", "the server closed the stream before its end")
        passage.end_by("aborted" if flow.is_aborted else "upstream_end")
        await answer.end(rest)
        return False

    def _take(self, chunk: Chunk) -> bytes:
        """Take a chunk that the tap has seen; of a stream whose client has left nothing goes out, but into the log."""
        passage = self._passage
        if passage.left_at is None:
            return self._flow.take(chunk)
        if passage.bytes_in - passage.bytes_in_when_left > self._drain.max_bytes:
            raise ClientGone
        if self._recorder is not None:
            self._flow.take(chunk)
        return b""

    # The end

    async def _close(self, answer: Answer, code: str, message: str, refused: dict[str, Any] | None = None) -> None:
        """Send what is held back, and the end that the server still owes; its own end goes out as it came."""
        await answer.end(self._flow.rest(code, message, refused))

    async def _fail(self, answer: Answer, error: Exception) -> None:
        code = error.code if isinstance(error, EventLogError) else self._passage.reason or "upstream_error"
        if self._passage.started:
            await self._close(answer, code, one_line(error), server_error(error))
        else:
            await self._refuse(answer, *refusal(error, code))

    async def _refuse(self, answer: Answer, status: int, body: bytes) -> None:
        await answer.refuse(status, body, self._source.headers if self._source is not None else None)

    async def _say_goodbye(self, answer: Answer) -> None:
        """End a stream whose time, or whose relay, is over; a client that does not read gets little more of it."""
        passage = self._passage
        if passage.reason not in _GOODBYES or passage.client_gone or passage.finished:
            return
        # Whatever goes wrong here, the server's stream is closed after it.
        with anyio.move_on_after(_GOODBYE_SECONDS, shield=True), suppress(Exception):
            code, message = self._cause()
            if passage.started:
                await self._close(answer, code, message)
            else:
                await self._refuse(answer, _GOODBYES[passage.reason], error_body(code, message))

    def _cause(self) -> tuple[str, str]:
        """The code and the reason of an end that is not the server's."""
        reason = self._passage.reason
        if reason == "max_duration":
            return reason, f"the stream took longer than {self._clocks.max_duration} s"
        if reason == "cancel_requested":
            return "cancelled", "the response was cancelled on request"
        return reason or "relay_stopped", "the relay was stopped" if reason is None else reason.replace("_", " ")

    def _end_log(self) -> None:
        """Give the log its end, also where there was no client left that needed one."""
        if self._recorder is not None:
            if not self._flow.rest_told and self.tap.response_id is not None:
                with suppress(RewriterFailed):
                    self._flow.rest(*self._cause())
            self._recorder.close()

    async def _end(self) -> RelayEnd:
        passage = self._passage
        end = RelayEnd(
            outcome=self.tap.finish(),
            reason=passage.reason or "cancelled",
            tap=self.tap,
            bytes_in=passage.bytes_in,
            bytes_out=passage.bytes_out,
            seconds=monotonic() - passage.began,
            client_gone=passage.client_gone,
            error=passage.error,
            log_error=self._recorder.error if self._recorder is not None else None,
            status=self._source.status if self._source is not None else None,
        )
        told = self._on_end(end) if self._on_end is not None else None
        if inspect.isawaitable(told):
            with anyio.CancelScope(shield=True):
                await told
        return end

    async def _shut(self) -> None:
        if self._source is None:
            return
        with anyio.move_on_after(_CLOSE_SECONDS, shield=True), suppress(Exception):
            await self._source.aclose()

    # What goes on beside

    def _cancel(self) -> None:
        if not self._passage.finished:
            self._stop("cancel_requested")

    def _stop(self, reason: Reason) -> None:
        self._passage.end_by(reason)
        if self._scope is not None:
            self._scope.cancel()

    async def _watch(self, client: Downstream) -> None:
        with suppress(Exception):  # a connection that fails is as gone as one that says so
            await client.gone()
        if self._passage.finished:
            return
        self._passage.leave()
        if self._drains:
            await anyio.sleep(self._drain.max_seconds)
        self._stop("client_gone")


def _reason(error: Exception) -> Reason:
    if isinstance(error, EventTooLong):
        return "max_event_bytes"
    return "rewriter_error" if isinstance(error, RewriterFailed) else "upstream_error"
