"""Fixtures of more than one folder."""

import gc

import pytest

pytest_plugins = ["tests.tls.certificates"]


@pytest.fixture(autouse=True)
def _collected_quickly(request):
    """Tests that collect garbage at every await need not look through all that other tests have left."""
    if not request.path.stem.endswith("nth_await"):
        yield
        return
    gc.freeze()
    yield
    gc.unfreeze()
