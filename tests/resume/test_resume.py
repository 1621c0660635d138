import json

import anyio
import httpx2
import pytest
from server import ResponsesServer, cut_at

import or_stream as ors

FAST = ors.Resume(backoff_seconds=0.0, max_seconds=10)


def event(number, kind, **members):
    data = json.dumps({"type": kind, "sequence_number": number, **members})
    return f"event: {kind}\ndata: {data}\n\n".encode()


def response(status, output=()):
    return {"id": "resp_1", "object": "response", "status": status, "model": "m", "output": list(output)}


PART = {"type": "output_text", "text": "Hello world", "annotations": []}
ITEM = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [PART]}
PLACE = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
EVENTS = [
    event(0, "response.created", response=response("in_progress")),
    event(1, "response.output_item.added", output_index=0, item={**ITEM, "status": "in_progress", "content": []}),
    event(2, "response.content_part.added", **PLACE, part={**PART, "text": ""}),
    event(3, "response.output_text.delta", **PLACE, delta="Hello "),
    event(4, "response.output_text.delta", **PLACE, delta="world"),
    event(5, "response.output_text.done", **PLACE, text="Hello world"),
    event(6, "response.content_part.done", **PLACE, part=PART),
    event(7, "response.output_item.done", output_index=0, item=ITEM),
    event(8, "response.completed", response=response("completed", [ITEM])),
]
BODY = b"".join(EVENTS)
UNCUT = list(ors.EventStream(BODY))
FINAL = ors.EventStream(BODY).get_final_response()


def raws(events):
    return [event.raw for event in events]


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
