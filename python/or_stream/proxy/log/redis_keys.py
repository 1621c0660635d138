"""Where a response stands in Redis, and how Redis is asked: in time, and with one error for all that can go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import anyio
from redis.exceptions import RedisError

from .faults import LogUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from redis.asyncio import Redis

Fields: TypeAlias = "dict[bytes, bytes]"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one response: its stream, and its siblings."""

    response_id: str
    stream: str

    @property
    def alive(self) -> str:
        """Stands while the producer lives."""
        return f"{self.stream}:alive"

    @property
    def cancel(self) -> str:
        """Stands when the response is to end."""
        return f"{self.stream}:cancel"


class Store:
    """Redis, asked in time.

    Args:
        redis: The client.
        timeout: Seconds for one call.
    """

    def __init__(self, redis: Redis, timeout: float) -> None:
        self._redis = redis
        self._timeout = timeout

    async def call(self, ask: Callable[[Any], Awaitable[_T]], *, longer: float = 0.0) -> _T:
        """Ask something.

        Args:
            ask: Gets the client.
            longer: Seconds that the server may take on purpose.

        Raises:
            LogUnavailable: Raised when Redis is not there, refuses, or takes too long.
        """
        try:
            with anyio.fail_after(self._timeout + longer):
                return await ask(self._redis)
        except TimeoutError as error:
            message = f"Redis did not answer within {self._timeout + longer:g} s"
            raise LogUnavailable(message) from error
        except (RedisError, OSError) as error:
            message = f"Redis: {type(error).__name__}: {error}"
            raise LogUnavailable(message) from error

    async def newest(self, keys: Keys) -> Fields | None:
        """Give the newest entry of a stream; None where there is no stream."""
        told: list[tuple[bytes, Fields]] = await self.call(lambda redis: redis.xrevrange(keys.stream, count=1))
        return told[0][1] if told else None
