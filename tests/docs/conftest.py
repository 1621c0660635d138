import sys

import pytest

from .page import ROOT


@pytest.fixture(scope="package")
def stand_in():
    """The URLs of the examples' own server, which runs meanwhile."""
    sys.path.insert(0, str(ROOT / "examples"))
    try:
        from stand_in import serving
    finally:
        sys.path.remove(str(ROOT / "examples"))
    with serving() as (http, websocket):
        yield http.replace("localhost", "127.0.0.1"), websocket.replace("localhost", "127.0.0.1")
