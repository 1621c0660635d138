"""General readers of event streams, with `json` on top: httpx2's own and httpx-sse, both fed from memory."""

from collections.abc import Iterable, Iterator
from json import loads

import httpx
import httpx2
from httpx2 import EventSource
from httpx_sse import EventSource as HTTPXEventSource

from .openai_client import Memory

HEADERS = {"content-type": "text/event-stream"}


class HTTPXMemory(httpx.SyncByteStream):
    """A body that is there already."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)


def read_httpx2(chunks: Iterable[bytes]) -> int:
    """httpx2 `EventSource` and `json`, reading type and delta; how many characters."""
    request = httpx2.Request("POST", "http://memory/v1/responses")
    response = httpx2.Response(200, headers=HEADERS, stream=Memory(chunks), request=request)
    return _characters(sse.data for sse in EventSource(response, max_event_size=None))


def read_httpx_sse(chunks: Iterable[bytes]) -> int:
    """httpx-sse and `json`, reading type and delta; how many characters."""
    request = httpx.Request("POST", "http://memory/v1/responses")
    response = httpx.Response(200, headers=HEADERS, stream=HTTPXMemory(chunks), request=request)
    return _characters(sse.data for sse in HTTPXEventSource(response).iter_sse())


def _characters(payloads: Iterable[str]) -> int:
    characters = 0
    for payload in payloads:
        event = loads(payload)
        if event["type"] == "response.output_text.delta":
            characters += len(event["delta"])
    return characters
