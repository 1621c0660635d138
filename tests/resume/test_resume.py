"""A stream that was cut goes on where the server keeps the response, and says so where it does not."""

import anyio
import httpx2
import pytest

import or_stream as ors

from .kept_events import BODY, EVENTS, FAST, FINAL, UNCUT, raws
from .responses_server import ResponsesServer, cut_at


@pytest.mark.parametrize("overlap", [0, 3])
def test_cut_at_every_byte_ends_as_if_uncut(overlap):
    with httpx2.Client() as client, ResponsesServer() as server:
        for byte in range(len(EVENTS[0]), len(BODY)):
            server.requests.clear()
            url = server.keep(EVENTS, cut_at(byte), overlap=overlap)
            with ors.connect_sync(url, {}, client=client, resume=FAST) as stream:
                assert raws(stream) == raws(UNCUT), byte
            assert (stream.response, stream.diagnostics) == (FINAL, [])
            assert [request.method for request in server.requests] in (["POST", "GET"], ["POST"])
            assert server.posts == 1


@pytest.mark.anyio
async def test_cut_at_every_third_byte_in_a_task():
    with ResponsesServer() as server:
        async with httpx2.AsyncClient() as client:
            for byte in range(len(EVENTS[0]), len(BODY), 3):
                server.requests.clear()
                url = server.keep(EVENTS, cut_at(byte), overlap=byte % 4)
                async with ors.connect(url, {}, client=client, resume=FAST) as stream:
                    assert raws([event async for event in stream]) == raws(UNCUT), byte
                assert (stream.response, stream.diagnostics) == (FINAL, [])
                assert server.posts == 1


@pytest.mark.anyio
async def test_several_cuts_in_a_task():
    async with httpx2.AsyncClient() as client:
        for byte in range(len(EVENTS[0]), len(BODY) - 2, 23):
            with ResponsesServer() as server:
                url = server.keep(
                    EVENTS, cut_at(byte), cut_at(0), cut_at(300), cut_at(400, framing="length"), overlap=1
                )
                async with ors.connect(url, {}, client=client, resume=FAST) as stream:
                    assert raws([event async for event in stream]) == raws(UNCUT), byte
                assert stream.response == FINAL
                assert server.posts == 1


def test_before_any_event_there_is_nothing_to_resume():
    with ResponsesServer() as server:
        url = server.keep(EVENTS, cut_at(10))
        with ors.connect_sync(url, {}, resume=FAST) as stream, pytest.raises(ors.ResumeFailed, match="no response id"):
            stream.until_done()
        assert len(server.requests) == 1


@pytest.mark.parametrize("status", [400, 404, 405])
def test_server_without_it(status):
    def refuse(exchange):
        exchange.whole(b'{"error":{"message":"no such route"}}', status, {"content-type": "application/json"})
        return True

    with ResponsesServer() as server:
        url = server.keep(EVENTS, cut_at(len(b"".join(EVENTS[:4])) + 9), after_post=refuse)
        with ors.connect_sync(url, {}, resume=FAST) as stream, pytest.raises(ors.ResumeFailed) as caught:
            stream.until_done()
        assert "does not offer it" in str(caught.value)
        assert "no such route" in str(caught.value)
        assert caught.value.partial.output_text == "Hello "
        assert [request.method for request in server.requests] == ["POST", "GET"]


def test_budget_of_attempts():
    def busy(exchange):
        exchange.whole(b"", 503, {"content-type": "text/plain"})
        return True

    with ResponsesServer() as server:
        url = server.keep(EVENTS, cut_at(600), after_post=busy)
        policy = ors.Resume(max_attempts=3, backoff_seconds=0.0)
        with ors.connect_sync(url, {}, resume=policy) as stream, pytest.raises(ors.ResumeFailed, match="3 attempts"):
            stream.until_done()
        assert [request.method for request in server.requests] == ["POST", "GET", "GET", "GET"]


def test_retry_after_beyond_the_budget():
    def busy(exchange):
        exchange.whole(b"", 429, {"content-type": "text/plain", "retry-after": "3600"})
        return True

    with ResponsesServer() as server:
        url = server.keep(EVENTS, cut_at(600), after_post=busy)
        with ors.connect_sync(url, {}, resume=FAST) as stream, pytest.raises(ors.ResumeFailed, match="within 10 s"):
            stream.until_done()
        assert len(server.requests) == 2


@pytest.mark.anyio
async def test_cancelled_while_it_waits():
    def busy(exchange):
        exchange.whole(b"", 429, {"content-type": "text/plain", "retry-after": "30"})
        return True

    with ResponsesServer() as server:
        url = server.keep(EVENTS, cut_at(600), after_post=busy)
        with anyio.move_on_after(0.5) as scope:
            async with ors.connect(url, {}, resume=ors.Resume(backoff_seconds=0.0)) as stream:
                await stream.until_done()
        assert scope.cancelled_caught
        assert len(server.requests) == 2
