"""Real gateways that relay one upstream: every framework and server that the library speaks of."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx2
import uvicorn
from aiohttp import web
from fastapi import FastAPI, Request
from granian.constants import Interfaces
from granian.server.embed import Server as GranianServer
from starlette.applications import Starlette
from starlette.routing import Route

from or_stream.proxy.aiohttp import relay_aiohttp
from or_stream.proxy.asgi import relay_asgi
from or_stream.proxy.starlette import SSEProxyResponse

Options = Callable[[], dict[str, Any]]
App = Callable[[httpx2.AsyncClient, str, Options], Any]
Serve = Callable[[asyncio.Event, Callable[[], None], int], Coroutine[Any, Any, None]]


def upstream_of(client: httpx2.AsyncClient, url: str, content: bytes = b'{"stream":true}') -> Any:
    headers = {"accept-encoding": "identity", "content-type": "application/json"}
    return client.send(client.build_request("POST", url, content=content, headers=headers), stream=True)


def starlette_app(client: httpx2.AsyncClient, url: str, options: Options) -> Any:

    async def responses(request: Any) -> SSEProxyResponse:
        return SSEProxyResponse(upstream_of(client, url, await request.body()), **options())

    return Starlette(routes=[Route("/", responses, methods=["POST"])])


def fastapi_app(client: httpx2.AsyncClient, url: str, options: Options) -> Any:
    app = FastAPI()

    @app.post("/")
    async def responses(request: Request) -> Any:
        return SSEProxyResponse(await upstream_of(client, url, await request.body()), **options())

    return app


def plain_app(client: httpx2.AsyncClient, url: str, options: Options) -> Any:

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await relay_asgi(upstream_of(client, url), scope, receive, send, **options())

    return app


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(serve: Serve) -> Iterator[str]:
    """A server on a loop and thread of its own."""
    port, ready, loop = free_port(), threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve(stop, ready.set, port))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(20), "the gateway did not start"
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)


def on_uvicorn(make_app: App, url: str, options: Options) -> Serve:
    async def serve(stop: asyncio.Event, ready: Callable[[], None], port: int) -> None:
        async with httpx2.AsyncClient(timeout=30) as client:
            app = make_app(client, url, options)
            server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", timeout_graceful_shutdown=1))
            task = asyncio.create_task(server.serve())
            while not server.started:  # noqa: ASYNC110 - the server has no event for it
                await asyncio.sleep(0.01)
            ready()
            await stop.wait()
            server.should_exit = True
            await task

    return serve


def on_granian(make_app: App, url: str, options: Options) -> Serve:
    async def serve(stop: asyncio.Event, ready: Callable[[], None], port: int) -> None:
        async with httpx2.AsyncClient(timeout=30) as client:
            app = make_app(client, url, options)
            server = GranianServer(app, port=port, interface=Interfaces.ASGINL, log_enabled=False)
            task = asyncio.create_task(server.serve())
            while not await answers(port):  # noqa: ASYNC110 - the server has no event for it
                await asyncio.sleep(0.02)
            ready()
            await stop.wait()
            server.stop()
            await task

    return serve


async def answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


def on_aiohttp(url: str, options: Options) -> Serve:
    async def serve(stop: asyncio.Event, ready: Callable[[], None], port: int) -> None:
        async with httpx2.AsyncClient(timeout=30) as client:

            async def responses(request: web.Request) -> web.StreamResponse:
                return await relay_aiohttp(request, upstream_of(client, url, await request.read()), **options())

            app = web.Application()
            app.router.add_post("/", responses)
            runner = web.AppRunner(app, shutdown_timeout=1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            ready()
            await stop.wait()
            await runner.cleanup()

    return serve


GATEWAYS: dict[str, Callable[[str, Options], Serve]] = {
    "starlette-uvicorn": partial(on_uvicorn, starlette_app),
    "fastapi-uvicorn": partial(on_uvicorn, fastapi_app),
    "asgi-uvicorn": partial(on_uvicorn, plain_app),
    "starlette-granian": partial(on_granian, starlette_app),
    "fastapi-granian": partial(on_granian, fastapi_app),
    "asgi-granian": partial(on_granian, plain_app),
    "aiohttp": on_aiohttp,
}


@contextmanager
def gateway(
    name: str, url: str, *, each: Callable[[], dict[str, Any]] = dict, **options: Any
) -> Iterator[tuple[str, list[Any]]]:
    """A gateway before an upstream; `each` gives the options that every request has for itself.

    Yields:
        Its URL, and the list of what its `on_end` was told.
    """
    ends: list[Any] = []
    given = {"heartbeat": None, **options}
    with running(GATEWAYS[name](url, lambda: {**given, **each(), "on_end": ends.append})) as own:
        yield own, ends
