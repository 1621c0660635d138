"""Our decoder under an unchanged client of the SDK."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Self, TypeVar

from openai import AsyncOpenAI, OpenAI
from openai._streaming import ServerSentEvent  # the seam: the SDK's decoders are made by its clients

from .._core import SSEDecoder
from ..assembly import Assembler, ending_error
from ..errors import OrStreamError
from ..outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from .._core import Limits

ClientT = TypeVar("ClientT", OpenAI, AsyncOpenAI)

_HOOK = "_make_sse_decoder"
_DONE = "[DONE]"


def use_decoder(client: ClientT, *, limits: Limits | None = None) -> ClientT:
    """Let the SDK's own streams read by our decoder.

    The SDK keeps its events, models and helpers, and their cost. What changes: events without data, as comments and
    heartbeats make them, no longer break its stream; every cutting and line end is read as the standard says; what a
    server makes us hold is limited; and a response that was cut off raises `StreamTruncated` with what was received,
    where the SDK ends as if all were well. Streams of chat completions and others pass as they are.

    Args:
        client: An `OpenAI` or `AsyncOpenAI`; this very client is changed, copies by `with_options` are not.
        limits: What a server may make us hold; None for the defaults of `Limits`.

    Returns:
        The same client.

    Raises:
        TypeError: Raised when it is no client of the SDK, or the SDK has no such seam: the tests know 3.0 to 3.54.
    """
    if not hasattr(client, _HOOK):
        message = f"client must be an openai.OpenAI or openai.AsyncOpenAI of 3.0 or later, not {type(client).__name__}"
        raise TypeError(message)
    setattr(client, _HOOK, lambda: _Decoder(limits))
    return client


class _Decoder:
    """What the SDK asks for once a stream."""

    def __init__(self, limits: Limits | None) -> None:
        self._limits = limits

    def iter_bytes(self, iterator: Iterator[bytes]) -> _Events:
        return _Events(iterator, _Reading(self._limits))

    def aiter_bytes(self, iterator: AsyncIterator[bytes]) -> _AsyncEvents:
        return _AsyncEvents(iterator, _Reading(self._limits))


class _Reading:
    """Bytes in, events of the SDK out, and the truth about the end."""

    def __init__(self, limits: Limits | None) -> None:
        self._framer = SSEDecoder(limits=limits)
        self._assembler: Assembler | None = Assembler(limits=limits)
        self.told: Iterator[ServerSentEvent] = iter(())

    def feed(self, chunk: bytes) -> None:
        if self._assembler is not None:
            try:
                self._assembler.feed(chunk)
            except OrStreamError:
                self._assembler = None  # no stream of a response, which may be what was asked for
        events = self._framer.feed(chunk)
        self.told = (
            ServerSentEvent(event=event.event, data=event.data, id=event.id or None, retry=event.retry)
            for event in events
            if event.data
        )

    def check(self, event: ServerSentEvent) -> ServerSentEvent:
        """Raise before the sentinel what the SDK would not see behind it."""
        if event.data == _DONE:
            self.end()
        return event

    def end(self) -> None:
        assembler = self._assembler
        if assembler is None or not assembler.has_response:
            return
        with suppress(OrStreamError):
            assembler.finish()
        error = ending_error(assembler)
        if error is not None and assembler.outcome is Outcome.TRUNCATED:
            raise error


class _Events:
    def __init__(self, chunks: Iterator[bytes], reading: _Reading) -> None:
        self._chunks = chunks
        self._reading = reading

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> ServerSentEvent:
        while True:
            for event in self._reading.told:
                return self._reading.check(event)
            chunk = next(self._chunks, None)
            if chunk is None:
                self._reading.end()
                raise StopIteration
            self._reading.feed(chunk)


class _AsyncEvents:
    def __init__(self, chunks: AsyncIterator[bytes], reading: _Reading) -> None:
        self._chunks = chunks
        self._reading = reading

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ServerSentEvent:
        while True:
            for event in self._reading.told:
                return self._reading.check(event)
            chunk = await anext(self._chunks, None)
            if chunk is None:
                self._reading.end()
                raise StopAsyncIteration
            self._reading.feed(chunk)
