"""Does the cost depend on where the bytes are cut?"""

import pytest

from . import ours
from .workloads import giant_closing, text

LOAD = text(2_000)
SIZES = [1, 20, 100, 1_400, 16_384, 65_536]


@pytest.mark.parametrize("size", SIZES)
def test_events(benchmark, size):
    benchmark.group = "lists of 2,008 events by chunk size"
    assert benchmark(ours.count, LOAD.chunks(size)) == LOAD.events


def test_events_in_random_chunks(benchmark):
    benchmark.group = "lists of 2,008 events by chunk size"
    assert benchmark(ours.count, LOAD.random_chunks(200)) == LOAD.events


@pytest.mark.parametrize("size", [1_400, 16_384, 65_536, 1 << 23])
def test_giant_events(benchmark, size):
    load = giant_closing()
    benchmark.group = "four events of 0.9 MB by chunk size"
    assert benchmark(ours.count, load.chunks(size)) == load.events
