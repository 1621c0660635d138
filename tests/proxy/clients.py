"""Clients of gateways: one that reads to the end, one that leaves when and as it likes."""

import socket
import time
from urllib.parse import urlsplit

import anyio
import httpx2

import or_stream as ors
from or_stream.proxy import Downstream


def fetch(url: str) -> httpx2.Response:
    return httpx2.post(url, json={}, timeout=20)


def read(body: bytes) -> ors.Assembler:
    assembler = ors.Assembler()
    assembler.feed(body)
    assembler.finish()
    return assembler


class RawClient:
    """A client that leaves when and as it likes."""

    def __init__(self, url: str, receive_buffer: int | None = None) -> None:
        target = urlsplit(url)
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(10)
        self.socket.connect((target.hostname, target.port))
        self.socket.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}")
        self.received = b""

    def read_until(self, mark: bytes) -> None:
        while mark not in self.received:
            data = self.socket.recv(65536)
            assert data, self.received[-300:]
            self.received += data

    def leave(self) -> float:
        left = time.monotonic()
        self.socket.close()
        return left


class Kept(Downstream):
    """A client in this process that keeps what it gets."""

    def __init__(self) -> None:
        self.status = 0
        self.body = b""

    async def start(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.status = status

    async def send(self, data: bytes) -> None:
        self.body += data

    async def finish(self) -> None:
        pass

    async def gone(self) -> None:
        await anyio.sleep_forever()
