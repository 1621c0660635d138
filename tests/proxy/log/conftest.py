import pytest

from .redis_server import BINARY, RedisServer


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
def redis_server():
    """One server for all tests that leave it alive."""
    if BINARY is None:
        pytest.skip("redis-server is not installed")
    with RedisServer() as server:
        yield server


@pytest.fixture
def mortal_redis():
    """A server for one test, which may kill it."""
    if BINARY is None:
        pytest.skip("redis-server is not installed")
    with RedisServer() as server:
        yield server
