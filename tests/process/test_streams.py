"""Streams over real sockets: interrupted, forked, alive when the interpreter ends; the server always hears of it."""

from __future__ import annotations

import os

import pytest

from tests.transports.scripted_server import ScriptedServer

from .script import run

HEAD = b'data: {"type":"response.created","response":{"id":"r","object":"response","status":"in_progress"}}\n\n'
DELTA = b'data: {"type":"response.output_text.delta","item_id":"m","output_index":0,"delta":" word"}\n\n'
CLIENTS = {"our own": "None", "requests": "requests.Session()", "urllib3": "urllib3.PoolManager()"}


def stall(exchange):
    exchange.chunked(HEAD, DELTA * 3)
    exchange.wait_until_gone(30)


@pytest.fixture
def stalled():
    with ScriptedServer() as server:
        yield server, server.script(stall)


INTERRUPT = """
import os, signal, threading
import requests, urllib3

def interrupt_when_it_waits():
    while "stream" not in globals() or stream.stats.events < 4:
        time.sleep(0.01)
    time.sleep(0.1)
    os.kill(os.getpid(), signal.SIGINT)

import time
threading.Thread(target=interrupt_when_it_waits, daemon=True).start()
"""
TOLD = """
    except KeyboardInterrupt:
        print(stream.stats.events, repr(stream.output_text), stream.outcome)
    try:
        next(stream) if hasattr(stream, "__next__") else stream.response and print("kept")
    except ors.StreamClosed as error:
        print("kept" if error.partial.output_text == stream.output_text else error.partial)
"""


@pytest.mark.parametrize("client", CLIENTS)
def test_an_interrupted_thread_closes_its_connection_and_keeps_what_it_has(client, stalled):
    server, url = stalled
    script = f"""
    try:
        with ors.connect_sync({url!r}, {{}}, client={CLIENTS[client]}) as stream:
            for _ in stream:
                pass
    """
    assert run(INTERRUPT, script, TOLD) == "4 ' word word word' None\nkept\n"
    assert server.gone.wait(5)


@pytest.mark.parametrize("ahead", ["None", "ors.ReadAhead()"])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_interrupted_event_loop_closes_its_connections(backend, ahead, stalled):
    server, url = stalled
    script = f"""
    import anyio

    async def main():
        global stream
        async with ors.connect({url!r}, {{}}, read_ahead={ahead}) as stream:
            async for _ in stream:
                pass

    try:
        anyio.run(main, backend={backend!r})
    """
    assert run(INTERRUPT, script, TOLD) == "4 ' word word word' None\nkept\n"
    assert server.gone.wait(5)


def test_the_interpreter_ends_while_a_daemon_thread_waits_for_bytes(stalled):
    server, url = stalled
    script = f"""
        import threading, time

        def read():
            global stream
            with ors.connect_sync({url!r}, {{}}) as stream:
                for _ in stream:
                    pass

        threading.Thread(target=read, daemon=True).start()
        while "stream" not in globals() or stream.stats.events < 4:
            time.sleep(0.01)
        print("over")
    """
    assert run(script) == "over\n"
    assert server.gone.wait(5)


@pytest.mark.parametrize("kind", ["thread", "task"])
def test_the_interpreter_ends_with_a_stream_left_open(kind, stalled):
    server, url = stalled
    opened = {
        "thread": f"stream = ors.connect_sync({url!r}, {{}}).__enter__(); next(stream)",
        "task": "import asyncio; asyncio.run(main())",
    }
    script = f"""
        import warnings

        warnings.simplefilter("ignore", ResourceWarning)

        async def main():
            global stream
            stream = await ors.connect({url!r}, {{}}, read_ahead=ors.ReadAhead()).__aenter__()
            await anext(stream)

        {opened[kind]}
        print("over")
    """
    assert run(script) == "over\n"
    assert server.gone.wait(5)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_may_close_the_stream_that_its_parent_reads(stalled):
    server, url = stalled
    script = f"""
        import os, warnings

        with ors.connect_sync({url!r}, {{}}) as stream:
            next(stream)
            child = os.fork()
            if child == 0:
                stream.close()
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
            print([next(stream).delta for _ in range(3)])
    """
    assert run(script) == "[' word', ' word', ' word']\n"
    assert server.gone.wait(5)
