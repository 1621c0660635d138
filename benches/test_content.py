"""Does the cost depend on how a server writes the same thing?"""

import pytest

from . import ours
from .rows.events import LAYOUTS
from .workloads import plain_and_escaped, text


@pytest.mark.parametrize("layout", LAYOUTS)
def test_key_order(benchmark, layout):
    load = text(2_000, LAYOUTS[layout])
    benchmark.group = "lists of 2,008 events by key order"
    assert benchmark(ours.count, load.chunks(16_384)) == load.events


@pytest.mark.parametrize("load", plain_and_escaped(500), ids=["plain", "escaped"])
def test_escapes(benchmark, load):
    benchmark.group = "text of 500 deltas of 180 bytes, plain and as \\uXXXX"
    assert benchmark(ours.text, load.chunks(16_384)) == load.answer
