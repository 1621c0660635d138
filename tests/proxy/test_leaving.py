"""Clients that leave, that stay to the end, and that do not read, on every server and framework."""

import json
import resource
import statistics
import time
from pathlib import Path

import httpx2
import pytest

import or_stream as ors
from tests.streams import wire
from tests.streams.answers import AGENT, HELLO
from tests.streams.script import events
from tests.transports.scripted_server import Exchange, ScriptedServer, eventually

from .clients import RawClient
from .gateways import GATEWAYS, gateway

BODY = wire.body(events(AGENT))
HEAD = BODY[: BODY.index(b"event: response.output_item.done")]
DELTA = b'data: {"type":"response.output_text.delta","delta":"x"}\n\n'
TURNS = 7
ENDS = 200
MB = 1 << 20

each_gateway = pytest.mark.parametrize("name", GATEWAYS)


@each_gateway
@pytest.mark.parametrize("when", ["idle", "streaming"])
def test_the_upstream_is_closed_soon(name: str, when: str, upstream: ScriptedServer, record_property) -> None:
    """Within 50 ms by the median of some turns; a turn on a busy machine may take longer."""
    gone: list[float] = []

    def script(exchange: Exchange) -> None:
        exchange.chunked(HEAD)
        try:
            if when == "idle":
                exchange.handler.connection.settimeout(10)
                exchange.handler.connection.recv(1)
            else:
                while True:
                    exchange.piece(DELTA)
                    time.sleep(0.001)
        except ConnectionError:
            pass
        gone.append(time.monotonic())
        exchange.close()

    took = []
    with gateway(name, upstream.script(script)) as (own, ends):
        for turn in range(TURNS):
            client = RawClient(own)
            client.read_until(HEAD[-40:])
            time.sleep(0.02)
            left = client.leave()
            eventually(lambda turn=turn: len(gone) > turn)
            took.append(gone[turn] - left)
        eventually(lambda: len(ends) == TURNS)
    print(
        f"{name}, {when}: upstream closed after {statistics.median(took) * 1e3:.1f} ms, at most {max(took) * 1e3:.1f}"
    )
    record_property("median_ms", statistics.median(took) * 1e3)
    assert {(end.reason, end.client_gone, end.outcome) for end in ends} == {
        ("client_gone", True, ors.Outcome.TRUNCATED)
    }
    assert statistics.median(took) < 0.05


@each_gateway
def test_a_normal_end_is_never_a_disconnect(name: str, upstream: ScriptedServer) -> None:
    """Whether the client keeps its connection or closes it with the last byte."""
    body = wire.body(events(HELLO))

    def script(exchange: Exchange) -> None:
        exchange.chunked(body)
        exchange.end()

    with gateway(name, upstream.script(script)) as (own, ends):
        with httpx2.Client(timeout=20) as client:
            for _ in range(ENDS // 2):
                assert client.post(own).content == body
        for _ in range(ENDS // 2):
            client = RawClient(own)
            client.read_until(b"0\r\n\r\n")
            client.leave()
        eventually(lambda: len(ends) == ENDS)
    assert {(end.reason, end.client_gone, end.outcome) for end in ends} == {
        ("upstream_end", False, ors.Outcome.COMPLETED)
    }
    assert {end.bytes_out for end in ends} == {len(body)}


@pytest.mark.parametrize("name", ["asgi-uvicorn", "starlette-granian", "aiohttp"])
def test_stalled_clients_hold_bounded_memory_and_their_upstreams(name: str, upstream: ScriptedServer) -> None:
    piece = b"data: " + json.dumps({"type": "x:y", "pad": "z" * 60_000}).encode() + b"\n\n"
    sent: list[int] = []

    def script(exchange: Exchange) -> None:
        at = len(sent)
        sent.append(0)
        exchange.chunked(HEAD)
        for _ in range(1000):
            exchange.piece(piece)
            sent[at] += len(piece)

    with gateway(name, upstream.script(script), tap=None, each=lambda: {"tap": ors.Tap()}) as (own, ends):
        before = resident()
        clients = [RawClient(own, receive_buffer=4096) for _ in range(8)]
        eventually(lambda: len(sent) == 8 and min(sent) > 0, 10)
        last = -1
        while sum(sent) != last:
            last = sum(sent)
            time.sleep(0.5)
        grown = resident() - before
        for client in clients:
            client.leave()
        eventually(lambda: len(ends) == 8)
    print(f"{name}: an upstream could send {max(sent) / MB:.1f} MB of 60, memory grew {grown / 8 / MB:.2f} MB a stream")
    # The kernel's socket buffers on both ways, which are not ours, hold nearly all of it.
    assert max(sent) < 24 * MB
    assert grown / 8 < 2 * MB
    assert {(end.reason, end.client_gone) for end in ends} == {("client_gone", True)}


def resident() -> int:
    """Resident bytes of this process, which is the gateway, too."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()
