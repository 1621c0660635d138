"""`[DONE]` where no end was told: what follows still counts, however the bytes are cut (rules S3, R10, promise P1)."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
from stream_wire import CREATED, DONE, delta, terminal

import or_stream as ors

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
EARLY = [CREATED, delta("Hel"), DONE, delta("lo"), terminal("completed", "Hello"), DONE]


@contextmanager
def holding(body: bytes) -> Iterator[str]:
    """A server that sends this and then holds the connection open."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def serve() -> None:
            with server.accept()[0] as peer:
                peer.recv(65536)
                peer.sendall(HEAD + body)
                over.wait(30)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        over.set()
        thread.join()


@pytest.mark.parametrize("chunks", [EARLY, [b"".join(EARLY)], [bytes([byte]) for byte in b"".join(EARLY)]])
def test_a_sentinel_that_comes_too_early_is_not_the_end(chunks: list[bytes]) -> None:
    with ors.EventStream(chunks) as stream:
        assert list(stream.text_deltas()) == ["Hel", "lo"]
        assert stream.outcome is ors.Outcome.COMPLETED
        assert stream.output_text == "Hello"


@pytest.mark.parametrize("require_terminal", [True, False])
def test_a_server_that_holds_the_body_open_behind_it_does_not_hold_us_up(
    require_terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("or_stream.stream.event_stream.ENDING_SECONDS", 0.2)
    with (
        holding(CREATED + delta("Hel") + DONE) as url,
        httpx2.Client() as client,
        client.stream("GET", url) as reply,
        ors.EventStream(reply, require_terminal=require_terminal) as stream,
    ):
        if require_terminal:
            with pytest.raises(ors.StreamTruncated):
                stream.until_done()
        else:
            stream.until_done()
        assert stream.outcome is ors.Outcome.TRUNCATED
        assert stream.output_text == "Hel"


def test_nor_does_it_hold_up_an_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("or_stream.stream.async_event_stream.ENDING_SECONDS", 0.2)

    async def read(url: str) -> None:
        async with (
            httpx2.AsyncClient() as client,
            client.stream("GET", url) as reply,
            ors.AsyncEventStream(reply) as stream,
        ):
            with pytest.raises(ors.StreamTruncated):
                await stream.until_done()
            assert stream.output_text == "Hel"

    with holding(CREATED + delta("Hel") + DONE) as url:
        asyncio.run(read(url))


def test_nor_behind_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("or_stream.stream.event_stream.ENDING_SECONDS", 0.2)
    error = b'data: {"type":"error","code":"boom","message":"it broke"}\n\n'
    with (
        holding(CREATED + error) as url,
        httpx2.Client() as client,
        client.stream("GET", url) as reply,
        ors.EventStream(reply) as stream,
        pytest.raises(ors.ServerStreamError, match="it broke"),
    ):
        stream.until_done()
