"""Sources without HTTP: bytes in memory, files, and iterables of chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from .source import AsyncSource, Chunk, Source

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator

READ_BYTES = 65536


class IterableSource(Source):
    """Chunks of any iterable; a generator is closed with the stream."""

    def __init__(self, chunks: Iterable[Chunk], *, in_memory: bool = False) -> None:
        self._chunks: Iterator[Chunk] = iter(chunks)
        self.in_memory = in_memory

    def read(self) -> Chunk | None:
        """Take the next chunk."""
        return next(self._chunks, None)

    def close(self) -> None:
        """Close the generator, if it is one."""
        close = getattr(self._chunks, "close", None)
        if close is not None:
            close()


class FileSource(Source):
    """A binary file, a pipe or standard input; it is closed with the stream."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        # `read1` gives what a pipe holds by now; `read` would wait until the buffer is full.
        self._read: Callable[[int], bytes | None] = getattr(file, "read1", file.read)

    def read(self) -> Chunk | None:
        """Read what is there, 64 KiB at most."""
        return self._read(READ_BYTES) or None

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class AsyncIterableSource(AsyncSource):
    """Chunks of any async iterator; a generator is closed with the stream."""

    def __init__(self, chunks: AsyncIterator[Chunk]) -> None:
        self._chunks = chunks
        self._next = chunks.__anext__

    async def read(self) -> Chunk | None:
        """Wait for the next chunk."""
        # `anext` with a default would put an object of its own between.
        try:
            return await self._next()
        except StopAsyncIteration:
            return None

    async def aclose(self) -> None:
        """Close the generator, if it is one."""
        aclose = getattr(self._chunks, "aclose", None)
        if aclose is not None:
            await aclose()


class AsyncReaderSource(AsyncSource):
    """A reader that gives what it holds by now, and b"" at the end (`asyncio.StreamReader`)."""

    closes_at_once = True

    def __init__(self, read: Callable[[], Awaitable[bytes]]) -> None:
        self._read = read

    async def read(self) -> Chunk | None:
        """Wait for the next bytes."""
        return await self._read() or None

    async def aclose(self) -> None:
        """Do nothing: a reader has no way to close its connection."""


class AsyncMemorySource(AsyncSource):
    """Chunks that are in memory already."""

    in_memory = True
    closes_at_once = True

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._chunks = iter(chunks)

    async def read(self) -> Chunk | None:
        """Take the next chunk."""
        return next(self._chunks, None)

    async def aclose(self) -> None:
        """Do nothing."""


class AsyncFileSource(AsyncSource):
    """A binary file, read in a worker thread; it is closed with the stream."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = FileSource(file)

    async def read(self) -> Chunk | None:
        """Read what is there, 64 KiB at most."""
        from anyio.to_thread import run_sync  # noqa: PLC0415 - threads of this module's users need no anyio

        return await run_sync(self._file.read)

    async def aclose(self) -> None:
        """Close the file."""
        self._file.close()


def slices(data: bytes) -> Iterator[bytes]:
    """Cut bytes in memory into chunks, so that no batch of events grows with the whole."""
    return (data[start : start + READ_BYTES] for start in range(0, len(data), READ_BYTES))
