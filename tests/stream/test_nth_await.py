"""Cancelled or failing at its n-th await, for every n until a run ends clean: nothing leaks, and the partial is right.

Over a real socket for cancellation; for failures through a source whose n-th operation raises.
"""

import asyncio
import warnings
from contextlib import nullcontext, suppress

import aiohttp
import anyio
import httpx
import pytest
from tests.streams import wire
from tests.streams.answers import AGENT
from tests.streams.script import events
from tests.streams.stepping import Stepping, check_nothing_is_left, port_of, tasks
from tests.transports.scripted_server import ScriptedServer

import or_stream as ors
from or_stream.stream.sources import AsyncSource

BODY = wire.body(events(AGENT))
PIECES = wire.chunks(BODY, 2500)
MODES = {
    "pull": {},
    "read ahead": {"read_ahead": ors.ReadAhead(max_bytes=4000)},
    "coalesced": {"read_ahead": ors.ReadAhead(max_bytes=4000), "coalesce": True},
    "with clocks": {"idle_timeout": 30, "event_timeout": 30, "progress_timeout": 30, "total_timeout": 60},
}

pytestmark = pytest.mark.anyio
each_mode = pytest.mark.parametrize("mode", MODES)


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


def folded(body):
    assembler = ors.Assembler()
    assembler.feed(body)
    return assembler


def answer(exchange):
    exchange.chunked(*PIECES)
    exchange.end()


CLIENTS = {"our own": nullcontext, "httpx": httpx.AsyncClient, "aiohttp": aiohttp.ClientSession}
# aiohttp is for asyncio only, and httpx, other than httpx2, when cancelled leaves trio a generator of its own.
ON = [("asyncio", "our own"), ("trio", "our own"), ("asyncio", "httpx"), ("asyncio", "aiohttp")]


@each_mode
@pytest.mark.parametrize(("anyio_backend", "client"), ON)
async def test_cancelled_at_every_await(mode, client, anyio_backend):
    with ScriptedServer() as server, warnings.catch_warnings():
        warnings.simplefilter("error")
        url = server.script(answer)
        port = port_of(url)
        before, cancelled_at = tasks(), -1
        while True:
            cancelled_at += 1
            seen = []
            with anyio.CancelScope() as scope:
                run = Stepping(consume(url, client, MODES[mode], seen), cancelled_at, scope.cancel)
                await run
            assert tasks() == before
            check_nothing_is_left(port)
            if not scope.cancelled_caught and run.steps <= cancelled_at:
                break
    stream, told = seen[0], seen[1:]
    assert "".join(told) == stream.output_text
    assert cancelled_at >= 4
    assert stream.outcome is ors.Outcome.COMPLETED


async def cancelled_at(first, second, coroutine):
    """Run in a task that is cancelled twice; gives the steps it took."""

    async def run():
        await Stepping(inner, second, cancel)

    def cancel():
        task.cancel()

    inner = Stepping(coroutine, first, cancel)
    task = asyncio.create_task(run())
    with suppress(asyncio.CancelledError):
        await task
    return inner.steps


@each_mode
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_cancelled_again_while_it_is_being_closed(mode, anyio_backend):
    """By the task's own `cancel`, from which a shielded scope does not shield."""
    with ScriptedServer() as server:
        url = server.script(answer)
        before, first, steps = tasks(), -1, 0
        while steps > first:
            first += 1
            for second in range(first + 1, first + 4):
                steps = await cancelled_at(first, second, consume(url, "our own", MODES[mode], []))
                check_nothing_is_left(port_of(url))
                assert tasks() == before
    assert first >= 4


async def consume(url, client, options, seen):
    async with (
        CLIENTS[client]() as its_client,
        ors.connect(url, {"model": "m", "input": "x"}, client=its_client, **options) as stream,
    ):
        seen.append(stream)
        try:
            async for event in stream:
                if isinstance(event, ors.OutputTextDelta):
                    seen.append(event.delta)
        finally:
            # What was handed out is what the partial response has, or less where more had been read.
            assert stream.output_text.startswith("".join(seen[1:]))


class Failing(AsyncSource):
    """Serves pieces; its n-th operation raises."""

    def __init__(self, at):
        self._at = at
        self._step = -1
        self._pieces = iter(PIECES)
        self.given = b""
        self.closed = 0

    async def _await(self):
        await anyio.lowlevel.checkpoint()
        self._step += 1
        if self._step == self._at:
            raise OSError(f"operation {self._at} failed")

    async def open(self):
        await self._await()

    async def read(self):
        await self._await()
        piece = next(self._pieces, None)
        self.given += piece or b""
        return piece

    async def aclose(self):
        self.closed += 1
        await self._await()

    async def abort(self):
        await self.aclose()


@each_mode
async def test_failing_at_every_await(mode):
    before = tasks()
    for at in range(len(PIECES) + 6):
        source = Failing(at)
        stream = ors.AsyncEventStream(source, **MODES[mode])
        fault = None
        try:
            async with stream:
                async for _ in stream:
                    pass
        except (ors.OrStreamError, OSError) as error:
            fault = error
        assert source.closed == 1, at
        assert tasks() == before
        due = folded(source.given)
        assert stream.output_text == due.output_text
        if fault is not None:
            assert isinstance(fault, ors.TransportError), repr(fault)
            assert f"operation {at} failed" in str(fault)
            assert fault.partial is None or fault.partial.output_text == due.output_text
            assert fault.retry_safe == (not source.given)
        else:
            assert source.given == BODY
    assert fault is None
