"""What `__anext__` returns: a coroutine to all who ask, that takes nothing before it is awaited."""

import asyncio
import collections.abc
import gc
import types
import weakref

import anyio
import pytest
from stream_wire import CREATED, DEMO, HELLO, delta

import or_stream as ors
from or_stream.stream.sources import AsyncSource

pytestmark = pytest.mark.anyio
on_asyncio = pytest.mark.parametrize("anyio_backend", ["asyncio"])


@types.coroutine
def suspend(told):
    return (yield told)


class Scripted(AsyncSource):
    """Gives chunks, waiting once before each; what it is sent and thrown at is in `log`."""

    closes_at_once = True

    def __init__(self, *chunks):
        self.chunks = iter(chunks)
        self.log = []

    async def read(self):
        try:
            self.log.append(await suspend("reading"))
        except BaseException as error:
            self.log.append(type(error))
            raise
        return next(self.chunks, None)

    async def aclose(self):
        self.log.append("closed")


async def test_it_is_a_coroutine_for_tasks_and_timeouts():
    async with ors.AsyncEventStream(HELLO) as stream:
        step = stream.__anext__()
        assert isinstance(step, collections.abc.Coroutine)
        assert (await step).index == 0
        with anyio.fail_after(5):
            assert (await anext(stream)).index == 1
        seen = []
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stream.__anext__)
        async for batch in stream.batches():
            seen += batch
        assert [event.index for event in seen] == [3]
        assert await anext(stream, "end") == "end"
        with pytest.raises(StopAsyncIteration):
            await anext(stream)


@on_asyncio
async def test_asyncio_takes_it_as_a_coroutine(anyio_backend):
    async with ors.AsyncEventStream(HELLO) as stream:
        assert (await asyncio.create_task(anext(stream))).index == 0
        assert (await asyncio.wait_for(anext(stream), 5)).index == 1
        assert [event.index for event in await asyncio.gather(anext(stream), anext(stream))] == [2, 3]
        task = asyncio.create_task(anext(stream))
        with pytest.raises(StopAsyncIteration):
            await task


async def test_what_is_not_awaited_takes_nothing():
    async with ors.AsyncEventStream([DEMO]) as stream:
        stream.__anext__()
        await anext(stream)
        waiting = [stream.__anext__() for _ in range(3)]
        assert [(await step).index for step in reversed(waiting)] == [1, 2, 3]
        stream.__anext__().close()
        assert (await anext(stream)).index == 4
        with pytest.raises(KeyError, match="thrown"):
            stream.__anext__().throw(KeyError("thrown"))
        with pytest.raises(KeyError):
            stream.__anext__().throw(KeyError, KeyError("thrown"), None)
        with pytest.raises(RuntimeError, match="already awaited"):
            waiting[0].send(None)


def test_what_is_sent_and_thrown_reaches_the_read():
    source = Scripted(CREATED, delta("a"))
    stream = ors.AsyncEventStream(source)
    step = stream.__anext__()
    assert step.send(None) == "reading"
    assert step.cr_frame.f_code is Scripted.read.__code__
    assert step.cr_await is not None
    with pytest.raises(StopIteration) as stop:
        step.send("woken")
    assert stop.value.value.index == 0
    step = stream.__anext__()
    step.send(None)
    with pytest.raises(KeyboardInterrupt):
        step.throw(KeyboardInterrupt())
    assert source.log == ["woken", KeyboardInterrupt, "closed"]
    with pytest.raises(ors.StreamClosed):
        stream.__anext__().send(None)


@pytest.mark.parametrize("let_go", ["close", "drop"])
def test_a_step_that_is_let_go_of_frees_the_stream(let_go):
    source = Scripted(CREATED)
    stream = ors.AsyncEventStream(source)
    step = stream.__anext__()
    step.send(None)
    with pytest.raises(ors.ConcurrentUse):
        stream.__anext__().send(None)
    if let_go == "close":
        step.close()
    del step
    assert source.log == [GeneratorExit]
    step = stream.batches().__anext__()
    step.send(None)
    with pytest.raises(StopIteration) as stop:
        step.send(None)
    assert [event.index for event in stop.value.value] == [0]
    stream._closed = True


def test_it_cannot_be_entered_from_inside_itself():
    class Inward(Scripted):
        async def read(self):
            with pytest.raises(ValueError, match="already executing"):
                step.send(None)
            with pytest.raises(ValueError, match="already executing"):
                step.close()
            return await super().read()

    stream = ors.AsyncEventStream(Inward(CREATED))
    step = stream.__anext__()
    assert step.send(None) == "reading"
    step.close()
    stream._closed = True


def test_a_step_that_waits_in_a_cycle_is_collected():
    class Owner(Scripted):
        pass

    source = Owner(CREATED)
    stream = ors.AsyncEventStream(source)
    source.step = stream.__anext__()
    source.step.send(None)
    stream._closed = True
    gone = weakref.ref(source)
    del source, stream
    gc.collect()
    assert gone() is None


async def test_a_read_that_is_no_coroutine_is_awaited_too():
    class Awaitable:
        def __init__(self, chunk):
            self.chunk = chunk

        def __await__(self):
            yield from anyio.lowlevel.checkpoint().__await__()
            return self.chunk

    class Source(Scripted):
        def read(self):
            return Awaitable(next(self.chunks, None))

    async with ors.AsyncEventStream(Source(*HELLO)) as stream:
        assert [event.index async for event in stream] == [0, 1, 2, 3]

    class Wrong(Scripted):
        def read(self):
            return 3

    async with ors.AsyncEventStream(Wrong()) as stream:
        with pytest.raises(ors.TransportError, match="can't be used in 'await'"):
            await anext(stream)
