"""`gather_streams` cancelled or failing at its n-th await: no socket or task is left, and no other stream suffers."""

import warnings

import anyio
import pytest
from tests.streams import wire
from tests.streams.answers import AGENT
from tests.streams.script import events
from tests.streams.stepping import Stepping, check_nothing_is_left, port_of, tasks
from tests.transports.scripted_server import ScriptedServer

import or_stream as ors
from or_stream.stream.sources import AsyncSource

BODY = wire.body(events(AGENT))
PIECES = wire.chunks(BODY, 5000)
TEXT = ors.EventStream(BODY).get_final_response().output_text
STREAMS = 3

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


def answer(exchange):
    exchange.chunked(*PIECES)
    exchange.end()


async def gathered(sources, seen, **options):
    async with ors.gather_streams(sources, limit=2, **options) as results:
        async for result in results:
            seen.append(result)


async def test_cancelled_at_every_await_of_the_caller():
    with ScriptedServer() as server, warnings.catch_warnings():
        warnings.simplefilter("error")
        url = server.script(answer)
        before, at = tasks(), -1
        while True:
            at += 1
            seen = []
            with anyio.CancelScope() as scope:
                sources = (ors.connect(url, {"n": n}) for n in range(STREAMS))
                run = Stepping(gathered(sources, seen), at, scope.cancel)
                await run
            assert tasks() == before
            check_nothing_is_left(port_of(url))
            assert all(result.response.output_text == TEXT for result in seen)
            if not scope.cancelled_caught and run.steps <= at:
                break
    assert sorted(result.index for result in seen) == list(range(STREAMS))
    assert at > STREAMS


class Faulty(AsyncSource):
    """Serves pieces; acts at the n-th operation of all that share the count."""

    def __init__(self, count, act):
        self._count = count
        self._act = act
        self._pieces = iter(PIECES)
        self.given = b""
        self.closed = 0

    async def _await(self):
        await anyio.lowlevel.checkpoint()
        self._count[0] -= 1
        if self._count[0] == 0:
            self._act()

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


def fail():
    message = "the operation failed"
    raise OSError(message)


def partial_text(source):
    assembler = ors.Assembler()
    assembler.feed(source.given)
    return assembler.output_text


async def test_failing_at_every_await_of_the_streams():
    before, at, failures = tasks(), 0, 0
    while True:
        at += 1
        count = [at]
        sources = [Faulty(count, fail) for _ in range(STREAMS)]
        seen = []
        await gathered(sources, seen)
        assert tasks() == before
        assert [source.closed for source in sources] == [1] * STREAMS, at
        assert sorted(result.index for result in seen) == list(range(STREAMS))
        failed = [result for result in seen if result.error is not None]
        for result in failed:
            assert isinstance(result.error, ors.TransportError)
            told = "" if result.response is None else result.response.output_text
            assert told == partial_text(sources[result.index])
        assert all(result.response.output_text == TEXT for result in seen if result.error is None)
        # What fails behind the terminal event, as closing may, costs nothing that was asked for.
        assert len(failed) <= 1
        failures += len(failed)
        if count[0] > 0:
            break
    assert failures >= STREAMS


@pytest.mark.parametrize("limit", [1, 3])
async def test_cancelled_at_every_await_of_the_streams(limit):
    before, at = tasks(), 0
    while True:
        at += 1
        count = [at]
        seen = []
        with anyio.CancelScope() as scope:
            sources = [Faulty(count, scope.cancel) for _ in range(STREAMS)]
            async with ors.gather_streams(sources, limit=limit) as results:
                async for result in results:
                    seen.append(result)  # noqa: PERF401 - what came before a cancel counts
        assert tasks() == before
        # What was begun was closed, and what was not begun was not touched.
        assert [source.closed for source in sources if source.given] == [1] * sum(bool(one.given) for one in sources)
        if count[0] > 0:
            break
    assert len(seen) == STREAMS
