"""A slow consumer of a fast server over real HTTP: the server's send blocks, and we hold what the marks say."""

import threading
import time

import aiohttp
import anyio
import httpx2
import pytest
from scripted_server import eventually
from tests.streams import wire
from tests.streams.answers import AGENT
from tests.streams.script import events

import or_stream as ors

BLOCKS = [block + b"\n\n" for block in wire.body(events(AGENT)).split(b"\n\n") if block]
DELTA = max((block for block in BLOCKS if b"output_text.delta" in block), key=len)
PIECE = DELTA * (65536 // len(DELTA))
PIECES = 1000
CLIENTS = {"httpx2": httpx2.AsyncClient, "aiohttp": aiohttp.ClientSession}
MARKS = ors.ReadAhead(max_bytes=262144, max_events=1000)
MODES = {"pull": {}, "read ahead": {"read_ahead": MARKS}, "coalesced": {"read_ahead": MARKS, "coalesce": True}}
# aiohttp gives all that it holds at once: two reads of asyncio, of 256 KiB each.
LARGEST_CHUNK = 512 * 1024
HELD_BY_KERNEL_AND_CLIENT = 16 * 2**20

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]


class Flood:
    """Sends as fast as it is let, and counts what has gone."""

    def __init__(self):
        self.sent = 0
        self.over = threading.Event()

    def __call__(self, exchange):
        try:
            exchange.chunked(*BLOCKS[:1])
            for _ in range(PIECES):
                exchange.piece(PIECE)
                self.sent += 1
        finally:
            self.over.set()

    def settled(self):
        """How many pieces went before nothing more does."""
        before = -1
        while before != self.sent or before == 0:
            before = self.sent
            time.sleep(0.3)
        return before


def check_blocked(flood, settled):
    assert not flood.over.is_set()
    assert settled * len(PIECE) < HELD_BY_KERNEL_AND_CLIENT


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # aiohttp has no other
async def test_a_task(server, name, mode):
    flood = Flood()
    url = server.script(flood)
    async with CLIENTS[name]() as client, ors.connect(url, {}, client=client, **MODES[mode]) as stream:
        for _ in range(3):
            await anext(stream)
        settled = await anyio.to_thread.run_sync(flood.settled)
        check_blocked(flood, settled)
        # Taking goes on, so does the sending.
        async for batch in stream.batches():
            if flood.sent > settled + 20:
                break
            assert batch
        assert flood.sent > settled
        if mode != "pull":
            # A chunk that passes the mark is taken whole.
            assert 0 < stream.stats.high_water_bytes <= MARKS.max_bytes + LARGEST_CHUNK
    eventually(flood.over.is_set)
    assert flood.sent < PIECES


def test_a_thread(server):
    flood = Flood()
    url = server.script(flood)
    with ors.connect_sync(url, {}) as stream:
        next(stream)
        settled = flood.settled()
        check_blocked(flood, settled)
        for _ in stream:
            if flood.sent > settled + 20:
                break
        assert flood.sent > settled
    eventually(flood.over.is_set)
    assert flood.sent < PIECES
