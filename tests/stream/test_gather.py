"""Many streams at once: bounded, as they end, one failure never another's; on asyncio and trio."""

import asyncio
from typing import Any

import anyio
import httpx2
import pytest
from tests.streams import wire
from tests.streams.answers import HELLO
from tests.streams.script import events

import or_stream as ors
from or_stream.stream.sources import AsyncSource

pytestmark = pytest.mark.anyio

BODY = wire.body(events(HELLO))


class Slow(AsyncSource):
    """The body after a while, and a count of how many are open at once."""

    open_now = most = closed = 0

    def __init__(self, seconds: float, body: bytes = BODY) -> None:
        self._chunks = iter(wire.chunks(body, 500))
        self._seconds = seconds
        Slow.open_now += 1
        Slow.most = max(Slow.most, Slow.open_now)

    async def read(self) -> bytes | None:
        await anyio.sleep(self._seconds)
        return next(self._chunks, None)

    async def aclose(self) -> None:
        Slow.open_now -= 1
        Slow.closed += 1


@pytest.fixture(autouse=True)
def counters() -> None:
    Slow.open_now = Slow.most = Slow.closed = 0


async def test_results_come_as_streams_end_and_no_more_than_the_limit_are_open() -> None:
    told: list[tuple[int, int]] = []
    sources = (Slow(0.001 * (20 - at)) for at in range(20))
    async with ors.gather_streams(sources, limit=5, on_progress=lambda *at: told.append(at)) as results:
        seen = [result async for result in results]
    assert sorted(result.index for result in seen) == list(range(20))
    assert [result.index for result in seen] != list(range(20))
    assert all(result.error is None and result.outcome is ors.Outcome.COMPLETED for result in seen)
    assert {result.response.output_text for result in seen if result.response} == {"Hello, world. How are you today?"}
    assert all(0 < (result.first_token_seconds or 0) <= result.seconds for result in seen)
    assert Slow.most <= 5
    assert (Slow.open_now, Slow.closed) == (0, 20)
    assert told == [(count, 0) for count in range(1, 21)]


async def test_one_failure_is_nobody_elses() -> None:
    cut = BODY[: BODY.index(b"event: response.output_text.done")]
    sources: list[Any] = [BODY, cut, b"<html>", 7, Slow(0.001), object()]
    async with ors.gather_streams(sources, limit=2) as results:
        seen = {result.index: result async for result in results}
    assert [type(seen[at].error) for at in range(6)] == [
        type(None),
        ors.StreamTruncated,
        ors.TransportError,
        TypeError,
        type(None),
        TypeError,
    ]
    assert seen[1].response is not None
    assert seen[1].response.output_text == "Hello, world. How are you today?"
    assert seen[1].outcome is ors.Outcome.TRUNCATED
    assert results.failed == 4


async def test_leaving_early_closes_what_runs() -> None:
    async with ors.gather_streams((Slow(0.001 if at == 0 else 3600) for at in range(50)), limit=10) as results:
        assert (await anext(results)).index == 0
    assert Slow.open_now == 0
    assert Slow.closed <= 12


async def test_nobody_takes_results_so_reading_pauses() -> None:
    async with ors.gather_streams((Slow(0) for _ in range(100)), limit=3) as results:
        await anext(results)
        await anyio.sleep(0.2)
        assert Slow.closed <= 10
        assert len([result async for result in results]) == 99


async def test_a_source_that_cannot_be_made_is_told_behind_the_others() -> None:
    def sources() -> Any:
        yield BODY
        raise LookupError("no more")

    async with ors.gather_streams(sources(), limit=2) as results:
        assert (await anext(results)).error is None
        with pytest.raises(LookupError):
            await anext(results)


async def test_a_callback_that_raises_is_told_behind_the_results_that_ran() -> None:
    def refuse(done: int, failed: int) -> None:
        raise LookupError(f"{done} done")

    seen: list[int] = []
    async with ors.gather_streams((Slow(0.001) for _ in range(20)), limit=2, on_progress=refuse) as results:
        with pytest.raises(LookupError, match="1 done"):
            async for result in results:
                seen.append(result.index)  # noqa: PERF401 - what came before the error is looked at
    assert sorted(seen) == [0, 1]


async def test_options_reach_the_streams() -> None:
    async with ors.gather_streams([Slow(3600)], idle_timeout=0.05) as results:
        assert isinstance((await anext(results)).error, ors.IdleTimeout)


async def test_the_blocks_own_error_is_not_wrapped() -> None:
    with pytest.raises(LookupError):
        async with ors.gather_streams([Slow(3600)]):
            raise LookupError


async def test_outside_of_its_block_and_bad_limits() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await anext(ors.gather_streams([BODY]))
    with pytest.raises(ValueError, match="at least 1"):
        ors.gather_streams([BODY], limit=0)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_thousand_real_streams(anyio_backend: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n" + BODY)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        async with httpx2.AsyncClient(timeout=60, limits=httpx2.Limits(max_connections=50)) as client:
            connections = (ors.connect(url, client=client) for _ in range(1000))
            async with ors.gather_streams(connections, limit=50) as results:
                outcomes = [result.outcome async for result in results]
    assert outcomes == [ors.Outcome.COMPLETED] * 1000
