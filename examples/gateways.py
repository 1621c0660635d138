"""What the gateway examples share: an application on a real server for a while, and a client that asks it once."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from aiohttp import web

import or_stream as ors
from or_stream.proxy import RelayEnd


def bill(end: RelayEnd) -> None:
    """Say what one relayed stream used."""
    tokens = end.tap.usage.output_tokens if end.tap.usage else "no"
    print(f"{end.outcome} by {end.reason}: {tokens} tokens of {end.tap.model}")


async def ask(url: str) -> None:
    """Ask a gateway for a story and print it."""
    async with ors.connect(url, {"model": "m", "input": "Tell me a story"}) as stream:
        print(await stream.get_final_text())


@contextmanager
def on_uvicorn(app: Callable[..., Any]) -> Iterator[str]:
    """Serve an ASGI application in a thread, and give its URL."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/v1/responses"
    finally:
        server.should_exit = True
        thread.join()


async def on_aiohttp(app: web.Application) -> None:
    """Serve an aiohttp application, and ask it once."""
    runner = web.AppRunner(app, shutdown_timeout=5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        await ask(f"http://127.0.0.1:{runner.addresses[0][1]}/v1/responses")
    finally:
        await runner.cleanup()


def ask_once(app: Callable[..., Any]) -> None:
    """Serve an ASGI application, and ask it once."""
    with on_uvicorn(app) as url:
        asyncio.run(ask(url))
