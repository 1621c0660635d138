"""`gather_streams`: thousands of streams, a bounded number at a time, each result as it ends."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from anyio import EndOfStream, create_memory_object_stream, create_task_group

from ..errors import OrStreamError
from .async_event_stream import AsyncEventStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    from anyio.abc import ObjectReceiveStream, ObjectSendStream, TaskGroup

    from ..models import Response
    from ..outcome import Outcome


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one of many streams came to.

    Attributes:
        index: Its place among the sources, from 0.
        source: The source as it was given.
        response: The response; as far as it was received, where there is an error.
        error: What reading it raised; None for a stream that the server closed.
        outcome: How it ended; None where nothing was read.
        seconds: From the beginning of its turn, its connecting included, to its end.
        first_token_seconds: To the first delta of text, reasoning or arguments (TTFT); None where none came.
    """

    index: int
    source: Any
    response: Response | None
    error: Exception | None
    outcome: Outcome | None
    seconds: float
    first_token_seconds: float | None


def gather_streams(
    sources: Iterable[Any],
    *,
    limit: int = 100,
    on_progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> Gathering:
    """Read many streams to their ends and give each result as it comes.

        async with ors.gather_streams(ors.connect(URL, request) for request in requests) as results:
            async for result in results:
                print(result.index, result.outcome, result.error)

    One that fails does not end the others. The sources are taken one by one as there is room for them, so that a
    generator of connections opens no more than `limit` at once; reading pauses while nobody takes the results.

    Args:
        sources: Of each stream: what `ors.connect` gives, an `AsyncEventStream`, or what that takes.
        limit: How many are read at a time.
        on_progress: Called after each with the number of streams that have ended, and of those that failed.
        options: Of `AsyncEventStream`, for sources that are none yet.

    Returns:
        To be entered with `async with`; leaving the block early ends what still runs.

    Raises:
        ValueError: Raised when `limit` is less than 1.
        Exception: What the iterable of sources, or `on_progress`, itself raises, behind the last result; no further
            sources are taken then.
    """
    if limit < 1:
        message = f"limit must be at least 1, not {limit}"
        raise ValueError(message)
    return Gathering(iter(enumerate(sources)), limit, on_progress, options)


class Gathering:
    """Many streams at work; iterate over it for their results."""

    def __init__(
        self,
        sources: Iterator[tuple[int, Any]],
        limit: int,
        on_progress: Callable[[int, int], None] | None,
        options: dict[str, Any],
    ) -> None:
        self._sources = sources
        self._limit = limit
        self._on_progress = on_progress
        self._options = options
        self._group: TaskGroup | None = None
        self._results: ObjectReceiveStream[Gathered] | None = None
        self._broken: Exception | None = None
        self.done = 0
        self.failed = 0

    async def __aenter__(self) -> Self:
        send, self._results = create_memory_object_stream[Gathered](self._limit)
        self._group = await create_task_group().__aenter__()
        async with send:
            for _ in range(self._limit):
                self._group.start_soon(self._work, send.clone())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._group is None or self._results is None:
            return
        self._group.cancel_scope.cancel()
        try:
            # Without the block's own error, which would come back wrapped in a group.
            await self._group.__aexit__(None, None, None)
        finally:
            await self._results.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Gathered:
        if self._results is None:
            message = "gather_streams works inside of `async with`, and there was none"
            raise RuntimeError(message)
        try:
            return await self._results.receive()
        except EndOfStream:
            if self._broken is not None:
                raise self._broken from None
            raise StopAsyncIteration from None

    def _next(self) -> tuple[int, Any] | None:
        """The next source; what taking it raises ends the taking, and is raised behind the last result."""
        if self._broken is not None:
            return None
        try:
            return next(self._sources, None)
        except Exception as error:  # a generator of the caller's may raise anything
            self._broken = error
            return None

    async def _work(self, send: ObjectSendStream[Gathered]) -> None:
        async with send:
            while (taken := self._next()) is not None:
                index, source = taken
                result = await _read(index, source, self._options)
                self.done += 1
                self.failed += result.error is not None
                self._tell_progress()
                await send.send(result)

    def _tell_progress(self) -> None:
        if self._on_progress is None:
            return
        try:
            self._on_progress(self.done, self.failed)
        except Exception as error:  # as above
            self._broken = self._broken or error


async def _read(index: int, source: Any, options: dict[str, Any]) -> Gathered:
    began = monotonic()
    first: float | None = None
    stream: AsyncEventStream | None = None
    error: Exception | None = None
    try:
        async with AsyncExitStack() as stack:
            opened = source if hasattr(source, "__aenter__") and not hasattr(source, "read") else None
            entered: Any = await stack.enter_async_context(opened or AsyncEventStream(source, **options))
            stream = entered if isinstance(entered, AsyncEventStream) else None
            if stream is None:
                message = f"cannot read a stream from {type(source).__name__}"
                raise TypeError(message)
            async for batch in stream.batches():
                if any(event.type.endswith(".delta") for event in batch):
                    first = monotonic() - began
                    break
            await stream.until_done()
            return Gathered(index, source, stream.response, None, stream.outcome, monotonic() - began, first)
    except Exception as caught:  # whatever it is, it is this stream's own
        error = caught
    partial = error.partial if isinstance(error, OrStreamError) else None
    outcome = stream.outcome if stream is not None else None
    return Gathered(index, source, partial, error, outcome, monotonic() - began, first)
