"""The process under measurement: `python -m benches.relay.gateway`.

It serves each relay of each framework, `/asgi/relay?URL` and so on, on one port for uvicorn and one for aiohttp, and
prints them.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import aiohttp
import uvicorn
from aiohttp import web
from starlette.responses import StreamingResponse

from or_stream.proxy import SSEProxyResponse, relay_aiohttp, relay_asgi

HEAD = ((b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache"))

Fetch: TypeAlias = Callable[[bytes], Awaitable[aiohttp.ClientResponse]]


class Decoded:
    """What a relay does that decodes each event: whole lines, `json.loads`, and a look at it."""

    def __init__(self) -> None:
        self._rest = b""
        self.usage: object = None

    def feed(self, chunk: bytes) -> None:
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            if line.startswith(b"data: {"):
                event = json.loads(line[6:])
                if event["type"] == "response.completed":
                    self.usage = event["response"]["usage"]


async def read_along(upstream: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """The bytes as they come, each event decoded."""
    reader = Decoded()
    async for chunk in upstream.content.iter_any():
        reader.feed(chunk)
        yield chunk


def chunks_of(upstream: aiohttp.ClientResponse, kind: str) -> AsyncIterator[bytes]:
    """What a relay without us passes on."""
    return read_along(upstream) if kind == "json" else upstream.content.iter_any()


async def by_asgi(upstream: aiohttp.ClientResponse, kind: str, scope: Any, receive: Any, send: Any) -> None:
    """Plain ASGI; the bare relay does the least that it needs, and would not notice a client that leaves."""
    if kind == "relay":
        await relay_asgi(upstream, scope, receive, send)
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEAD})
    async for chunk in chunks_of(upstream, kind):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def by_starlette(upstream: aiohttp.ClientResponse, kind: str, scope: Any, receive: Any, send: Any) -> None:
    """Starlette's own streaming response, and ours."""
    if kind == "relay":
        await SSEProxyResponse(upstream)(scope, receive, send)
    else:
        headers = {name.decode(): value.decode() for name, value in HEAD}
        await StreamingResponse(chunks_of(upstream, kind), headers=headers)(scope, receive, send)


def asgi(fetch: Fetch) -> Any:
    """An application with the relays of both."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            _, framework, kind = scope["path"].split("/")
            relay = by_asgi if framework == "asgi" else by_starlette
            await relay(await fetch(scope["query_string"]), kind, scope, receive, send)

    return app


async def by_aiohttp(upstream: aiohttp.ClientResponse, kind: str, request: web.Request) -> web.StreamResponse:
    """The least that aiohttp needs, and our relay."""
    if kind == "relay":
        return await relay_aiohttp(request, upstream)
    response = web.StreamResponse(headers={name.decode(): value.decode() for name, value in HEAD})
    await response.prepare(request)
    async for chunk in chunks_of(upstream, kind):
        await response.write(chunk)
    await response.write_eof()
    return response


def aiohttp_app(fetch: Fetch) -> web.Application:
    """An application with its relays."""

    async def relay(request: web.Request) -> web.StreamResponse:
        return await by_aiohttp(await fetch(request.query_string.encode()), request.match_info["kind"], request)

    app = web.Application()
    app.router.add_get("/aiohttp/{kind}", relay)
    return app


async def main() -> None:
    """Serve until the process is ended."""
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(120)) as session:

        async def fetch(query: bytes) -> aiohttp.ClientResponse:
            return await session.get(query.decode())

        runner = web.AppRunner(aiohttp_app(fetch), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=2048)
        await site.start()
        config = uvicorn.Config(asgi(fetch), port=0, log_level="critical", access_log=False)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)
        print(server.servers[0].sockets[0].getsockname()[1], runner.addresses[0][1], flush=True)
        await serving


if __name__ == "__main__":
    asyncio.run(main())
