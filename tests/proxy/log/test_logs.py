"""What every event log promises, of both kinds."""

import itertools
from contextlib import asynccontextmanager

import anyio
import pytest

from or_stream import Outcome
from or_stream.proxy.log import (
    CursorBeyondEnd,
    CursorExpired,
    Entry,
    LogBroken,
    MemoryEventLog,
    RedisEventLog,
    ResponseEnded,
    SecondProducer,
    UnknownResponse,
)

from .told import BODY, DONE, ENTRIES, EVENTS, rest_after

_NAMES = map("resp_{}".format, itertools.count(1))

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "redis"])
def log_of(request):
    """Makes a log with these settings, as a context."""
    if request.param == "redis":
        port = request.getfixturevalue("redis_server").port

        @asynccontextmanager
        async def make(**settings):
            from redis.asyncio import Redis

            async with Redis(port=port) as redis:
                yield RedisEventLog(redis, prefix=next(_NAMES) + ":", **settings)
    else:

        @asynccontextmanager
        async def make(**settings):
            yield MemoryEventLog(**settings)

    return make


async def write(log, entries=ENTRIES, *, seal=True):
    writer = await log.open("r")
    for entry in entries:
        await writer.append(entry)
    if seal:
        await writer.seal(Outcome.COMPLETED, DONE)
    return writer


async def read(log, after=None):
    async with await log.read("r", after) as reader:
        return b"".join([data async for data in reader]), reader.outcome


async def test_a_sealed_log_gives_what_is_behind_every_number(log_of):
    async with log_of() as log:
        await write(log)
        assert await read(log) == (BODY, Outcome.COMPLETED)
        for number in range(len(EVENTS)):
            assert await read(log, number) == (rest_after(number), Outcome.COMPLETED)


async def test_entries_of_several_events_are_cut_at_the_number(log_of):
    steps = [0, 1, 4, 9, 30, len(EVENTS)]
    entries = [Entry(b"".join(EVENTS[a:b]), a, b - 1) for a, b in itertools.pairwise(steps)]
    async with log_of() as log:
        await write(log, entries)
        for number in range(len(EVENTS)):
            assert (await read(log, number))[0] == rest_after(number)


async def test_readers_wait_for_what_comes(log_of):
    async with log_of() as log:
        writer, told = await log.open("r"), []

        async def follow(after):
            told.append((after, await read(log, after)))

        with anyio.fail_after(30):
            async with anyio.create_task_group() as group:
                for entry in ENTRIES:
                    await writer.append(entry)
                    group.start_soon(follow, entry.last)
                    await anyio.sleep(0.001)
                await writer.seal(Outcome.COMPLETED, DONE)
    assert sorted(told) == [(number, (rest_after(number), Outcome.COMPLETED)) for number in range(len(EVENTS))]


async def test_there_is_one_producer(log_of):
    async with log_of() as log:
        writer = await write(log, ENTRIES[:3], seal=False)
        with pytest.raises(SecondProducer):
            await log.open("r")
        await writer.append(ENTRIES[3])
        await writer.seal(Outcome.FAILED)
        assert await read(log) == (b"".join(EVENTS[:4]), Outcome.FAILED)


async def test_who_asks_for_nothing_that_is_there_hears_why(log_of):
    async with log_of() as log:
        with pytest.raises(UnknownResponse):
            await log.read("r")
        with pytest.raises(UnknownResponse):
            await log.cancel("r")
        await write(log)
        with pytest.raises(CursorBeyondEnd):
            await log.read("r", len(EVENTS) + 5)
        with pytest.raises(ResponseEnded):
            await log.cancel("r")


async def test_a_cancellation_reaches_the_producer(log_of):
    async with log_of() as log:
        writer = await write(log, ENTRIES[:2], seal=False)
        assert not writer.cancel_requested
        await log.cancel("r")
        await writer.refresh()
        assert writer.cancel_requested


async def test_readers_of_a_spoilt_log_get_what_there_is_and_the_reason(log_of):
    async with log_of() as log:
        writer = await write(log, ENTRIES[:5], seal=False)
        await writer.spoil("the log was slower than the stream")
        reader, got = await log.read("r", 1), b""
        with pytest.raises(LogBroken, match="slower"):
            async for data in reader:
                got += data
        assert got == b"".join(EVENTS[2:5])


async def test_the_oldest_events_go_where_bytes_are_bounded(log_of):
    most = 4000
    async with log_of(max_bytes=most) as log:
        await write(log)
        kept, size = len(EVENTS), 0
        while size + len(EVENTS[kept - 1]) <= most:
            kept -= 1
            size += len(EVENTS[kept])
        with pytest.raises(CursorExpired):
            await read(log, kept - 2)
        assert (await read(log, kept - 1))[0] == rest_after(kept - 1)


async def test_a_reader_that_falls_behind_the_bound_hears_it(log_of):
    async with log_of(max_bytes=2000) as log:
        writer = await write(log, ENTRIES[:1], seal=False)
        reader = await log.read("r")
        assert await anext(reader) == EVENTS[0]
        for entry in ENTRIES[1:]:
            await writer.append(entry)
        with pytest.raises(CursorExpired):
            await anext(reader)


async def test_an_ended_log_goes_when_its_time_is_over(log_of):
    async with log_of(ttl=0.2) as log:
        await write(log)
        assert (await read(log))[0] == BODY
        await anyio.sleep(0.4)
        with pytest.raises(UnknownResponse):
            await log.read("r")


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_memory_is_bounded_over_all_streams(anyio_backend):
    log = MemoryEventLog(max_bytes=3 * len(BODY))
    for number in range(20):
        writer = await log.open(f"r{number}")
        for entry in ENTRIES:
            await writer.append(entry)
            assert log.size <= 3 * len(BODY)
        await writer.seal(Outcome.COMPLETED, DONE)
    for number in range(20):
        if number < 17:
            with pytest.raises(UnknownResponse):
                await log.read(f"r{number}")
    assert b"".join([data async for data in await log.read("r19")]) == BODY
