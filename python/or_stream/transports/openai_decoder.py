"""Our framing as the decoder of the OpenAI SDK's own streams. Needs the `openai` library."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from openai._streaming import ServerSentEvent

from .._core import SSEDecoder

if TYPE_CHECKING:
    from .._core import Limits
    from .._core import ServerSentEvent as OurEvent


class OpenAIDecoder:
    """What the SDK takes for its `SSEBytesDecoder`; one for each stream.

    Args:
        limits: As of `SSEDecoder`.
    """

    def __init__(self, *, limits: Limits | None = None) -> None:
        self._decoder = SSEDecoder(limits=limits)

    def iter_bytes(self, iterator: Iterator[bytes]) -> Iterator[ServerSentEvent]:
        """Frame the body of a synchronous stream."""
        return _Events(self._decoder, iterator)

    def aiter_bytes(self, iterator: AsyncIterator[bytes]) -> AsyncIterator[ServerSentEvent]:
        """Frame the body of an asynchronous stream."""
        return _AsyncEvents(self._decoder, iterator)


class _Framed:
    def __init__(self, decoder: SSEDecoder) -> None:
        self._decoder = decoder
        self._waiting: Iterator[ServerSentEvent] = iter(())

    def _feed(self, chunk: bytes) -> None:
        self._waiting = map(_as_of_the_sdk, self._decoder.feed(chunk))

    def _end(self) -> None:
        self._decoder.finish()


class _Events(_Framed, Iterator[ServerSentEvent]):
    def __init__(self, decoder: SSEDecoder, chunks: Iterator[bytes]) -> None:
        super().__init__(decoder)
        self._chunks = chunks

    def __next__(self) -> ServerSentEvent:
        while (event := next(self._waiting, None)) is None:
            chunk = next(self._chunks, None)
            if chunk is None:
                self._end()
                raise StopIteration
            self._feed(chunk)
        return event


class _AsyncEvents(_Framed, AsyncIterator[ServerSentEvent]):
    def __init__(self, decoder: SSEDecoder, chunks: AsyncIterator[bytes]) -> None:
        super().__init__(decoder)
        self._chunks = chunks

    async def __anext__(self) -> ServerSentEvent:
        while (event := next(self._waiting, None)) is None:
            chunk = await anext(self._chunks, None)
            if chunk is None:
                self._end()
                raise StopAsyncIteration
            self._feed(chunk)
        return event


def _as_of_the_sdk(event: OurEvent) -> ServerSentEvent:
    # The SDK has no name for an event that the server named none, and "message" by the standard.
    name = None if event.event == "message" else event.event
    return ServerSentEvent(event=name, data=event.data, id=event.id, retry=event.retry)
