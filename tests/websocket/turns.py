"""Scripts of several messages and turns, and the loop they run on."""

import asyncio
from functools import wraps

SECONDS = 100
REQUEST = {"model": "m", "input": "hi"}


def on_asyncio(test):
    """Run a test on asyncio, the only loop that the websockets library has, and never for long."""

    @wraps(test)
    def run(*args, **kwargs):
        async def timed():
            async with asyncio.timeout(SECONDS):
                await test(*args, **kwargs)

        asyncio.run(timed())

    return run


def sends(*messages):
    async def script(socket, request):
        for message in messages:
            await socket.send(message)

    return script


def turns(*scripts):
    """One script for each request."""
    rest = iter(scripts)

    async def script(socket, request):
        await next(rest)(socket, request)

    return script


async def ask(socket, request=REQUEST, **options):
    async with socket.create(request, **options) as stream:
        return await stream.get_final_response()
