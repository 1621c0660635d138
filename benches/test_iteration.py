"""What does iteration cost over the plain loop?"""

import asyncio

import pytest

from . import ours
from .workloads import text

LOAD = text(2_000)
CHUNKS = LOAD.chunks(16_384)


@pytest.mark.parametrize("path", [ours.read_and_fold, ours.iterate], ids=["loop", "EventStream"])
def test_threads(benchmark, path):
    benchmark.group = "iterating over 2,008 events in chunks of 16 KiB"
    assert benchmark(path, CHUNKS) == len(LOAD.answer)


@pytest.mark.parametrize("path", [ours.aiterate, ours.abatches], ids=["async for event", "async for batch"])
def test_tasks(benchmark, path):
    benchmark.group = "iterating over 2,008 events in chunks of 16 KiB"
    with asyncio.Runner() as runner:
        assert benchmark(lambda: runner.run(path(CHUNKS))) == len(LOAD.answer)
