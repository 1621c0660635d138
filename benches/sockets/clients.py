"""Clients of the server: each library bare, and with what turns its bytes into events."""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, TypeAlias

import aiohttp
import httpx2

from or_stream import AsyncEventStream, Decoder, OutputTextDelta

from ..peers import msgspec_events

Reader: TypeAlias = Callable[[Any], Coroutine[Any, Any, int]]
POOL = 100

Open: TypeAlias = Callable[[AsyncExitStack, str], Awaitable[Callable[[], Awaitable[Any]]]]


@dataclass(frozen=True)
class Client:
    """A way to open connections, and a way to read a response: how many bytes, or characters of text."""

    name: str
    open: Open
    read: Reader
    bare: bool = False


async def open_aiohttp(stack: AsyncExitStack, url: str) -> Callable[[], Awaitable[Any]]:
    """A session without a limit on connections."""
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(120))
    await stack.enter_async_context(session)
    return lambda: session.get(url)


async def open_httpx2(stack: AsyncExitStack, url: str) -> Callable[[], Awaitable[Any]]:
    """Clients of 100 connections each, in turns: one pool of 1,000 takes httpx2 many seconds to open."""
    free: list[httpx2.AsyncClient] = []

    async def get() -> httpx2.Response:
        if not free:
            client = httpx2.AsyncClient(limits=httpx2.Limits(max_connections=None), timeout=120)
            free.extend([await stack.enter_async_context(client)] * POOL)
        client = free.pop()
        return await client.send(client.build_request("GET", url), stream=True)

    return get


def _chunks(response: Any) -> AsyncIterator[bytes]:
    return response.content.iter_any() if isinstance(response, aiohttp.ClientResponse) else response.aiter_raw()


async def bare(response: Any) -> int:
    """Nothing but the bytes."""
    size = 0
    async for chunk in _chunks(response):
        size += len(chunk)
    return size


async def with_stream(response: Any) -> int:
    """`AsyncEventStream`, batch by batch."""
    characters = 0
    async with AsyncEventStream(response) as stream:
        async for batch in stream.batches():
            for event in batch:
                if isinstance(event, OutputTextDelta):
                    characters += len(event.delta)
    return characters


async def with_decoder(response: Any) -> int:
    """`Decoder`, fed by hand."""
    feed = Decoder().feed
    characters = 0
    async for chunk in _chunks(response):
        for event in feed(chunk):
            if isinstance(event, OutputTextDelta):
                characters += len(event.delta)
    return characters


async def with_msgspec(response: Any) -> int:
    """split + msgspec, by hand."""
    characters, rest, delta = 0, b"", msgspec_events.TEXT_DELTA
    async for chunk in _chunks(response):
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        for event in [msgspec_events.decode(line[6:]) for line in lines if line[:1] == b"d"]:
            if type(event) is delta:
                characters += len(event.delta)
    return characters


AIOHTTP = (
    Client("aiohttp, bare", open_aiohttp, bare, bare=True),
    Client("aiohttp + Decoder", open_aiohttp, with_decoder),
    Client("aiohttp + AsyncEventStream", open_aiohttp, with_stream),
    Client("aiohttp + split + msgspec", open_aiohttp, with_msgspec),
)
HTTPX2 = (
    Client("httpx2, bare", open_httpx2, bare, bare=True),
    Client("httpx2 + AsyncEventStream", open_httpx2, with_stream),
)
