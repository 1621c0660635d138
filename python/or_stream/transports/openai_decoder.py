"""Our framing as the decoder of the OpenAI SDK's own streams. Needs the `openai` library."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from openai._streaming import ServerSentEvent

from .._core import SSEDecoder, Tap
from ..errors import StreamTruncated
from ..outcome import Outcome

if TYPE_CHECKING:
    from .._core import Limits
    from .._core import ServerSentEvent as OurEvent

_SENTINEL = "[DONE]"


class OpenAIDecoder:
    """What the SDK takes for its `SSEBytesDecoder`; one for each stream.

    Args:
        limits: As of `SSEDecoder`.
        require_terminal: Raise where a response was begun and not ended; other streams of the SDK end as they do.
    """

    def __init__(self, *, limits: Limits | None = None, require_terminal: bool = True) -> None:
        self._framed = _Framed(SSEDecoder(limits=limits), Tap("usage", limits=limits) if require_terminal else None)

    def iter_bytes(self, iterator: Iterator[bytes]) -> Iterator[ServerSentEvent]:
        """Frame the body of a synchronous stream."""
        return _Events(self._framed, iterator)

    def aiter_bytes(self, iterator: AsyncIterator[bytes]) -> AsyncIterator[ServerSentEvent]:
        """Frame the body of an asynchronous stream."""
        return _AsyncEvents(self._framed, iterator)


class _Framed:
    """The events of the chunks so far, and whether their response has ended."""

    def __init__(self, decoder: SSEDecoder, tap: Tap | None) -> None:
        self._decoder = decoder
        self._tap = tap
        self._waiting: Iterator[OurEvent] = iter(())

    def feed(self, chunk: bytes) -> None:
        self._waiting = iter(self._decoder.feed(chunk))
        if self._tap is not None:
            self._tap.feed(chunk)

    def next(self) -> ServerSentEvent | None:
        event = next(self._waiting, None)
        if event is None:
            return None
        if event.data == _SENTINEL:
            # The SDK reads no further.
            self._check_end()
        # The SDK has no name for an event that the server named none, and "message" by the standard.
        name = None if event.event == "message" else event.event
        return ServerSentEvent(event=name, data=event.data, id=event.id, retry=event.retry)

    def end(self) -> None:
        self._decoder.finish()
        self._check_end()

    def _check_end(self) -> None:
        if self._tap is None or self._tap.response_id is None:
            return
        if self._tap.finish() is Outcome.TRUNCATED and self._tap.fault is None:
            message = f"the stream of {self._tap.response_id} ended without its terminal event"
            raise StreamTruncated(message)


class _Events(Iterator[ServerSentEvent]):
    def __init__(self, framed: _Framed, chunks: Iterator[bytes]) -> None:
        self._framed = framed
        self._chunks = chunks

    def __next__(self) -> ServerSentEvent:
        while (event := self._framed.next()) is None:
            chunk = next(self._chunks, None)
            if chunk is None:
                self._framed.end()
                raise StopIteration
            self._framed.feed(chunk)
        return event


class _AsyncEvents(AsyncIterator[ServerSentEvent]):
    def __init__(self, framed: _Framed, chunks: AsyncIterator[bytes]) -> None:
        self._framed = framed
        self._chunks = chunks

    async def __anext__(self) -> ServerSentEvent:
        while (event := self._framed.next()) is None:
            chunk = await anext(self._chunks, None)
            if chunk is None:
                self._framed.end()
                raise StopAsyncIteration
            self._framed.feed(chunk)
        return event
