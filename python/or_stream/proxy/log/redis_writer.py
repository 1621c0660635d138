"""The producer of one Redis Stream."""

from __future__ import annotations

from collections import deque
from secrets import token_bytes
from time import monotonic
from typing import TYPE_CHECKING, Any

from redis.exceptions import ResponseError

from .event_log import Entry, LogWriter
from .faults import LogBroken, LogUnavailable, SecondProducer

if TYPE_CHECKING:
    from ...outcome import Outcome
    from .redis_keys import Keys, Store

_OPENED = "0-1"
_RENEWALS_A_LEASE = 4


class RedisWriter(LogWriter):
    """Writes entries with ids of its own; one round trip each, in which it hears of a cancellation too."""

    def __init__(self, store: Store, keys: Keys, *, max_bytes: int, ttl: float, lease: float, abandoned: float) -> None:
        self._store = store
        self._keys = keys
        self._max_bytes = max_bytes
        self._ttl_ms = int(ttl * 1000)
        self._lease = lease
        self._abandoned_ms = int(abandoned * 1000)
        self._by = token_bytes(8)
        self._kept: deque[tuple[int, int]] = deque()
        self._kept_bytes = 0
        self._last = -1
        self._renew_at = 0.0

    async def open(self) -> None:
        """Begin the stream with an entry below all numbers, so that nobody else can."""
        await self._add(_OPENED, {"by": self._by}, makes=True)
        await self.refresh()

    async def append(self, entry: Entry) -> None:
        """Add events behind those that are there."""
        fields = {"data": entry.data, "first": entry.first, "by": self._by}
        await self._add(f"{entry.last + 1}-0", fields, oldest=self._make_room(entry))
        self._last = entry.last

    async def refresh(self) -> None:
        """Tell readers that the producer lives, and look whether the response is to be cancelled."""

        async def ask(redis: Any) -> list[Any]:
            pipeline = redis.pipeline(transaction=False)
            self._renew(pipeline)
            pipeline.exists(self._keys.cancel)
            return list(await pipeline.execute())

        self.cancel_requested = bool((await self._store.call(ask))[-1])

    async def seal(self, outcome: Outcome, rest: bytes = b"") -> None:
        """Mark the end."""
        await self._end({"end": outcome.value, "last": self._last, "data": rest, "by": self._by})

    async def spoil(self, reason: str) -> None:
        """Mark that the rest is missing."""
        await self._end({"broken": reason, "by": self._by})

    # Commands

    async def _add(
        self, number: str, fields: dict[str, Any], *, makes: bool = False, oldest: str | None = None
    ) -> None:
        async def ask(redis: Any) -> list[Any]:
            pipeline = redis.pipeline(transaction=False)
            pipeline.xadd(self._keys.stream, fields, id=number, nomkstream=not makes, minid=oldest, approximate=False)
            pipeline.exists(self._keys.cancel)
            if not makes and monotonic() >= self._renew_at:
                self._renew(pipeline)
            return list(await pipeline.execute(raise_on_error=False))

        added, cancelled, *renewed = await self._store.call(ask)
        self._check(added, number, await self._owner(number) if isinstance(added, ResponseError) else None)
        for answer in (cancelled, *renewed):
            if isinstance(answer, Exception):
                message = f"Redis: {type(answer).__name__}: {answer}"
                raise LogUnavailable(message)
        self.cancel_requested = bool(cancelled)

    def _check(self, added: object, number: str, owner: bytes | None) -> None:
        response_id = self._keys.response_id
        if added is None:
            message = f"the log of {response_id} is gone from Redis"
            raise LogBroken(message)
        # A command that was sent again after a broken connection may have been heard twice.
        if not isinstance(added, Exception) or owner == self._by:
            return
        if isinstance(added, ResponseError) and "equal or smaller" in str(added):
            message = f"{response_id}: Redis refuses entry {number}: another producer has written this log"
            raise SecondProducer(message)
        message = f"Redis: {type(added).__name__}: {added}"
        raise LogUnavailable(message)

    async def _owner(self, number: str) -> bytes | None:
        told = await self._store.call(lambda redis: redis.xrange(self._keys.stream, number, number))
        return told[0][1].get(b"by") if told else None

    async def _end(self, fields: dict[str, Any]) -> None:
        async def ask(redis: Any) -> Any:
            pipeline = redis.pipeline(transaction=True)
            # The server's own id is a time in milliseconds, which no count of events comes near.
            pipeline.xadd(self._keys.stream, fields, nomkstream=True)
            pipeline.pexpire(self._keys.stream, self._ttl_ms)
            pipeline.delete(self._keys.alive)
            return await pipeline.execute()

        if (await self._store.call(ask))[0] is None:
            message = f"the log of {self._keys.response_id} is gone from Redis"
            raise LogBroken(message)

    def _renew(self, pipeline: Any) -> None:
        pipeline.set(self._keys.alive, b"1", px=int(self._lease * 1000))
        pipeline.pexpire(self._keys.stream, self._abandoned_ms)
        self._renew_at = monotonic() + self._lease / _RENEWALS_A_LEASE

    def _make_room(self, entry: Entry) -> str | None:
        """Count an entry; give the id of the oldest that stays, where one has to go."""
        self._kept.append((entry.last + 1, len(entry.data)))
        self._kept_bytes += len(entry.data)
        dropped = False
        while self._kept_bytes > self._max_bytes and len(self._kept) > 1:
            self._kept_bytes -= self._kept.popleft()[1]
            dropped = True
        return f"{self._kept[0][0]}-0" if dropped else None
