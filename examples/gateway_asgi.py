"""A gateway without a framework: an ASGI application.

python examples/gateway_asgi.py [URL]
"""

from typing import Any

import httpx2

from gateways import ask_once, bill
from or_stream.proxy import relay_asgi
from stand_in import server


def gateway(url: str) -> Any:
    """Relay to one server."""
    client = httpx2.AsyncClient(timeout=None)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {"content-type": "application/json", "accept-encoding": "identity"}
        upstream = client.build_request("POST", url, content=body, headers=headers)
        await relay_asgi(client.send(upstream, stream=True), scope, receive, send, on_end=bill)

    return app


if __name__ == "__main__":
    with server() as url:
        ask_once(gateway(url))
