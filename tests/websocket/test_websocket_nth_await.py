"""`ResponsesWebSocket` cancelled or failing at its n-th await, for every n until a run ends clean. On asyncio only."""

import asyncio
import gc
import json
import warnings

import anyio
import pytest

import or_stream as ors
from tests.streams.stepping import Stepping, connections_to, port_of

from .scripted_socket import answer, scripted
from .turns import on_asyncio

REQUEST = {"model": "m", "input": "hi"}
FIRST = answer("resp_1", "Hello", " world")
SECOND = answer("resp_2", "And", " more")
TOLD = [json.loads(message)["type"] for message in FIRST + SECOND]


MODES = {"pull": {}, "read ahead": {"read_ahead": ors.ReadAhead(max_bytes=400)}, "no clock": {"idle_timeout": None}}
each_mode = pytest.mark.parametrize("mode", MODES)


async def two_turns(url, seen, mode):
    """Two turns; `seen` gets the streams and the types of the events."""
    async with ors.ResponsesWebSocket(url) as socket:
        for follow_up in (False, True):
            async with socket.create(REQUEST, follow_up=follow_up, **MODES[mode]) as stream:
                seen.append(stream)
                async for event in stream:
                    seen.append(event.type)


def told(seen):
    return [one for one in seen if isinstance(one, str)]


async def reply(socket, request):
    for message in SECOND if "previous_response_id" in request else FIRST:
        await socket.send(message)


async def check_closed(before, port):
    # The server of the same loop and its connections have tasks of their own, which end when ours is gone.
    for _ in range(400):
        gc.collect()
        if asyncio.all_tasks() == before and not connections_to(port):
            return
        await asyncio.sleep(0.005)
    assert asyncio.all_tasks() == before
    assert connections_to(port) == []


def check_partial(seen, fault):
    streams = [one for one in seen if isinstance(one, ors.AsyncEventStream)]
    assert told(seen) == TOLD[: len(told(seen))]
    if fault is not None and streams:
        partial = "" if fault.partial is None else fault.partial.output_text
        assert partial == streams[-1].output_text


@pytest.mark.timeout(120)
@each_mode
@on_asyncio
async def test_cancelled_at_every_await(mode):
    at = -1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        async with scripted(reply) as (url, talk):
            before = asyncio.all_tasks()
            while True:
                at += 1
                seen = []
                talk.requests.clear()
                # A scope cancels every await from then on, not only one.
                with anyio.CancelScope() as scope:
                    run = Stepping(two_turns(url, seen, mode), at, scope.cancel)
                    await run
                await check_closed(before, port_of(url))
                check_partial(seen, None)
                assert [request.get("previous_response_id") for request in talk.requests] in (
                    [],
                    [None],
                    [None, "resp_1"],
                )
                if not scope.cancelled_caught and run.steps <= at:
                    break
    assert told(seen) == TOLD
    assert at > 3


@pytest.mark.timeout(120)
@each_mode
@on_asyncio
async def test_failing_at_every_await(mode):
    at = -1
    async with scripted(reply) as (url, _):
        before = asyncio.all_tasks()
        while True:
            at += 1
            seen, fault = [], None
            run = Stepping(two_turns(url, seen, mode), at, lambda at=at: OSError(f"await {at} failed"))
            try:
                await run
            except (ors.OrStreamError, OSError) as error:
                fault = error
            await check_closed(before, port_of(url))
            if isinstance(fault, ors.OrStreamError):
                assert isinstance(fault, ors.TransportError), repr(fault)
                assert f"await {at} failed" in str(fault)
                check_partial(seen, fault)
            if run.steps <= at:
                break
    assert fault is None
    assert told(seen) == TOLD
