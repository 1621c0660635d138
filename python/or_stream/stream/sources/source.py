"""What a stream reads from: the next chunk, or the end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from ..clocks import Clocks

Chunk: TypeAlias = bytes | bytearray | memoryview


class _Described:
    """What is known of a source beside its bytes."""

    status: int | None = None
    """The HTTP status, where there is one."""
    headers: Mapping[str, str] = {}
    """The HTTP headers; empty for other sources."""
    http_response: object = None
    """The HTTP library's own response; None for other sources."""
    in_memory: bool = False
    """Whether nothing is lost or leaked by forgetting this source."""
    messages: bool = False
    """Whether a chunk is one whole message, with no SSE framing (WebSocket, lines of JSON)."""
    reusable: bool = False
    """Whether reading on to the end lets the connection serve another request."""

    @property
    def is_released(self) -> bool:
        """Whether the connection has gone back already, as some libraries do it when the end of the body came."""
        return False

    @property
    def fault(self) -> OSError | None:
        """Why the rest is not recorded; None while all is, and where nothing is to be."""
        return None


class Source(_Described, ABC):
    """Bytes that a thread pulls."""

    def open(self) -> None:
        """Check what can be known before the first read; raise if it is no event stream."""

    @abstractmethod
    def read(self) -> Chunk | None:
        """Wait for the next chunk; None at the end of the body."""

    @abstractmethod
    def close(self) -> None:
        """Give back the connection or file; may be called more than once."""

    def abort(self) -> None:
        """Make a read that waits in another thread fail soon."""


class AsyncSource(_Described, ABC):
    """Bytes that a task pulls."""

    closes_at_once: bool = False
    """Whether `aclose` never waits, so that no cancelled task is held up by it."""

    clocks: Clocks | None = None
    """Those of its stream, where they have been running since the request was sent."""

    @property
    def library_read(self) -> Callable[[], Awaitable[bytes]] | None:
        """What `read` has come down to, for those who count coroutines: it gives b"" at the end. None if it has not."""
        return None

    async def open(self) -> None:
        """Check what can be known before the first read; raise if it is no event stream."""

    @abstractmethod
    async def read(self) -> Chunk | None:
        """Wait for the next chunk; None at the end of the body."""

    @abstractmethod
    async def aclose(self) -> None:
        """Give back the connection or file; may be called more than once."""

    async def abort(self) -> None:
        """Make a read that waits in another task fail soon."""
