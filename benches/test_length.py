"""Does an event cost more in a longer stream?"""

import pytest

from . import ours
from .workloads import text


@pytest.mark.parametrize("deltas", [1_000, 10_000, 100_000])
@pytest.mark.parametrize("path", ["events", "text"])
def test_length(benchmark, path, deltas):
    load = text(deltas)
    benchmark.group = f"{path}, by stream length"
    benchmark.extra_info["events"] = load.events
    run, expected = {"events": (ours.count, load.events), "text": (ours.text, load.answer)}[path]
    assert benchmark(run, load.chunks(1_400)) == expected
