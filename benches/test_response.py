"""How fast does a stream become its finished response, for each profile?"""

import pytest

from . import ours
from .peers import msgspec_events, openai_client, orjson_dicts
from .workloads import PROFILES, profile, text

FINALS = {"or_stream": ours.final, "msgspec": msgspec_events.final, "orjson": orjson_dicts.final}


@pytest.mark.parametrize("path", [*FINALS, "openai"])
def test_text(benchmark, path):
    load = text(2_000)
    benchmark.group = "final response of 2,000 deltas, chunks of 1,400 B"
    final = {**FINALS, "openai": openai_client.final}[path]
    assert benchmark(final, load.chunks(1_400)) == load.answer


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("path", ["or_stream", "msgspec"])
def test_profile(benchmark, path, name):
    load = profile(name)
    benchmark.group = f"final response of profile {name}, chunks of 16 KiB"
    assert benchmark(FINALS[path], load.chunks(16_384)) == load.answer
