"""A gateway in aiohttp, on both sides.

python examples/gateway_aiohttp.py [URL]
"""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import ClientSession, ClientTimeout, TCPConnector, web

from gateways import bill, on_aiohttp
from or_stream.proxy import relay_aiohttp
from stand_in import server

SESSION = web.AppKey("session", ClientSession)


def gateway(url: str) -> web.Application:
    """Relay to one server."""
    app = web.Application()

    async def session(app: web.Application) -> AsyncIterator[None]:
        async with ClientSession(connector=TCPConnector(limit=0), timeout=ClientTimeout(total=None)) as app[SESSION]:
            yield

    async def responses(request: web.Request) -> web.StreamResponse:
        headers = {"content-type": "application/json", "accept-encoding": "identity"}
        upstream = app[SESSION].post(url, data=await request.read(), headers=headers)
        return await relay_aiohttp(request, upstream, on_end=bill)

    app.cleanup_ctx.append(session)
    app.router.add_post("/v1/responses", responses)
    return app


if __name__ == "__main__":
    with server() as url:
        asyncio.run(on_aiohttp(gateway(url)))
