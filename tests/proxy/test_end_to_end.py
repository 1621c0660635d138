"""Bytes out are bytes in: every recording in every cutting.

Over real HTTP a real server cuts, and the network joins again what it likes; so the relay itself gets every recording
in pieces of one byte too, and in any others, from a source in this process.
"""

import hashlib
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

import or_stream as ors
from or_stream.proxy import Relay
from or_stream.proxy.ending import closing_bytes
from tests.streams import wire
from tests.transports.scripted_server import eventually

from .clients import Kept
from .gateways import gateway, running

RECORDINGS = sorted((Path(__file__).parents[3] / "shared/corpus").glob("**/responses/*.sse"))
SIZES = (1, 61, 1400, 1 << 30)
MOST_CHUNKS = 400
SINGLE_BYTES = 16_384


@contextmanager
def playing(pieces: list[bytes]) -> Iterator[str]:
    """An upstream on uvicorn that sends the pieces of the moment, each in a message of its own."""

    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async def responses(_: Any) -> StreamingResponse:
        return StreamingResponse(body(), media_type="text/event-stream")

    async def serve(stop: Any, ready: Any, port: int) -> None:
        import asyncio

        app = Starlette(routes=[Route("/", responses, methods=["POST"])])
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", timeout_graceful_shutdown=1))
        task = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)
        ready()
        await stop.wait()
        server.should_exit = True
        await task

    with running(serve) as url:
        yield url


def due(body: bytes, *, items: bool = True) -> bytes:
    """What a client is to get: the body, or of a broken one its whole events and the end that it lacks."""
    tap = ors.Tap("items" if items else "usage")
    tap.feed(body)
    whole = body[: tap.boundary]
    if tap.finish() is not ors.Outcome.TRUNCATED:
        return body
    return whole + closing_bytes(tap, "upstream_closed", "the server closed the stream before its end")


async def relayed(pieces: list[bytes]) -> bytes:
    """What a relay makes of a body in these pieces."""
    client = Kept()
    await Relay(pieces, tap=ors.Tap(), heartbeat=None).run(client)
    assert client.status == 200
    return client.body


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@pytest.mark.skipif(not RECORDINGS, reason="the recorded corpus is not here")
@pytest.mark.parametrize(
    ("name", "step"),
    [("asgi-uvicorn", 1), ("starlette-uvicorn", 6), ("fastapi-uvicorn", 12), ("asgi-granian", 6), ("aiohttp", 3)],
)
def test_every_recording_comes_out_as_it_went_in(name: str, step: int) -> None:
    pieces: list[bytes] = []
    told = broken = 0
    with playing(pieces) as url, gateway(name, url) as (own, ends), httpx2.Client(timeout=30) as client:
        for path in RECORDINGS[::step]:
            body = path.read_bytes()
            wanted = due(body)
            broken += wanted != body
            for size in SIZES:
                if len(body) <= size * MOST_CHUNKS:
                    pieces[:] = wire.chunks(body, size)
                    assert digest(client.post(own).content) == digest(wanted), (path.name, size)
                    told += 1
        eventually(lambda: len(ends) == told)
    assert told > len(RECORDINGS) // step
    assert broken > 0 or step > 1
    assert not any(end.client_gone or end.error for end in ends)


def cuttings(body: bytes, draw: random.Random) -> Iterator[list[bytes]]:
    """A body in pieces of one byte, of a line or so, of a packet, and of any sizes, empty ones too."""
    for size in (1, 61, 1400, len(body)):
        if size > 1 or len(body) <= SINGLE_BYTES:
            yield wire.chunks(body, size)
    cuts = sorted(draw.choices(range(len(body)), k=len(body) // 300 + 3))
    yield [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]


@pytest.mark.skipif(not RECORDINGS, reason="the recorded corpus is not here")
def test_every_recording_in_every_cutting() -> None:
    draw = random.Random(6)
    singles = 0
    for path in RECORDINGS:
        body = path.read_bytes()
        wanted = due(body, items=False)
        singles += len(body) <= SINGLE_BYTES
        for pieces in cuttings(body, draw):
            assert digest(anyio.run(relayed, pieces)) == digest(wanted), (path.name, len(pieces))
    assert singles > len(RECORDINGS) // 2
