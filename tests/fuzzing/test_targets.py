"""The fuzz targets of the Python layer over the seeds, and over inputs near them: `make fuzz` runs them for longer."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .seeds import SEEDS, mutated
from .targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_what_must_hold_holds_for_the_seeds(name: str) -> None:
    for seed in SEEDS[name]:
        TARGETS[name](seed)


@pytest.mark.parametrize("name", TARGETS)
def test_what_must_hold_holds_near_the_seeds(name: str) -> None:
    @settings(max_examples=150, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(mutated(st.sampled_from(SEEDS[name])))
    def holds(data: bytes) -> None:
        TARGETS[name](data)

    holds()
