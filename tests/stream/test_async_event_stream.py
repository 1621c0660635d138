import asyncio
import gc
import warnings

import anyio
import pytest
from stream_wire import CREATED, DEMO, DEMO_EVENTS, DONE, ERROR, HELLO, delta, terminal

import or_stream as ors

YIELD_BYTES, READ_COST = ors.AsyncEventStream._YIELD_BYTES, ors.AsyncEventStream._READ_COST

pytestmark = pytest.mark.anyio


class Chunks:
    """A source that never suspends unless told to, and counts its reads and its closing."""

    def __init__(self, *chunks, suspend=False, error=None, then_wait=False):
        self._chunks = iter(chunks)
        self._suspend = suspend
        self._error = error
        self._then_wait = then_wait
        self.reads = 0
        self.closed = 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        self.reads += 1
        if self._suspend:
            await anyio.lowlevel.checkpoint()
        for chunk in self._chunks:
            return chunk
        if self._error is not None:
            raise self._error
        if self._then_wait:
            await anyio.sleep_forever()
        raise StopAsyncIteration

    async def aclose(self):
        await anyio.lowlevel.checkpoint()
        self.closed += 1


class Suspensions:
    """Counts how often what it awaits gives way to the event loop."""

    def __init__(self, coroutine):
        self._steps = coroutine.__await__()
        self.count = 0

    def __await__(self):
        value = None
        while True:
            try:
                step = self._steps.send(value)
            except StopIteration as stop:
                return stop.value
            self.count += 1
            value = yield step


async def collect(stream):
    return [event async for event in stream]


# Reading


async def test_events_batches_and_text():
    async with ors.AsyncEventStream(DEMO_EVENTS) as stream:
        events = await collect(stream)
        assert [event.index for event in events] == list(range(226))
        assert stream.outcome is ors.Outcome.COMPLETED
        assert await collect(stream) == []
    async with ors.AsyncEventStream(Chunks(b": a\n\n", CREATED + delta("a"), *HELLO[2:])) as stream:
        assert [len(batch) async for batch in stream.batches()] == [2, 1, 1]
    async with ors.AsyncEventStream(Chunks(*HELLO)) as stream:
        assert [text async for text in stream.text_deltas()] == ["Hel", "lo"]
    async with ors.AsyncEventStream(Chunks(CREATED, HELLO[3])) as stream:
        assert [text async for text in stream.text_deltas()] == ["Hello"]


async def test_final_response_text_and_outcome():
    async with ors.AsyncEventStream(Chunks(*HELLO)) as stream:
        await anext(stream)
        assert (await stream.get_final_response()).output_text == await stream.get_final_text() == "Hello"
        assert await stream.until_done() is ors.Outcome.COMPLETED
        assert (stream.stats.events, stream.stats.chunks) == (4, 4)


async def test_nothing_is_read_ahead():
    source = Chunks(CREATED + delta("a"), *HELLO[2:])
    async with ors.AsyncEventStream(source) as stream:
        assert source.reads == 0
        await anext(stream)
        await anext(stream)
        assert source.reads == 1


# Suspensions


async def test_no_suspension_for_an_event_that_is_there():
    async with ors.AsyncEventStream(Chunks(DEMO, then_wait=True)) as stream:
        await anext(stream)
        for _ in range(225):
            step = stream.__anext__()
            with pytest.raises(StopIteration):
                step.send(None)


@pytest.mark.parametrize("suspend", [False, True], ids=["source from a buffer", "source that waits"])
@pytest.mark.parametrize("events_per_chunk", [1, 50])
async def test_one_suspension_a_chunk_and_now_and_then_one_for_a_source_that_never_waits(suspend, events_per_chunk):
    events = DEMO_EVENTS[:-2][:200] * 5
    chunks = [b"".join(events[at : at + events_per_chunk]) for at in range(0, len(events), events_per_chunk)]

    async def drop_until_end(stream):
        with pytest.raises(ors.StreamTruncated):
            async for _ in stream:
                pass

    source = Chunks(*chunks, suspend=suspend)
    stream = ors.AsyncEventStream(source)
    one_suspension = await own_suspensions(anyio.lowlevel.checkpoint())
    closing = one_suspension
    counted = (await own_suspensions(drop_until_end(stream)) - closing) / one_suspension
    assert source.reads == len(chunks) + 1
    if suspend:
        assert counted == source.reads
        return
    dearest = READ_COST + max(map(len, chunks))
    spent = READ_COST * source.reads + sum(map(len, chunks))
    assert spent // (YIELD_BYTES + 3 * dearest) <= counted <= spent // YIELD_BYTES
    assert counted > 0


async def own_suspensions(coroutine):
    counter = Suspensions(coroutine)
    await counter
    return counter.count


async def test_a_loop_over_buffered_data_lets_others_run_and_ends_on_cancel():
    turns = 0

    async def other():
        nonlocal turns
        while True:
            turns += 1
            await anyio.lowlevel.checkpoint()

    class Endless(Chunks):
        async def __anext__(self):
            return delta("x") * 10

    with anyio.move_on_after(0.2):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(other)
            async with ors.AsyncEventStream(Endless()) as stream:
                async for _ in stream:
                    pass
    assert turns > 3


# The end


async def test_truncated_error_and_transport_fault_carry_what_was_received():
    for source, expected in (
        (Chunks(CREATED, delta("Hel")), ors.StreamTruncated),
        (Chunks(CREATED, delta("Hel"), DONE), ors.StreamTruncated),
        (Chunks(CREATED, delta("Hel"), ERROR), ors.ServerStreamError),
        (Chunks(CREATED, delta("Hel"), error=OSError("gone")), ors.TransportError),
        (Chunks(CREATED, delta("Hel"), error=TimeoutError()), ors.StreamStalled),
    ):
        stream = ors.AsyncEventStream(source)
        assert isinstance(await anext(stream), ors.Created)
        assert (await anext(stream)).delta == "Hel"
        with pytest.raises(expected) as caught:
            await stream.until_done()
        assert type(caught.value) is expected
        assert caught.value.partial.output_text == "Hel"
        assert caught.value.events_seen in (2, 3)
        assert source.closed == 1
        with pytest.raises(expected):
            await anext(stream)


async def test_failed_behind_error_is_a_response():
    async with ors.AsyncEventStream(Chunks(CREATED, ERROR, terminal("failed"))) as stream:
        assert len(await collect(stream)) == 3
        assert (await stream.get_final_response()).status == "failed"


async def test_require_terminal_false():
    async with ors.AsyncEventStream(Chunks(CREATED, delta("Hel")), require_terminal=False) as stream:
        assert (await stream.get_final_response()).output_text == "Hel"


# Closing and cancelling


async def test_break_closes_at_the_end_of_the_block():
    source = Chunks(*HELLO)
    async with ors.AsyncEventStream(source) as stream:
        async for _ in stream:
            break
        assert source.closed == 0
    assert source.closed == 1
    await stream.aclose()
    assert source.closed == 1
    with pytest.raises(ors.StreamClosed):
        await anext(stream)
    with pytest.raises(ors.StreamClosed):
        await stream.get_final_response()


async def test_async_generators_are_closed():
    left = []

    async def chunks():
        try:
            for chunk in HELLO:
                yield chunk
        finally:
            left.append(True)

    async with ors.AsyncEventStream(chunks()) as stream:
        await anext(stream)
    assert left == [True]


async def test_cancel_closes_the_connection_before_it_leaves():
    source = Chunks(CREATED, delta("He"), then_wait=True)
    stream = ors.AsyncEventStream(source)
    with anyio.move_on_after(0.05) as scope:
        await stream.until_done()
    assert scope.cancelled_caught
    assert source.closed == 1
    assert stream.output_text == "He"
    with pytest.raises(ors.StreamClosed) as caught:
        await anext(stream)
    assert caught.value.partial.output_text == "He"


async def test_cancel_at_every_await_leaves_the_source_closed_and_loses_no_event():
    for cancel_at in range(20):
        source = Chunks(CREATED, delta("a"), delta("b"), HELLO[3], suspend=cancel_at % 2 == 0)
        seen = []
        stream = ors.AsyncEventStream(source)
        with anyio.CancelScope() as scope:
            async with stream:
                while True:
                    if len(seen) == cancel_at // 2:
                        scope.cancel()
                    try:
                        seen.append(await anext(stream))
                    except StopAsyncIteration:
                        break
        assert source.closed == 1, cancel_at
        assert [event.index for event in seen] == list(range(len(seen)))
        # What was decoded was either handed out or is nobody's: it never counts as both.
        assert stream.stats.events - len(seen) in (0, 1)


async def test_aclose_while_another_task_waits():
    class Waiting(ors.stream.sources.AsyncSource):
        def __init__(self):
            self.gone = anyio.Event()
            self.closed = 0

        async def read(self):
            await self.gone.wait()
            raise OSError("closed under me")

        async def aclose(self):
            self.closed += 1

        async def abort(self):
            self.gone.set()

    caught = []

    async def read():
        try:
            await anext(stream)
        except ors.StreamClosed as error:
            caught.append(error)

    source = Waiting()
    stream = ors.AsyncEventStream(source)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read)
        await anyio.wait_all_tasks_blocked()
        await stream.aclose()
    assert len(caught) == 1
    assert source.closed == 1


async def test_two_tasks_in_one_stream():
    source = Chunks(CREATED, then_wait=True)
    async with ors.AsyncEventStream(source) as stream:
        await anext(stream)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stream.until_done)
            await anyio.wait_all_tasks_blocked()
            for use in (stream.__anext__, stream.until_done):
                with pytest.raises(ors.ConcurrentUse) as caught:
                    await use()
                assert caught.value.events_seen == 1
            tasks.cancel_scope.cancel()
    assert source.closed == 1


async def test_a_dropped_stream_warns_and_an_ended_one_does_not():
    streams = [ors.AsyncEventStream(Chunks(*HELLO))]
    await anext(streams[0])
    with pytest.warns(ResourceWarning, match="unclosed AsyncEventStream"):
        streams.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stream = ors.AsyncEventStream(Chunks(*HELLO))
        await stream.until_done()
        del stream
        gc.collect()


# Sources


@pytest.mark.parametrize(
    "kind", [bytes, bytearray, memoryview, lambda data: [data], lambda data: (data[:99], data[99:])]
)
async def test_bytes_in_memory(kind):
    async with ors.AsyncEventStream(kind(DEMO)) as stream:
        assert (await stream.get_final_response()).status == "completed"


async def test_paths_and_files_are_read_in_a_thread(tmp_path):
    path = tmp_path / "a.sse"
    path.write_bytes(DEMO)
    async with ors.AsyncEventStream(path) as stream:
        assert (await stream.get_final_response()).status == "completed"
    file = path.open("rb")
    async with ors.AsyncEventStream(file) as stream:
        await anext(stream)
    assert file.closed


async def test_anyio_byte_streams():
    send, receive = anyio.create_memory_object_stream[bytes](10)
    for chunk in HELLO:
        await send.send(chunk)
    async with send, ors.AsyncEventStream(receive) as stream:
        assert await stream.get_final_text() == "Hello"


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_asyncio_reader_with_lines_beyond_its_limit(anyio_backend):
    reader = asyncio.StreamReader(limit=1024)
    reader.feed_data(CREATED + terminal("completed", "x" * 100_000))
    reader.feed_eof()
    async with ors.AsyncEventStream(reader) as stream:
        assert len(await stream.get_final_text()) == 100_000


@pytest.mark.parametrize(
    ("source", "words"),
    [("data: x", "encode it"), (iter([b""]), "block the event loop"), (3, "cannot read")],
)
async def test_what_would_block_or_gives_no_bytes_is_refused(source, words):
    with pytest.raises(TypeError, match=words):
        ors.AsyncEventStream(source)
