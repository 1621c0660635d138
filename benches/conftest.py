"""`pytest benches`: one file a question, each path a benchmark beside its peers."""

import pytest

from or_stream import _core


def pytest_configure() -> None:
    """A debug build is 20 times slower and says nothing."""
    if _core.build_profile != "release":
        pytest.exit("the core is a debug build; build it with `maturin develop --release`", returncode=1)
