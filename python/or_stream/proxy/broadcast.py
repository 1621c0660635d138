"""`Broadcast`: one stream for many consumers, each at its own speed, and for those who come late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, get_args

import anyio

from .._core import Decoder
from ..encoding import encode
from ..errors import OrStreamError
from ..stream.coalescing import coalesce
from .ending import DONE, closing_bytes
from .refusing import one_line, server_error
from .tap import Tap
from .upstream import source_of
from .whole import as_events, begins_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._core import Limits
    from ..events import Event
    from ..outcome import Outcome
    from ..stream.sources import AsyncSource, Chunk

Policy: TypeAlias = Literal["block", "coalesce", "disconnect"]
"""What happens when a consumer's buffer is full: all wait for it; the deltas in it become fewer and longer; it goes."""

MAX_BYTES = 1 << 20
_CLOSE_SECONDS = 5.0
_EVENTS_A_STRETCH = 256


class SlowConsumer(OrStreamError):  # noqa: N818 - reads like its siblings
    """Raised to a consumer that was left behind: its buffer was full, and its policy does not make the others wait."""


@dataclass(frozen=True, slots=True)
class _Told:
    """Whole events, and their bytes; the end of a stream has bytes only."""

    data: bytes
    events: tuple[Event, ...] = ()

    @classmethod
    def of(cls, events: Sequence[Event]) -> _Told:
        return cls(b"".join(map(encode, events)), tuple(events))


class Listener:
    """One consumer's view of a broadcast: an async iterator of whole events as bytes, from the beginning.

    A source for `SSEProxyResponse`, `Relay` and `AsyncEventStream`. Close it, or its buffer goes on to count.
    """

    def __init__(self, cast: Broadcast, policy: Policy, max_bytes: int, told: list[_Told]) -> None:
        self._cast = cast
        self._policy: Policy = policy
        self._waiting = told
        self._size = sum(len(one.data) for one in told)
        # What was told before it came is the broadcast's to hold, however much it is.
        self._most = max_bytes + self._size
        self._max_bytes = max_bytes
        self._changed = anyio.Event()
        self._left_behind = False

    @property
    def waiting_bytes(self) -> int:
        """How many bytes wait for this consumer."""
        return self._size

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """Wait for what comes next: all that is there, at once.

        Raises:
            SlowConsumer: Raised when this consumer was left behind, after what it still got.
        """
        while not self._waiting:
            if self._left_behind:
                message = f"the consumer was too slow: more than {self._max_bytes} bytes waited for it"
                raise SlowConsumer(message)
            if self._cast.is_over or not self._cast.has(self):
                raise StopAsyncIteration
            self._changed = anyio.Event()
            await self._changed.wait()
        data = b"".join(one.data for one in self._waiting)
        self._waiting, self._size, self._most = [], 0, self._max_bytes
        self._cast.make_room()
        return data

    async def aclose(self) -> None:
        """Leave; may be called more than once. The last one to leave ends the server's stream."""
        self._waiting, self._size = [], 0
        self._cast.leave(self)

    @property
    def is_full(self) -> bool:
        """Whether everybody has to wait for this consumer."""
        return self._policy == "block" and self._size > self._most

    def take(self, told: _Told) -> None:
        """Get more; never waits."""
        self._waiting.append(told)
        self._size += len(told.data)
        if self._size > self._most and self._policy == "coalesce":
            self._shrink()
            # Half must be free now, or every further chunk would be joined with all that waits.
            behind = self._size > self._most // 2
        else:
            behind = self._size > self._most and self._policy == "disconnect"
        if behind:
            self._left_behind = True
            self._cast.leave(self)
        self.wake()

    def wake(self) -> None:
        """Let the consumer look again."""
        self._changed.set()

    def _shrink(self) -> None:
        events = [event for one in self._waiting for event in one.events]
        ends = b"".join(one.data for one in self._waiting if not one.events)
        self._waiting = [_Told.of(coalesce(events))]
        if ends:
            self._waiting.append(_Told(ends))
        self._size = sum(len(one.data) for one in self._waiting)


class Broadcast:
    """Reads one stream and gives it to any number of consumers, each with a buffer and a policy of its own.

    Who joins late gets what was told so far, neighbouring deltas joined to one, and then what comes: a conformant
    stream with the server's own numbers. Memory is that of the response's content and of the buffers. For asyncio and
    trio::

        cast = Broadcast(upstream)
        group.start_soon(cast.run)
        return SSEProxyResponse(cast.join(policy="coalesce"))

    Args:
        upstream: What `Relay` takes: a response of an HTTP client, an awaitable of it, an `AsyncEventStream`, or any
            async iterable of bytes.
        keep: Go on reading when nobody listens any more; default False: the last one to leave ends it.
        limits: Of one event and of the response; None for the defaults.

    Attributes:
        tap: What has passed.
        error: What the server's side raised, if anything; consumers got a closing event.
    """

    def __init__(self, upstream: Any, *, keep: bool = False, limits: Limits | None = None) -> None:
        self.tap = Tap("items")
        self.error: Exception | None = None
        self._upstream = upstream
        self._source: AsyncSource | None = None
        self._decoder = Decoder(limits=limits)
        self._keep = keep
        self._past: list[_Told] = []
        self._stretch: list[Event] = []
        self._listeners: list[Listener] = []
        self._room = anyio.Event()
        self._scope = anyio.CancelScope()
        self._over = False

    @property
    def is_over(self) -> bool:
        """Whether the stream has ended: nothing comes any more."""
        return self._over

    @property
    def outcome(self) -> Outcome | None:
        """How the stream ended; None while it runs."""
        return self.tap.finish() if self._over else None

    def join(self, policy: Policy = "block", *, max_bytes: int = MAX_BYTES) -> Listener:
        """Add a consumer, which gets everything from the beginning.

        Args:
            policy: What happens when more than `max_bytes` wait for it: "block" makes the server's stream and with it
                everybody wait; "coalesce" joins deltas of its buffer, and leaves it behind where that does not help;
                "disconnect" leaves it behind, with `SlowConsumer`.
            max_bytes: Of its buffer, beside what was told before it came; default 1 MiB.

        Raises:
            ValueError: Raised for another policy, and for a buffer of no bytes.
        """
        if policy not in get_args(Policy):
            message = f"policy is one of {', '.join(get_args(Policy))}, not {policy!r}"
            raise ValueError(message)
        if max_bytes < 1:
            message = f"max_bytes must be at least 1, not {max_bytes}"
            raise ValueError(message)
        told = [*self._past, *([_Told.of(coalesce(self._stretch))] if self._stretch else [])]
        listener = Listener(self, policy, max_bytes, told)
        if not self._over:
            self._listeners.append(listener)
        return listener

    async def run(self) -> None:
        """Read the stream to its end. Run it beside the consumers; it raises nothing that the server does."""
        try:
            with self._scope:
                await self._read()
        finally:
            self._end()
            with anyio.move_on_after(_CLOSE_SECONDS, shield=True):
                if self._source is not None:
                    await self._source.aclose()

    async def _read(self) -> None:
        try:
            self._source = source = await source_of(self._upstream)
            await source.open()
            chunk = await source.read()
            if chunk and begins_whole(chunk):
                chunk = await self._whole(source, chunk)
            while chunk is not None:
                self.tap.feed(chunk)
                await self._tell(self._decoder.feed(bytes(chunk)))
                chunk = await source.read()
            await self._tell(self._decoder.finish())
        except Exception as error:  # whatever it is, the consumers get a proper end
            self.error = error

    async def _whole(self, source: AsyncSource, chunk: Chunk) -> bytes:
        """Read a body that is no stream, and give the events that it stands for."""
        reader, body = Tap("items"), bytearray(chunk)
        reader.feed(chunk)
        while reader.fault is None and (more := await source.read()) is not None:
            reader.feed(more)
            body += more
        reader.finish()
        if reader.fault is not None:
            raise reader.fault
        return as_events(bytes(body), reader)

    async def _tell(self, events: Sequence[Event]) -> None:
        if not events:
            return
        self._stretch += events
        if len(self._stretch) >= _EVENTS_A_STRETCH:
            self._past.append(_Told.of(coalesce(self._stretch)))
            self._stretch = []
        self._give(_Told.of(events))
        while any(listener.is_full for listener in self._listeners):
            self._room = anyio.Event()
            await self._room.wait()

    def _give(self, told: _Told) -> None:
        for listener in list(self._listeners):
            listener.take(told)

    def _end(self) -> None:
        """Tell the end that the server told, or the one that it owes."""
        own = DONE if self.tap.done_seen else b""
        ending = self._owed() if str(self.tap.finish()) == "truncated" else own
        if self._stretch:
            self._past.append(_Told.of(coalesce(self._stretch)))
            self._stretch = []
        if ending:
            self._past.append(_Told(ending))
            self._give(_Told(ending))
        self._over = True
        for listener in self._listeners:
            listener.wake()

    def _owed(self) -> bytes:
        if self.error is None:
            return closing_bytes(self.tap, "upstream_closed", "the server closed the stream before its end")
        return closing_bytes(self.tap, "upstream_error", one_line(self.error), server_error(self.error))

    # Of the listeners

    def has(self, listener: Listener) -> bool:
        """Whether a consumer still listens."""
        return listener in self._listeners

    def make_room(self) -> None:
        """A consumer has taken what waited for it."""
        self._room.set()

    def leave(self, listener: Listener) -> None:
        """A consumer goes."""
        if listener in self._listeners:
            self._listeners.remove(listener)
            listener.wake()
            self.make_room()
            if not (self._listeners or self._keep or self._over):
                self._scope.cancel()
