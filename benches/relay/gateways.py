"""The process under measurement, from outside."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import aiohttp

FRAMEWORKS = ("asgi", "starlette", "aiohttp")
RELAYS = {"bare": "bytes only", "relay": "or_stream", "json": "json.loads of each event"}


@dataclass(frozen=True)
class Gateway:
    """A running gateway: where its frameworks and its clock are."""

    process: subprocess.Popen[str]
    ports: dict[str, int]

    async def cpu(self) -> int:
        """Nanoseconds that the process has used."""
        url = f"http://127.0.0.1:{self.ports['aiohttp']}/cpu"
        async with aiohttp.ClientSession() as session, session.get(url) as reply:
            return int(await reply.text())


@contextmanager
def gateway(under: Sequence[str] = (), env: Mapping[str, str] | None = None) -> Iterator[Gateway]:
    """A gateway in a process of its own.

    Args:
        under: The command that runs it, such as a profiler's.
        env: Its environment; None for ours.
    """
    command = [*under, sys.executable, "-m", "benches.relay.gateway"]
    told = subprocess.PIPE if under else None
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told, text=True, env=env) as process:
        try:
            assert process.stdout
            uvicorn, aiohttp = map(int, process.stdout.readline().split())
            yield Gateway(process, {"asgi": uvicorn, "starlette": uvicorn, "aiohttp": aiohttp})
        finally:
            process.kill()
