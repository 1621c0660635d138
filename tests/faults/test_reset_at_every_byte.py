"""A connection that is reset behind every byte of a body, over a real socket: the end is told, and nothing is lost.

A reset may overtake bytes that were sent before it, so the partial response is held against what arrived.
"""

import time

import anyio
import httpx2
import pytest
from tests.streams import wire
from tests.transports.scripted_server import ScriptedServer

import or_stream as ors

RESPONSE = {"id": "r", "object": "response", "status": "in_progress", "output": []}
ITEM = {"type": "message", "id": "m", "role": "assistant", "status": "in_progress", "content": []}
PLACE = {"item_id": "m", "output_index": 0, "content_index": 0}
BODY = wire.body(
    [
        {"type": "response.created", "response": RESPONSE},
        {"type": "response.output_item.added", "output_index": 0, "item": ITEM},
        {"type": "response.output_text.delta", **PLACE, "delta": "Gr\u00f6"},
        {"type": "response.output_text.delta", **PLACE, "delta": "\u00dfe"},
        {"type": "response.completed", "response": {**RESPONSE, "status": "completed"}},
    ]
)
REQUEST = {"model": "m", "input": "x"}


def cut_at(current):
    """Sends so many bytes, lets them arrive, and resets the connection."""

    def script(exchange):
        exchange.chunked(*([BODY[: current[0]]] if current[0] else []))
        exchange.handler.wfile.flush()
        time.sleep(0.001)
        exchange.reset()

    return script


def judge(stream, cut, fault):
    due = ors.Assembler()
    due.feed(BODY[: stream.stats.bytes])
    assert stream.stats.bytes <= cut
    assert stream.output_text == due.output_text
    if due.outcome is ors.Outcome.COMPLETED:
        # The response was closed; what becomes of the connection then is nobody's loss.
        assert stream.outcome is ors.Outcome.COMPLETED
        return
    assert isinstance(fault, ors.TransportError | ors.StreamTruncated), repr(fault)
    assert stream.outcome in (None, ors.Outcome.TRUNCATED)
    assert (fault.partial.output_text if fault.partial else "") == due.output_text
    assert fault.bytes_seen == stream.stats.bytes


def test_a_thread_hears_every_reset():
    current, whole = [0], 0
    with ScriptedServer() as server, httpx2.Client() as client:
        url = server.script(cut_at(current))
        for cut in range(len(BODY) + 1):
            current[0] = cut
            fault = None
            with ors.connect_sync(url, REQUEST, client=client) as stream:
                try:
                    for _ in stream:
                        pass
                    stream.get_final_response()
                except ors.OrStreamError as error:
                    fault = error
                judge(stream, cut, fault)
                whole += stream.stats.bytes == cut
    assert whole > len(BODY) // 2


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_task_hears_every_reset(backend):
    anyio.run(_hear_every_reset, backend=backend)


async def _hear_every_reset():
    current, whole = [0], 0
    with ScriptedServer() as server:
        url = server.script(cut_at(current))
        async with httpx2.AsyncClient() as client:
            for cut in range(len(BODY) + 1):
                current[0] = cut
                whole += await _hear_reset(url, client, cut)
    assert whole > len(BODY) // 2


async def _hear_reset(url, client, cut):
    fault = None
    async with ors.connect(url, REQUEST, client=client) as stream:
        try:
            async for _ in stream:
                pass
            await stream.get_final_response()
        except ors.OrStreamError as error:
            fault = error
        judge(stream, cut, fault)
        return stream.stats.bytes == cut
