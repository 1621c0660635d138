"""The clients that answer with a response to read, and what a scripted server may send them."""

import httpx
import httpx2
from transport_wire import EVENTS

ASYNC_CLIENTS = [httpx2.AsyncClient, httpx.AsyncClient]
SYNC_CLIENTS = [httpx2.Client, httpx.Client]


def demo(exchange):
    exchange.chunked(*EVENTS)
    exchange.end()


def stall(exchange):
    exchange.chunked(*EVENTS[:60])
    exchange.wait_until_gone()


def get(client, url):
    return client.send(client.build_request("GET", url), stream=True)
