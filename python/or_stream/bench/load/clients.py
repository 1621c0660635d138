"""The HTTP clients that send the load.

aiohttp where it is installed, else httpx2. Measured in benches/sockets (docs/benchmarks.md, G9) and by `make
bench-client`: aiohttp reads a chunk for a fraction of the CPU time that httpx2 takes, and a pool of 1,000 connections
takes httpx2 seconds to open, which is why it gets several pools here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from .intake import Intake
    from .requests import LoadRequest

ClientName: TypeAlias = Literal["aiohttp", "httpx2"]

CONNECT_SECONDS = 30.0
_POOL = 100


class Client(ABC):
    """Sends requests over connections that are kept, follows no redirect, repeats nothing."""

    name: ClientName

    @abstractmethod
    async def exchange(self, request: LoadRequest, intake: Intake) -> None:
        """Send a request and give the reply to `intake` as it comes."""

    @abstractmethod
    async def aclose(self) -> None:
        """Close the connections."""


class AiohttpClient(Client):
    """One session without a limit on connections."""

    name = "aiohttp"

    def __init__(self) -> None:
        aiohttp = import_module("aiohttp")
        self._session: Any = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            auto_decompress=False,
        )

    async def exchange(self, request: LoadRequest, intake: Intake) -> None:
        """Send a request and give the reply to `intake` as it comes."""
        async with self._session.request(
            request.method, request.url, data=request.body, headers=request.headers, allow_redirects=False
        ) as response:
            # Its headers are looked up in any case.
            intake.head(response.status, response.headers)
            read = response.content.readany
            while chunk := await read():
                intake.chunk(chunk)
            intake.end()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._session.close()


class Httpx2Client(Client):
    """Pools of a hundred connections, made as they are needed; the first, and what all share, before any is."""

    name = "httpx2"

    def __init__(self) -> None:
        self._httpx2: Any = import_module("httpx2")
        self._verify = self._httpx2.create_ssl_context()
        self._free: list[Any] = []
        self._pools: list[Any] = []
        self._add_pool()

    async def exchange(self, request: LoadRequest, intake: Intake) -> None:
        """Send a request and give the reply to `intake` as it comes."""
        if not self._free:
            self._add_pool()
        pool = self._free.pop()
        try:
            async with pool.stream(
                request.method, request.url, content=request.body, headers=request.headers, follow_redirects=False
            ) as response:
                intake.head(response.status_code, response.headers)
                async for chunk in response.aiter_raw():
                    intake.chunk(chunk)
                intake.end()
        finally:
            self._free.append(pool)

    def _add_pool(self) -> None:
        httpx2 = self._httpx2
        pool = httpx2.AsyncClient(
            verify=self._verify,
            timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=None),
        )
        self._pools.append(pool)
        self._free.extend([pool] * _POOL)

    async def aclose(self) -> None:
        """Close the connections."""
        for pool in self._pools:
            await pool.aclose()


def client_name(wanted: ClientName | None = None) -> ClientName:
    """Give the client that there is: the wanted one, else aiohttp, else httpx2.

    Raises:
        ImportError: Raised when it, or both, are not installed.
    """
    names: tuple[ClientName, ...] = ("aiohttp", "httpx2") if wanted is None else (wanted,)
    for name in names:
        try:
            import_module(name)
        except ImportError:
            continue
        return name
    message = f"a load needs {' or '.join(names)}: pip install 'or-stream[{names[0]}]'"
    raise ImportError(message)


def make_client(name: ClientName) -> Client:
    """Make a client; needs a running event loop."""
    return AiohttpClient() if name == "aiohttp" else Httpx2Client()
