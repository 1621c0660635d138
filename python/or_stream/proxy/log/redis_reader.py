"""A reader of one Redis Stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...outcome import Outcome
from .event_log import Entry, LogReader
from .faults import CursorExpired, LogBroken, UnknownResponse

if TYPE_CHECKING:
    from .cursor import Cursor
    from .redis_keys import Fields, Keys, Store

_BLOCK_MS = 500
_ENTRIES_A_READ = 16


class RedisReader(LogReader):
    """Reads entries from the one that holds the number it needs, and waits at the server for more."""

    def __init__(self, store: Store, keys: Keys, cursor: Cursor) -> None:
        self._store = store
        self._keys = keys
        self._cursor = cursor
        self._at = f"{cursor.due}-0" if cursor.due else "0-1"
        self._told: list[tuple[bytes, Fields]] = []

    async def open(self) -> None:
        """Look whether the log is there and holds what the reader needs.

        Raises:
            UnknownResponse: Raised when there is no such log.
            CursorExpired: Raised when events are missing.
            CursorBeyondEnd: Raised when the response ended before.
        """
        if not await self._store.call(lambda redis: redis.exists(self._keys.stream)):
            message = f"there is no event log of {self._keys.response_id}"
            raise UnknownResponse(message)
        await self._read(block=None)
        if not self._told:
            return
        fields = self._told[0][1]
        if b"first" in fields:
            self._cursor.check(int(fields[b"first"]))
        elif b"end" in fields:
            self._check_end(fields)
            self._cursor.check_end(int(fields[b"last"]))
            self.is_over = True
        else:
            self._check_whole(fields)

    async def __anext__(self) -> bytes:
        while self.outcome is None:
            if not self._told:
                await self._wait()
            number, fields = self._told.pop(0)
            self._at = number.decode()
            data = self._take(fields)
            if data:
                return data
        raise StopAsyncIteration

    def _take(self, fields: Fields) -> bytes:
        if b"first" in fields:
            return self._cursor.take(Entry(fields[b"data"], int(fields[b"first"]), self._number() - 1))
        self._check_whole(fields)
        self._check_end(fields)
        self.outcome = Outcome(fields[b"end"].decode())
        return fields[b"data"]

    def _number(self) -> int:
        return int(self._at.partition("-")[0])

    def _check_whole(self, fields: Fields) -> None:
        if b"broken" in fields:
            message = f"{self._keys.response_id}: {fields[b'broken'].decode()}"
            raise LogBroken(message)

    def _check_end(self, fields: Fields) -> None:
        last = int(fields[b"last"])
        if self._cursor.due <= last:
            message = f"{self._keys.response_id}: events {self._cursor.due} to {last} are kept no longer"
            raise CursorExpired(message)

    async def _wait(self) -> None:
        while not self._told:
            await self._read(block=_BLOCK_MS)
            if self._told:
                return
            there, alive = await self._store.call(self._signs)
            if there and alive:
                continue
            # It may have ended between the two questions.
            await self._read(block=None)
            if not self._told:
                raise LogBroken(self._obituary(there=bool(there)))

    async def _read(self, *, block: int | None) -> None:
        stream = self._keys.stream

        async def ask(redis: Any) -> Any:
            return await redis.xread({stream: self._at}, count=_ENTRIES_A_READ, block=block)

        self._told = _entries(await self._store.call(ask, longer=(block or 0) / 1000))

    async def _signs(self, redis: Any) -> list[int]:
        pipeline = redis.pipeline(transaction=False)
        pipeline.exists(self._keys.stream)
        pipeline.exists(self._keys.alive)
        return list(await pipeline.execute())

    def _obituary(self, *, there: bool) -> str:
        what = "its producer is gone" if there else "its log is gone from Redis"
        return f"{self._keys.response_id}: {what}; the last event kept is {self._cursor.due - 1}"


def _entries(told: Any) -> list[tuple[bytes, Fields]]:
    """The entries of the one stream that was read: under a list of pairs or, with RESP3, under a dict."""
    if not told:
        return []
    entries: Any = next(iter(told.values()))[0] if hasattr(told, "values") else told[0][1]
    return list(entries)
