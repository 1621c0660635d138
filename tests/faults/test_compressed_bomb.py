"""Fault F11: a megabyte that unpacks to a gibibyte, through each client that unpacks it.

We never unpack: the clients do, 64 KiB at a time, which can be 64 MiB in one piece.
"""

import zlib

import pytest
from tests.process.script import run
from tests.transports.scripted_server import ScriptedServer

LINE = 1 << 20
UNPACKED = 1 << 30
BESIDE = UNPACKED // 4
CLIENTS = {
    "httpx2": "import httpx2; client = httpx2.Client()",
    "httpx": "import httpx; client = httpx.Client()",
    "requests": "import requests; client = requests.Session()",
    "urllib3": "import urllib3; client = urllib3.PoolManager()",
    "httpx2 in a task": "import httpx2 as asynchronous; make = asynchronous.AsyncClient",
    "httpx in a task": "import httpx as asynchronous; make = asynchronous.AsyncClient",
    "aiohttp": "import aiohttp as asynchronous; make = asynchronous.ClientSession",
}
READ = """
import resource, sys

def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

limits = ors.Limits(max_line_bytes=LINE)

async def in_a_task():
    async with make() as client, ors.connect(URL, {}, client=client, limits=limits) as stream:
        await stream.until_done()

def in_a_thread():
    with ors.connect_sync(URL, {}, client=client, limits=limits) as stream:
        stream.until_done()

before = most()
try:
    if "client" in globals():
        in_a_thread()
    else:
        import asyncio
        asyncio.run(in_a_task())
except ors.LimitExceeded as error:
    assert error.limit == "max_line_bytes", error
    print(most() - before)
"""
HEAD = b'data: {"type":"response.output_text.delta","delta":"'


def packed(coding):
    pack = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | (16 if coding == "gzip" else 0))
    zeros = b"0" * (1 << 20)
    return b"".join([pack.compress(HEAD), *(pack.compress(zeros) for _ in range(UNPACKED // len(zeros))), pack.flush()])


@pytest.fixture(scope="module", params=["gzip", "deflate"])
def bomb(request):
    body = packed(request.param)
    assert len(body) < UNPACKED // 1000
    return request.param, body


@pytest.mark.parametrize("client", CLIENTS)
def test_a_bomb_is_a_limit_and_its_memory_bounded(bomb, client):
    coding, body = bomb

    def script(exchange):
        exchange.head(**{"content-encoding": coding, "content-length": str(len(body))})
        exchange.handler.wfile.write(body)
        exchange.handler.wfile.flush()

    with ScriptedServer() as server:
        url = server.script(script)
        told = run(CLIENTS[client], f"\nURL, LINE = {url!r}, {LINE}\n", READ)
    assert int(told) < BESIDE
