"""`RedisEventLog`: logs on Redis Streams, for as many nodes as share one Redis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .cursor import Cursor
from .event_log import EventLog, LogReader, LogWriter
from .faults import ResponseEnded, UnknownResponse
from .redis_keys import Keys, Store
from .redis_reader import RedisReader
from .redis_writer import RedisWriter

if TYPE_CHECKING:
    from redis.asyncio import Redis

MAX_BYTES = 16 << 20
TTL_SECONDS = 300.0
LEASE_SECONDS = 10.0
ABANDONED_SECONDS = 3600.0
TIMEOUT_SECONDS = 2.0


class RedisEventLog(EventLog):
    """One Redis Stream a response: `or:{response_id}`, the id of each entry one above its last `sequence_number`.

    An entry holds all events that came while the one before was written. The server itself refuses an id that is not
    above the last, which is how a second producer is found out. `or:{id}:alive` is renewed while the producer lives,
    `or:{id}:cancel` stands when somebody wants the response's end. asyncio only, as redis-py is.

    Args:
        redis: A `redis.asyncio.Redis` without `decode_responses`; it stays the caller's. A reader holds one of its
            connections while it waits.
        max_bytes: Most bytes of events kept of one response; beyond it the oldest entries go, and who needs them gets
            `CursorExpired`.
        ttl: Seconds that a log is kept after its end.
        lease: Seconds after which readers take a silent producer for dead.
        timeout: Seconds that one command may take.
        prefix: What the keys begin with.

    Raises:
        ValueError: Raised for a client that decodes what it gets.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        max_bytes: int = MAX_BYTES,
        ttl: float = TTL_SECONDS,
        lease: float = LEASE_SECONDS,
        timeout: float = TIMEOUT_SECONDS,
        prefix: str = "or:",
    ) -> None:
        settings: dict[str, Any] = redis.connection_pool.connection_kwargs
        if settings.get("decode_responses"):
            message = "an event log keeps bytes: give it a Redis client without decode_responses"
            raise ValueError(message)
        self._store = Store(redis, timeout)
        self._max_bytes = max_bytes
        self._ttl = ttl
        self._lease = lease
        self._prefix = prefix

    async def open(self, response_id: str) -> LogWriter:
        """Begin a response's log."""
        writer = RedisWriter(
            self._store,
            self._keys(response_id),
            max_bytes=self._max_bytes,
            ttl=self._ttl,
            lease=self._lease,
            abandoned=max(ABANDONED_SECONDS, self._ttl),
        )
        await writer.open()
        return writer

    async def read(self, response_id: str, after: int | None = None) -> LogReader:
        """Read the events behind a number."""
        reader = RedisReader(self._store, self._keys(response_id), Cursor(response_id, after))
        await reader.open()
        return reader

    async def cancel(self, response_id: str) -> None:
        """Ask the producer, on whatever node it is, to end the response."""
        keys = self._keys(response_id)
        last = await self._store.newest(keys)
        if last is None:
            message = f"there is no event log of {response_id}"
            raise UnknownResponse(message)
        if b"end" in last or b"broken" in last:
            message = f"{response_id} has ended"
            raise ResponseEnded(message)
        await self._store.call(lambda redis: redis.set(keys.cancel, b"1", px=int(max(self._ttl, 60.0) * 1000)))

    def _keys(self, response_id: str) -> Keys:
        return Keys(response_id, self._prefix + response_id)
