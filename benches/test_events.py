"""How fast do bytes become events, in large, middle and small chunks?"""

import pytest

from . import ours
from .peers import event_sources, msgspec_events, openai_client, orjson_dicts
from .workloads import text

LOAD = text(2_000)
CHUNKS = {"16 KiB": LOAD.chunks(16_384), "1,400 B": LOAD.chunks(1_400), "one event": LOAD.single_events}
READS = {
    "or_stream": ours.read,
    "msgspec": msgspec_events.read,
    "orjson": orjson_dicts.read,
    "openai": openai_client.read,
    "httpx2": event_sources.read_httpx2,
    "httpx-sse": event_sources.read_httpx_sse,
}


@pytest.mark.parametrize("size", CHUNKS)
@pytest.mark.parametrize("path", READS)
def test_reading_type_and_delta(benchmark, path, size):
    benchmark.group = f"type and delta of 2,008 events, chunks of {size}"
    assert benchmark(READS[path], CHUNKS[size]) == len(LOAD.answer)


@pytest.mark.parametrize("path", [ours.frames, ours.count, msgspec_events.count], ids=["frames", "events", "msgspec"])
def test_lists(benchmark, path):
    benchmark.group = "lists of 2,008 events, chunks of 16 KiB"
    assert benchmark(path, CHUNKS["16 KiB"]) == LOAD.events
