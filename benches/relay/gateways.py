"""The process under measurement, from outside."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FRAMEWORKS = ("asgi", "starlette", "aiohttp")
RELAYS = {"bare": "bytes only", "relay": "or_stream", "json": "json.loads of each event"}

PROCESS_CLOCK = 2
"""Of Linux: with the complement of a process id above it, the id of that process's clock."""


@dataclass(frozen=True)
class Gateway:
    """A running gateway: where its frameworks and its clock are."""

    process: subprocess.Popen[str]
    ports: dict[str, int]

    def cpu(self) -> float:
        """Seconds of CPU that the process has used, its kernel's too, by its own clock."""
        return time.clock_gettime(~self.process.pid << 3 | PROCESS_CLOCK)

    def is_waiting(self) -> bool:
        """Whether it sleeps, in an event loop, until something comes."""
        state = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
        return state.split()[0] == "S"


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
