"""A gateway in FastAPI, which is one in Starlette too: every byte passes, and its usage is known in the end.

python examples/gateway_fastapi.py [URL]
"""

import httpx2
from fastapi import FastAPI, Request

from gateways import ask_once, bill
from or_stream.proxy import SSEProxyResponse
from stand_in import server


def gateway(url: str) -> FastAPI:
    """Relay to one server."""
    app, client = FastAPI(), httpx2.AsyncClient(timeout=None)

    @app.post("/v1/responses", response_model=None)
    async def responses(request: Request) -> SSEProxyResponse:
        headers = {"content-type": "application/json", "accept-encoding": "identity"}
        upstream = client.build_request("POST", url, content=await request.body(), headers=headers)
        return SSEProxyResponse(client.send(upstream, stream=True), heartbeat=15, on_end=bill)

    return app


if __name__ == "__main__":
    with server() as url:
        ask_once(gateway(url))
