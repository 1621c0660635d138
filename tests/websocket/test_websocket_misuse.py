"""What a caller of `ResponsesWebSocket` gets wrong."""

import sys

import pytest
import trio

import or_stream as ors
from or_stream.models import CreateResponse

from .scripted_socket import answer, scripted
from .turns import REQUEST, ask, on_asyncio, sends


@pytest.mark.parametrize("field", ["stream", "stream_options", "background"])
def test_fields_of_http_are_refused(field):
    socket = ors.ResponsesWebSocket("ws://127.0.0.1:1")
    with pytest.raises(ValueError, match=f"not to be sent over a WebSocket.*: {field}$"):
        socket.create({**REQUEST, field: None})
    with pytest.raises(ValueError, match=field):
        socket.create(CreateResponse.model_validate({**REQUEST, field: None}))


def test_requests_that_are_none_are_refused():
    socket = ors.ResponsesWebSocket("ws://127.0.0.1:1")
    with pytest.raises(TypeError, match="not bytes"):
        socket.create(b"{}")
    with pytest.raises(ValueError, match=r"response\.create"):
        socket.create({"type": "response.cancel"})
    with pytest.raises(ValueError, match="follow_up would replace it"):
        socket.create({"previous_response_id": "resp_1"}, follow_up=True)


@on_asyncio
async def test_misuse_of_the_socket_is_told():
    async with scripted(sends(*answer("resp_1", "one"))) as (url, talk):
        socket = ors.ResponsesWebSocket(url)
        with pytest.raises(ors.StreamClosed, match="not open"):
            await ask(socket)
        async with socket:
            with pytest.raises(ValueError, match="open already"):
                await socket.__aenter__()
            with pytest.raises(ValueError, match="nothing to follow up"):
                await ask(socket, follow_up=True)
            turn = socket.create(REQUEST)
            async with turn as stream:
                await stream.until_done()
            with pytest.raises(ValueError, match="entered once"):
                await turn.__aenter__()
        await socket.aclose()
    assert len(talk.requests) == 1


def test_the_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "or_stream.transports.websocket_open", None)
    with pytest.raises(ImportError, match=r"pip install 'or-stream\[websockets\]'"):
        ors.ResponsesWebSocket("ws://127.0.0.1:1")


def test_trio_is_refused_by_name():
    async def open_it():
        await ors.ResponsesWebSocket("ws://127.0.0.1:1").__aenter__()

    with pytest.raises(RuntimeError, match="asyncio only"):
        trio.run(open_it)
