"""Reading ahead: bounded, in order, nothing lost, whoever is slow; on asyncio and trio with fake time."""

from contextlib import nullcontext
from typing import Any

import anyio
import pytest

import or_stream as ors
from tests.streams import wire, workloads
from tests.streams.answers import HELLO
from tests.streams.script import events

from .clockwork import TimedSource, run

each_backend = pytest.mark.parametrize("backend", ["asyncio", "trio"])

BODY = workloads.text_stream(2000)
CHUNKS = wire.chunks(BODY, 1000)
EVENTS = ors.Decoder().feed(BODY)
TEXT = "".join(event.delta for event in EVENTS if isinstance(event, ors.OutputTextDelta))


def fast(*, ends: bool = False) -> TimedSource:
    return TimedSource([(0.0, chunk) for chunk in CHUNKS], ends=ends)


@each_backend
@pytest.mark.parametrize("coalesce", [False, True])
def test_a_slow_consumer_gets_everything_in_order(backend: str, coalesce: bool) -> None:
    async def main() -> ors.Stats:
        bounds = ors.ReadAhead(max_bytes=20_000, max_events=64)
        seen: list[Any] = []
        async with ors.AsyncEventStream(fast(), read_ahead=bounds, coalesce=coalesce) as stream:
            async for event in stream:
                seen.append(event)
                await anyio.sleep(0.01)
        assert "".join(event.delta for event in seen if isinstance(event, ors.OutputTextDelta)) == TEXT
        numbers = [(event.first_sequence_number, event.sequence_number) for event in seen]
        last = -1
        for first, final in numbers:
            assert first == last + 1
            last = final
        assert last == EVENTS[-1].sequence_number
        assert len(seen) < len(EVENTS) if coalesce else len(seen) == len(EVENTS)
        assert stream.outcome is ors.Outcome.COMPLETED
        return stream.stats

    stats = run(backend, main)
    # The events of one read may lie above the mark: the terminal ones repeat the whole text.
    assert stats.high_water_bytes <= 20_000 + max(len(event.raw) for event in EVENTS) + 1000
    assert stats.high_water_events <= 64 + 20
    assert stats.consumer_waited_seconds >= 0.0


@each_backend
def test_the_source_is_not_read_beyond_the_mark(backend: str) -> None:
    async def main() -> None:
        source = fast()
        async with ors.AsyncEventStream(source, read_ahead=ors.ReadAhead(max_bytes=10_000)) as stream:
            await anext(stream)
            await anyio.sleep(100)
            held = source.reads
            assert held <= 14
            await anyio.sleep(100)
            assert source.reads == held
            async for _ in stream:
                pass
        assert stream.stats.producer_held_seconds > 0
        assert source.closed == 1

    run(backend, main)


@each_backend
def test_reading_goes_on_while_the_consumer_works(backend: str) -> None:
    async def main() -> float:
        began = anyio.current_time()
        blocks = list(wire.blocks(events(HELLO)))
        async with ors.AsyncEventStream(TimedSource([(1, b) for b in blocks]), read_ahead=ors.ReadAhead()) as stream:
            async for _ in stream:
                await anyio.sleep(1)
        return anyio.current_time() - began

    blocks = len(list(wire.blocks(events(HELLO))))
    assert run(backend, main) <= blocks + 2


@each_backend
def test_an_error_comes_behind_all_that_was_read(backend: str) -> None:
    async def main() -> None:
        cut = [(0.0, chunk) for chunk in CHUNKS[:50]]
        whole = ors.Decoder().feed(b"".join(CHUNKS[:50]))
        async with ors.AsyncEventStream(TimedSource(cut, ends=True), read_ahead=ors.ReadAhead()) as stream:
            await anyio.sleep(1)
            seen = []
            with pytest.raises(ors.StreamTruncated) as caught:
                async for event in stream:
                    seen.append(event)  # noqa: PERF401 - what came before the error is looked at
            assert len(seen) == len(whole) == caught.value.events_seen
            with pytest.raises(ors.StreamTruncated):
                await anext(stream)

    run(backend, main)


@each_backend
@pytest.mark.parametrize("how", ["break", "error", "cancel", "aclose"])
def test_leaving_early_ends_the_reader_and_closes_once(backend: str, how: str) -> None:
    async def main() -> None:
        source = TimedSource([(0.0, CHUNKS[0])])
        with anyio.move_on_after(5) as scope:
            with pytest.raises(LookupError) if how == "error" else nullcontext():
                async with ors.AsyncEventStream(source, read_ahead=ors.ReadAhead()) as stream:
                    await anext(stream)
                    if how == "error":
                        raise LookupError
                    if how == "cancel":
                        scope.cancel()
                        await anyio.sleep(1)
                    if how == "aclose":
                        await stream.aclose()
                        with pytest.raises(ors.StreamClosed):
                            while True:
                                await anext(stream)
        assert source.closed == 1
        assert scope.cancelled_caught is (how == "cancel")

    run(backend, main)


@each_backend
def test_the_clocks_run_in_the_reader(backend: str) -> None:
    async def main() -> None:
        source = TimedSource([(0.0, CHUNKS[0])])
        async with ors.AsyncEventStream(source, read_ahead=ors.ReadAhead(), idle_timeout=10) as stream:
            with pytest.raises(ors.IdleTimeout) as caught:
                async for _ in stream:
                    pass
            assert caught.value.events_seen > 0

    run(backend, main)


@each_backend
def test_the_other_ways_to_read(backend: str) -> None:
    async def main() -> None:
        for coalesce in (False, True):
            async with ors.AsyncEventStream(fast(), read_ahead=ors.ReadAhead(), coalesce=coalesce) as stream:
                assert await stream.get_final_text() == TEXT
            async with ors.AsyncEventStream(fast(), read_ahead=ors.ReadAhead(), coalesce=coalesce) as stream:
                assert "".join([text async for text in stream.text_deltas()]) == TEXT
            async with ors.AsyncEventStream(fast(), read_ahead=ors.ReadAhead(), coalesce=coalesce) as stream:
                told = [event async for batch in stream.batches() for event in batch]
                assert told[-1].sequence_number == EVENTS[-1].sequence_number

    run(backend, main)


@each_backend
def test_two_consumers_are_one_too_many(backend: str) -> None:
    async def main() -> None:
        async with (
            ors.AsyncEventStream(TimedSource([]), read_ahead=ors.ReadAhead()) as stream,
            anyio.create_task_group() as group,
        ):
            group.start_soon(anext, stream)
            await anyio.sleep(1)
            with pytest.raises(ors.ConcurrentUse):
                await anext(stream)
            group.cancel_scope.cancel()

    run(backend, main)


@each_backend
def test_a_block_within_its_block_is_the_same(backend: str) -> None:
    """`async with stream:` in a function that was given the stream of somebody's `async with`."""

    async def main() -> None:
        source = fast()
        async with ors.AsyncEventStream(source, read_ahead=ors.ReadAhead()) as stream:
            async with stream:
                assert await stream.get_final_text() == TEXT
            assert await stream.get_final_text() == TEXT
        assert source.closed == 1
        source = fast()
        async with ors.AsyncEventStream(source, read_ahead=ors.ReadAhead()) as stream:
            async with stream:
                await anext(stream)
            with pytest.raises(ors.StreamClosed):
                while True:
                    await anext(stream)
        assert source.closed == 1

    run(backend, main)


@pytest.mark.anyio
async def test_outside_of_its_block_it_says_so() -> None:
    stream = ors.AsyncEventStream(CHUNKS, read_ahead=ors.ReadAhead())
    with pytest.raises(RuntimeError, match="read_ahead reads inside of `async with stream:`"):
        await anext(stream)
    await stream.aclose()


def test_bad_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ors.ReadAhead(max_bytes=0)
    with pytest.raises(ValueError, match="without read_ahead"):
        ors.AsyncEventStream(b"", coalesce=True)
