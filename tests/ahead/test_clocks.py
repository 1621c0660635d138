"""The three clocks and the lid (F3): each with fake time, on asyncio and trio."""

import itertools
from typing import Any

import anyio
import pytest

import or_stream as ors
from tests.streams import wire
from tests.streams.answers import HELLO
from tests.streams.script import events

from .clockwork import TimedSource, run

each_backend = pytest.mark.parametrize("backend", ["asyncio", "trio"])

BLOCKS = list(wire.blocks(events(HELLO)))
COMMENT = b": ping\n\n"
HEARTBEAT = b'data: {"type":"keepalive"}\n\n'
HEAD = b"".join(BLOCKS[:6])


def stalls(backend: str, source: TimedSource, **timeouts: Any) -> tuple[ors.StreamStalled, float]:
    """Read to the stall; give it and the time that passed."""
    told: list[Any] = []

    async def main() -> None:
        began = anyio.current_time()
        async with ors.AsyncEventStream(source, **timeouts) as stream:
            with pytest.raises(ors.StreamStalled) as caught:
                async for _ in stream:
                    pass
            told.append(anyio.current_time() - began)
            with pytest.raises(type(caught.value)):
                await anext(stream)
        told.append(caught.value)

    run(backend, main)
    assert source.closed == 1
    return told[1], told[0]


def endless(seconds: float, *chunks: bytes) -> Any:
    return ((seconds, chunk) for chunk in itertools.cycle(chunks))


@each_backend
def test_silence(backend: str) -> None:
    error, passed = stalls(backend, TimedSource([(5, HEAD), (29, COMMENT)]), idle_timeout=30)
    assert type(error) is ors.IdleTimeout
    assert passed == pytest.approx(5 + 29 + 30)
    assert "no byte came for 30 s" in str(error)
    assert error.events_seen == 6
    assert error.partial is not None


@each_backend
def test_endless_comments(backend: str) -> None:
    source = TimedSource(itertools.chain([(0.0, HEAD)], endless(10, COMMENT)))
    error, passed = stalls(backend, source, idle_timeout=30, event_timeout=95)
    assert type(error) is ors.EventTimeout
    assert passed == pytest.approx(95)


@each_backend
def test_endless_heartbeats(backend: str) -> None:
    source = TimedSource(itertools.chain([(0.0, HEAD)], endless(10, HEARTBEAT)))
    error, passed = stalls(backend, source, idle_timeout=30, event_timeout=30, progress_timeout=125)
    assert type(error) is ors.ProgressTimeout
    assert passed == pytest.approx(125)


@each_backend
def test_endless_progress(backend: str) -> None:
    delta = b'data: {"type":"response.output_text.delta","output_index":0,"delta":"x"}\n\n'
    source = TimedSource(itertools.chain([(0.0, HEAD)], endless(7, delta)))
    error, passed = stalls(backend, source, idle_timeout=30, progress_timeout=30, total_timeout=600)
    assert type(error) is ors.TotalTimeout
    assert passed == pytest.approx(600)
    assert error.partial is not None
    assert error.partial.output_text.endswith("xxx")


@each_backend
def test_slow_loris(backend: str) -> None:
    """A byte at a time, each in time for the idle clock."""
    source = TimedSource((20, HEAD[at : at + 1]) for at in range(len(HEAD)))
    error, passed = stalls(backend, source, idle_timeout=30, event_timeout=1000)
    assert type(error) is ors.EventTimeout
    assert passed == pytest.approx(1000)


@each_backend
def test_retry_safe_until_something_of_the_answer_came(backend: str) -> None:
    error, _ = stalls(backend, TimedSource([]), idle_timeout=1)
    assert error.retry_safe
    error, _ = stalls(backend, TimedSource([(0, BLOCKS[0])]), idle_timeout=1)
    assert error.retry_safe
    error, _ = stalls(backend, TimedSource([(0, HEAD)]), idle_timeout=1)
    assert not error.retry_safe


@each_backend
def test_the_consumers_own_time_is_not_the_servers(backend: str) -> None:
    async def main() -> None:
        source = TimedSource([(1, block) for block in BLOCKS])
        async with ors.AsyncEventStream(source, idle_timeout=5, event_timeout=5, progress_timeout=5) as stream:
            async for _ in stream:
                await anyio.sleep(60)
        assert stream.outcome is ors.Outcome.COMPLETED

    run(backend, main)


@each_backend
def test_the_lid_counts_the_consumers_time_too(backend: str) -> None:
    async def main() -> None:
        source = TimedSource([(0, block) for block in BLOCKS])
        async with ors.AsyncEventStream(source, total_timeout=100) as stream:
            with pytest.raises(ors.TotalTimeout):
                async for _ in stream:
                    await anyio.sleep(60)
        assert source.closed == 1

    run(backend, main)


@each_backend
def test_in_time_nothing_happens(backend: str) -> None:
    async def main() -> None:
        source = TimedSource([(29, block) for block in BLOCKS])
        every = {"idle_timeout": 30, "event_timeout": 30, "progress_timeout": 30, "total_timeout": 30 * len(BLOCKS)}
        async with ors.AsyncEventStream(source, **every) as stream:
            assert len([event async for event in stream]) == len(BLOCKS)
        assert source.closed == 1

    run(backend, main)


@each_backend
@pytest.mark.parametrize("read_ahead", [None, ors.ReadAhead()], ids=["pull", "ahead"])
def test_an_error_does_not_wait_for_ever_for_the_end_that_may_follow(
    backend: str, read_ahead: ors.ReadAhead | None
) -> None:
    """Rule E10: `response.failed` may come behind `error`, from a server that then holds the connection open."""

    async def main() -> None:
        began = anyio.current_time()
        error = b'data: {"type":"error","error":{"type":"server_error","code":"x","message":"broke"}}\n\n'
        async with ors.AsyncEventStream(TimedSource([(0, HEAD), (0, error)]), read_ahead=read_ahead) as stream:
            seen = []
            with pytest.raises(ors.ServerStreamError, match="broke"):
                async for event in stream:
                    seen.append(event)  # noqa: PERF401 - what came before the error is looked at
            assert isinstance(seen[-1], ors.ErrorEvent)
        assert anyio.current_time() - began == pytest.approx(5)

    run(backend, main)


@pytest.mark.parametrize("name", ["idle_timeout", "event_timeout", "progress_timeout", "total_timeout"])
@pytest.mark.parametrize("seconds", [0, -1, float("nan"), "x"])
def test_bad_settings_are_refused(name: str, seconds: object) -> None:
    with pytest.raises(ValueError, match=f"{name} must be more than 0 seconds"):
        ors.AsyncEventStream(b"", **{name: seconds})
