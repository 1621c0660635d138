"""A redis-server of our own on a free loopback port, which can die and hang."""

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.proxy.gateways import free_port

BINARY = shutil.which("redis-server")


class RedisServer:
    """Runs from entry to exit; keeps nothing on disk."""

    def __enter__(self):
        self._folder = TemporaryDirectory()
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._start()
        return self

    def __exit__(self, *_):
        self.go_on()
        self.die()
        self._folder.cleanup()

    def _start(self):
        settings = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self._folder.name]
        with (Path(self._folder.name) / "log").open("wb") as log:
            self._process = subprocess.Popen([BINARY, *settings], stdout=log, stderr=log)
        deadline = time.monotonic() + 10
        while not self._answers():
            assert time.monotonic() < deadline, "redis-server did not start"
            time.sleep(0.02)

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                probe.sendall(b"PING\r\n")
                return probe.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def die(self):
        self._process.kill()
        self._process.wait(10)

    def hang(self):
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self._process.send_signal(signal.SIGCONT)
