"""Bytes out are bytes in: every recording in many cuttings, a real server before and a real client behind the relay."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

import or_stream as ors
from or_stream.proxy.ending import closing_bytes
from tests.streams import wire
from tests.transports.scripted_server import eventually

from .gateways import gateway, running

RECORDINGS = sorted((Path(__file__).parents[3] / "shared/corpus").glob("**/responses/*.sse"))
SIZES = (1, 61, 1400, 1 << 30)
MOST_CHUNKS = 400


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


def due(body: bytes) -> bytes:
    """What a client is to get: the body, or of a broken one its whole events and the end that it lacks."""
    tap = ors.Tap("items")
    tap.feed(body)
    whole = body[: tap.boundary]
    if tap.finish() is not ors.Outcome.TRUNCATED:
        return body
    return whole + closing_bytes(tap, "upstream_closed", "the server closed the stream before its end")


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
