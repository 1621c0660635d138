"""`ResponsesWebSocket` over TLS to a real local server."""

import asyncio
import ssl

import pytest

import or_stream as ors

from ..websocket.scripted_socket import answer, scripted

REQUEST = {"model": "m", "input": "hi"}


async def two_turns(socket, request):
    for message in answer(f"resp_{len(request)}", "Hel", "lo"):
        await socket.send(message)


def run(test):
    async def timed():
        async with asyncio.timeout(20):
            await test()

    asyncio.run(timed())


@pytest.mark.parametrize("scheme", ["wss", "https"])
def test_turns_over_tls(server_context, client_context, scheme):
    async def test():
        async with scripted(two_turns, ssl=server_context) as (url, talk):
            secure = url.replace("ws://127.0.0.1", f"{scheme}://localhost")
            async with ors.ResponsesWebSocket(secure, ssl=client_context, strict=True) as socket:
                for follow_up in (False, True):
                    async with socket.create(REQUEST, follow_up=follow_up) as stream:
                        assert (await stream.get_final_response()).output_text == "Hello"
            assert [request.get("previous_response_id") for request in talk.requests] == [None, "resp_3"]
            await talk.is_closed.wait()
            assert talk.closed == [1000]

    run(test)


def test_a_certificate_of_nobodys_is_refused(server_context):
    async def test():
        async with scripted(two_turns, ssl=server_context) as (url, talk):
            secure = url.replace("ws://127.0.0.1", "wss://localhost")
            with pytest.raises(ors.TransportError, match=r"(?i)certificate") as caught:
                async with ors.ResponsesWebSocket(secure):
                    pytest.fail("entered")
            assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)
            assert talk.headers == []

    run(test)


def test_plain_text_to_a_tls_server_is_refused(server_context):
    async def test():
        async with scripted(two_turns, ssl=server_context) as (url, talk):
            with pytest.raises(ors.TransportError):
                async with ors.ResponsesWebSocket(url):
                    pytest.fail("entered")
            assert talk.headers == []

    run(test)
