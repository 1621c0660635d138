"""The relay: bytes from a server to a client, whole events at a time, and a true end whatever happens."""

from __future__ import annotations

import inspect
from contextlib import asynccontextmanager, nullcontext, suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

import anyio
from anyio.lowlevel import checkpoint

from ..errors import LimitExceeded, TransportError
from ..outcome import Outcome
from ..stream.sources import open_async_source
from .beside import beside
from .clock import RelayClock
from .downstream import ClientGone, Downstream, json_headers, stream_headers
from .ending import RelayEnd, closing_bytes
from .log.faults import EventLogError
from .log.recorder import MAX_BYTES as LOG_BYTES
from .log.recorder import Recorder
from .options import Drain
from .passage import Clocks, Passage
from .refusing import MESSAGE_CHARS, one_line, refusal
from .tap import Tap
from .whole import as_events, as_json, is_whole

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from typing_extensions import Unpack

    from ..stream.sources import AsyncSource, Chunk
    from .ending import Reason
    from .options import RelayOptions

HEARTBEAT_SECONDS = 15.0
MAX_EVENT_BYTES = 64 << 20

_CLOSE_SECONDS = 5.0
_GOODBYE_SECONDS = 1.0
_CHUNKS_BETWEEN_CHECKPOINTS = 32


class Relay:
    """One stream on its way from a server to a client, for any framework that can say what a `Downstream` says.

    Bytes pass unchanged and in whole events: the unfinished event at the end of a chunk waits for its rest, so that a
    heartbeat or a closing event can follow at any moment. Nothing is read while the client does not take what was read
    before.

    Args:
        upstream: The server's response (httpx2, httpx, aiohttp), an awaitable of it, any async iterable of bytes, or
            an `AsyncSource`. The relay owns and closes it.
        options: See `RelayOptions`.
    """

    def __init__(self, upstream: Any, **options: Unpack[RelayOptions]) -> None:
        self.tap = options.get("tap") or Tap("items")
        self._rewriter = options.get("rewriter")
        self._upstream = upstream
        self._source: AsyncSource | None = None
        self._clocks = Clocks(
            heartbeat=options.get("heartbeat", options.get("ping", HEARTBEAT_SECONDS)),
            send_timeout=options.get("send_timeout"),
            max_duration=options.get("max_duration"),
        )
        self._open_early = options.get("open_early", False)
        log = options.get("log")
        self._recorder = Recorder(log, self._cancel, options.get("log_bytes", LOG_BYTES)) if log is not None else None
        self._drains = options.get("on_client_gone", "cancel" if log is None else "drain") == "drain"
        self._drain = options.get("drain") or Drain()
        self._max_event_bytes = options.get("max_event_bytes", MAX_EVENT_BYTES)
        self._headers = list(options.get("headers", {}).items())
        self._on_end = options.get("on_end")
        self._passage = Passage()
        self._held = bytearray()
        self._clock: RelayClock
        self._scope: anyio.CancelScope | None = None
        self._rest_told = False

    async def run(self, client: Downstream) -> RelayEnd:
        """Relay to the end.

        Returns:
            How it ended; `on_end` has got the same. Nothing that server or client do is raised.
        """
        self._passage = Passage()
        try:
            async with self._recorder or nullcontext():
                try:
                    with anyio.CancelScope() as self._scope:
                        self._clock = RelayClock(self._clocks, self._passage, client, self._stop)
                        async with beside(self._watch(client), self._clock), self._answering(client):
                            source = await self._begin(client)
                            if source is not None:
                                await self._pass_on(source, client)
                finally:
                    await self._say_goodbye(client)
                    self._passage.finished = True
                    await self._shut()
                    self._end_log()
        finally:
            end = await self._end()
        return end

    # The way of the bytes

    @asynccontextmanager
    async def _answering(self, client: Downstream) -> AsyncGenerator[None]:
        try:
            yield
        except ClientGone:
            self._passage.leave()
            self._passage.end_by("client_gone")
        except Exception as error:  # whatever it is, the client gets a proper end
            self._passage.error = error
            self._passage.end_by("upstream_error")
            with suppress(ClientGone):
                await self._fail(client, error)

    async def _begin(self, client: Downstream) -> AsyncSource | None:
        """Start the client's answer; None where it is all given already."""
        if self._open_early:
            await self._start(client, 200, stream_headers(None))
        source = await self._open()
        if is_whole(source.headers):
            await self._relay_whole(source, client)
            return None
        if not self._passage.started:
            await self._start(client, 200, stream_headers(source.headers))
        return source

    async def _open(self) -> AsyncSource:
        upstream = await self._upstream if inspect.isawaitable(self._upstream) else self._upstream
        self._source = open_async_source(upstream)
        await self._source.open()
        return self._source

    async def _relay_whole(self, source: AsyncSource, client: Downstream) -> None:
        """Answer with the server's JSON, or with the events of it where a stream is promised."""
        while (chunk := await source.read()) is not None:
            self.tap.feed(chunk)
            self._passage.bytes_in += len(chunk)
            self._held += chunk
            self._bound()
        self._passage.end_by("upstream_end")
        body, self._rest_told = bytes(self._held), True
        if self.tap.finish() is Outcome.TRUNCATED:
            message = "the server's JSON is no response, or ends too early"
            raise TransportError(message, body=body[:MESSAGE_CHARS]) from self.tap.fault
        self._held.clear()
        retold = self._passage.started or self._recorder is not None or self._rewriter is not None
        told = as_events(body, self.tap, self._rewriter) if retold else b""
        if self._recorder is not None:
            self._recorder.note(told)
        if not self._passage.started:
            told = body if self._rewriter is None else as_json(told) or body
            await self._start(client, source.status or 200, json_headers(source.headers))
        self._passage.finished = True
        await self._send(client, told)
        await client.finish()

    async def _pass_on(self, source: AsyncSource, client: Downstream) -> None:
        # What runs once a chunk is what a relay costs: it is written out here, sending as `_send` does it. What waits
        # for a chunk is woken through every coroutine between it and the event loop, so that these are few, too.
        passage, clock, chunks = self._passage, self._clock, 0
        feed, send = self.tap.feed, client.send
        chunk = await source.read()
        read = source.library_read or source.read
        while chunk or (chunk is not None and source.library_read is None):
            feed(chunk)
            passage.bytes_in += len(chunk)
            if passage.left_at is not None:
                self._read_on(chunk)
            elif whole := self._whole(chunk):
                if clock.beating is not None:
                    await clock.beating.wait()
                passage.last_sent = passage.send_began = monotonic()
                try:
                    await send(whole)
                    passage.bytes_out += len(whole)
                except (ClientGone, OSError) as error:
                    self._lose(error)
                passage.send_began = None
            if self._held or self._rewriter is not None:
                self._bound()
            chunks += 1
            if chunks % _CHUNKS_BETWEEN_CHECKPOINTS == 0:
                # A source and a client that never wait would keep everyone else waiting, for ever if the client left.
                await checkpoint()
            chunk = await read()
        passage.end_by("upstream_end")
        await self._close(client, "upstream_closed", "the server closed the stream before its end")

    def _read_on(self, chunk: Chunk) -> None:
        """Take a chunk of a stream whose client has left: for the tap, which has it, and the log."""
        if self._passage.bytes_in - self._passage.bytes_in_when_left > self._drain.max_bytes:
            raise ClientGone
        if self._recorder is not None:
            self._whole(chunk)

    def _whole(self, chunk: Chunk) -> bytes:
        """Give the events that are whole by now, to the log too; the tap has seen the chunk."""
        if self._rewriter is not None:
            whole = self._rewriter.feed(chunk)
        elif self.tap.at_boundary and not self._held:
            whole = chunk if isinstance(chunk, bytes) else bytes(chunk)
        else:
            whole = self._cut(chunk)
        if self._recorder is not None and whole:
            self._recorder.note(whole)
        return whole

    def _cut(self, chunk: Chunk) -> bytes:
        if isinstance(self.tap.fault, TransportError):
            # No event stream at all, from a source that could not tell.
            raise self.tap.fault
        cut, whole = self.tap.boundary, b""
        if cut:
            whole = bytes(self._held) + bytes(chunk[:cut])
            self._held.clear()
            chunk = chunk[cut:]
        self._held += chunk
        return whole

    def _bound(self) -> None:
        held = len(self._held) if self._rewriter is None else self._rewriter.unfinished_bytes
        if held > self._max_event_bytes:
            self._passage.end_by("max_event_bytes")
            message = f"an event of the server is longer than {self._max_event_bytes} bytes"
            raise TransportError(message)

    async def _send(self, client: Downstream, data: bytes) -> None:
        passage = self._passage
        if self._clock.beating is not None:
            await self._clock.beating.wait()
        passage.last_sent = passage.send_began = monotonic()
        try:
            await client.send(data)
            passage.bytes_out += len(data)
        except (ClientGone, OSError) as error:
            self._lose(error)
        finally:
            passage.send_began = None

    def _lose(self, error: Exception) -> None:
        self._passage.leave()
        if not self._drains:
            raise ClientGone from error

    async def _start(self, client: Downstream, status: int, headers: list[tuple[str, str]]) -> None:
        self._passage.started = True
        await client.start(status, headers + self._headers)

    # The end

    async def _close(self, client: Downstream, code: str, message: str) -> None:
        """Send what is held back, and the end that the server still owes; its own end goes out as it came."""
        rest = self._rest(code, message)
        self._passage.finished = not self._passage.client_gone
        if self._passage.client_gone:
            return
        if rest:
            await self._send(client, rest)
        await client.finish()

    def _rest(self, code: str, message: str) -> bytes:
        """Give what is held back and what the server owes, once; the log gets it too."""
        # Of a stream that the tap could not read to its end nobody knows what it owes.
        owes = self.tap.finish() is Outcome.TRUNCATED and not isinstance(self.tap.fault, LimitExceeded)
        if self._rewriter is not None:
            if owes:
                self._rewriter.drop_unfinished()
            rest = self._rewriter.finish() + (self._rewriter.abort(code, message) if owes else b"")
        else:
            rest = closing_bytes(self.tap, code, message) if owes else bytes(self._held)
        self._held.clear()
        self._rest_told = True
        if self._recorder is not None:
            self._recorder.note(rest)
        return rest

    def _end_log(self) -> None:
        """Give the log its end, also where there was no client left that needed one."""
        if self._recorder is not None:
            if not self._rest_told and self.tap.response_id is not None:
                self._rest(*self._cause())
            self._recorder.close()

    def _cause(self) -> tuple[str, str]:
        """The code and the reason of an end that is not the server's."""
        reason = self._passage.reason
        if reason == "max_duration":
            return reason, f"the stream took longer than {self._clocks.max_duration} s"
        if reason == "cancel_requested":
            return "cancelled", "the response was cancelled on request"
        return reason or "relay_stopped", "the relay was stopped" if reason is None else reason.replace("_", " ")

    async def _fail(self, client: Downstream, error: Exception) -> None:
        if self._passage.started:
            code = error.code if isinstance(error, EventLogError) else self._passage.reason
            await self._close(client, code or "upstream_error", one_line(error))
        else:
            await self._refuse(client, error)

    async def _refuse(self, client: Downstream, error: Exception) -> None:
        """Answer with the server's status and error, in the contract's shape."""
        status, body = refusal(error)
        await self._start(client, status, json_headers(self._source.headers if self._source is not None else None))
        self._passage.finished = True
        await self._send(client, body)
        await client.finish()

    async def _say_goodbye(self, client: Downstream) -> None:
        """End a stream whose time, or whose relay, is over; a client that does not read gets little more of it."""
        passage = self._passage
        is_due = passage.reason in {"max_duration", "cancel_requested", None}
        if is_due and passage.started and not (passage.client_gone or passage.finished):
            # Whatever goes wrong here, the server's stream is closed after it.
            with anyio.move_on_after(_GOODBYE_SECONDS, shield=True), suppress(Exception):
                await self._close(client, *self._cause())

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
