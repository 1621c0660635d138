"""The openai client, fed from memory: what is measured is its framing, JSON and models, and no network.

The request goes through the client as usual; a transport of httpx2 answers it with the chunks. One request costs about
a millisecond, which is in the figures of both its paths.
"""

from collections.abc import Iterable, Iterator

import httpx2
import openai


class Memory(httpx2.SyncByteStream):
    """A body that is there already."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)


class MemoryTransport(httpx2.BaseTransport):
    """Answers each request with `chunks`."""

    chunks: Iterable[bytes] = ()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Give the body, in the chunks that it came in."""
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Memory(self.chunks))


_transport = MemoryTransport()
_client = openai.OpenAI(
    api_key="none", base_url="http://memory/v1", http_client=httpx2.Client(transport=_transport), max_retries=0
)


def read(chunks: Iterable[bytes]) -> int:
    """`responses.create(stream=True)`, reading each event's type and the text of deltas; how many characters."""
    _transport.chunks = chunks
    characters = 0
    for event in _client.responses.create(model="m", input="hi", stream=True):
        if event.type == "response.output_text.delta":
            characters += len(event.delta)
    return characters


def count(chunks: Iterable[bytes]) -> int:
    """`responses.create(stream=True)`; how many events."""
    _transport.chunks = chunks
    return sum(1 for _ in _client.responses.create(model="m", input="hi", stream=True))


def final(chunks: Iterable[bytes]) -> str:
    """`responses.stream().get_final_response()`; its text."""
    _transport.chunks = chunks
    with _client.responses.stream(model="m", input="hi") as stream:
        return stream.get_final_response().output_text
