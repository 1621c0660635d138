import pytest

from tests.transports.scripted_server import ScriptedServer


@pytest.fixture
def upstream():
    with ScriptedServer() as server:
        yield server
