"""A gateway's own metrics for Prometheus: counters that `on_end` raises.

python examples/metrics_prometheus.py [URL]

`or-stream proxy` has such metrics at /metrics.
"""

import httpx2
from prometheus_client import REGISTRY, Counter, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from gateways import ask_once
from or_stream.proxy import RelayEnd, SSEProxyResponse
from stand_in import server

STREAMS = Counter("gateway_streams", "Streams that ended.", ["outcome", "reason"])
TOKENS = Counter("gateway_tokens", "Tokens that the server counted.", ["type", "model"])


def count(end: RelayEnd) -> None:
    """Raise the counters."""
    STREAMS.labels(end.outcome, end.reason).inc()
    if (usage := end.tap.usage) is not None:
        TOKENS.labels("input", end.tap.model or "").inc(usage.input_tokens)
        TOKENS.labels("output", end.tap.model or "").inc(usage.output_tokens)


def gateway(url: str) -> Starlette:
    """Relay to one server."""
    client = httpx2.AsyncClient(timeout=None)

    async def responses(request: Request) -> SSEProxyResponse:
        headers = {"content-type": "application/json", "accept-encoding": "identity"}
        upstream = client.build_request("POST", url, content=await request.body(), headers=headers)
        return SSEProxyResponse(client.send(upstream, stream=True), on_end=count)

    return Starlette(routes=[Route("/v1/responses", responses, methods=["POST"])])


if __name__ == "__main__":
    with server() as url:
        ask_once(gateway(url))
    print("\n".join(line for line in generate_latest(REGISTRY).decode().splitlines() if line.startswith("gateway_")))
