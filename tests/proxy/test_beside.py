"""What goes on beside a relay, on every event loop: the same ends, and nothing left behind."""

import asyncio
from typing import Any

import anyio
import pytest

import or_stream as ors
from or_stream.proxy import Downstream, Relay
from tests.streams import wire
from tests.streams.answers import HELLO
from tests.streams.script import events

pytestmark = pytest.mark.anyio
BODY = wire.body(events(HELLO))


class Page(Downstream):
    """A client of a framework of our own."""

    def __init__(self) -> None:
        self.told = b""
        self.left = anyio.Event()
        self.fault: Exception | None = None

    async def start(self, status: int, headers: list[tuple[str, str]]) -> None:
        assert status == 200

    async def send(self, data: bytes) -> None:
        if self.fault is not None:
            raise self.fault
        self.told += data

    async def finish(self) -> None:
        pass

    async def gone(self) -> None:
        await self.left.wait()


async def chunks(pause: float = 0.0, *, ends: bool = True) -> Any:
    for chunk in wire.chunks(BODY[: None if ends else -400], 300):
        yield chunk
        await anyio.sleep(pause)
    if not ends:
        await anyio.sleep_forever()


async def test_a_stream_passes() -> None:
    page = Page()
    end = await Relay(chunks()).run(page)
    assert (page.told, end.reason, end.outcome) == (BODY, "upstream_end", ors.Outcome.COMPLETED)


async def test_a_client_leaves() -> None:
    page = Page()
    async with anyio.create_task_group() as group:

        async def leave() -> None:
            await anyio.sleep(0.05)
            page.left.set()

        group.start_soon(leave)
        end = await Relay(chunks(ends=False)).run(page)
    assert (end.reason, end.client_gone) == ("client_gone", True)


async def test_silence_is_filled_until_the_time_is_over() -> None:
    page = Page()
    end = await Relay(chunks(ends=False), heartbeat=0.05, max_duration=0.4).run(page)
    assert page.told.count(b": ping\n") >= 3
    assert (end.reason, end.outcome) == ("max_duration", ors.Outcome.TRUNCATED)


async def test_a_connection_that_fails_is_gone() -> None:
    page = Page()
    page.fault = ConnectionResetError("gone")
    end = await Relay(chunks()).run(page)
    assert (end.reason, end.client_gone) == ("client_gone", True)


async def test_a_relay_that_is_cancelled_tells_its_end() -> None:
    ends: list[Any] = []
    with anyio.move_on_after(0.1):
        await Relay(chunks(ends=False), on_end=ends.append).run(Page())
    assert [end.reason for end in ends] == ["cancelled"]


async def test_nothing_is_left_behind(anyio_backend_name: str) -> None:
    if anyio_backend_name != "asyncio":
        pytest.skip("trio's own nurseries see to it")
    before = asyncio.all_tasks()
    await Relay(chunks()).run(Page())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
