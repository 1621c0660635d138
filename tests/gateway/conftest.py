"""`or-stream proxy` as a user runs it, before a real server; a real Redis where one is wanted."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ..proxy.log.redis_server import BINARY, RedisServer

COMMAND = [sys.executable, "-m", "or_stream", "proxy"]


@dataclass
class Running:
    """One proxy process."""

    process: subprocess.Popen[str]
    url: str
    log: Path
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=20))

    @property
    def responses(self) -> str:
        return self.url + "/v1/responses"

    def post(self, body: dict[str, Any], **options: Any) -> httpx2.Response:
        return self.client.post(self.responses, json=body, **options)

    def records(self, count: int) -> list[dict[str, Any]]:
        """The usage log once it has so many lines."""
        for _ in range(400):
            lines = self.log.read_text(encoding="utf-8").splitlines()
            if len(lines) >= count:
                return [json.loads(line) for line in lines]
            self.process.poll()
            __import__("time").sleep(0.01)
        raise AssertionError(f"{len(lines)} of {count} lines: {lines}")


Proxy = Callable[..., Running]


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    """Start a proxy in front of a URL, with further options of the command."""
    with ExitStack() as stack:

        def start(upstream: str, *options: object) -> Running:
            log = tmp_path / f"usage-{len(list(tmp_path.iterdir()))}.jsonl"
            command = [*COMMAND, "--upstream", upstream, "--port", "0", "--usage-log", log, "--json", *options]
            process = stack.enter_context(
                subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            )
            stack.callback(process.kill)
            assert process.stdout is not None
            told = process.stdout.readline()
            assert told, process.stderr.read() if process.stderr else ""
            running = Running(process, json.loads(told)["url"], log)
            stack.callback(running.client.close)
            return running

        yield start


@pytest.fixture
def redis_url() -> Iterator[str]:
    if BINARY is None:
        pytest.skip("redis-server is not installed")
    with RedisServer() as server:
        yield f"redis://127.0.0.1:{server.port}"
