"""The clients: raw connections that keep what comes, so that they cost little and every byte can be looked at."""

import asyncio
from typing import cast

LAST_CHUNK = b"0\r\n\r\n"


class Reader(asyncio.Protocol):
    """One request, and all that is answered."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(f"GET {self.target} HTTP/1.1\r\nhost: loopback\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        """Keep it."""
        self._received += data
        if not self.started.done() and b"\r\n\r\n" in self._received:
            self.started.set_result(None)
        if self._received.endswith(LAST_CHUNK) and not self.ended.done():
            self.ended.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """A relay that hangs up early has failed."""
        for future in (self.started, self.ended):
            if not future.done():
                future.set_exception(exc or ConnectionError("closed before the end"))

    def body(self) -> bytes:
        """The body without the marks of HTTP's chunks."""
        rest = bytes(self._received).partition(b"\r\n\r\n")[2]
        pieces, at = [], 0
        while (line := rest.index(b"\r\n", at)) and (size := int(rest[at:line], 16)):
            pieces.append(rest[line + 2 : line + 2 + size])
            at = line + 4 + size
        return b"".join(pieces)


async def open_readers(count: int, port: int, target: str) -> list[Reader]:
    """Ask for streams; those that answer when they have something to tell need not have answered yet."""
    loop = asyncio.get_running_loop()
    opened: list[Reader] = []
    for _ in range(0, count, 100):
        group = [loop.create_connection(lambda: Reader(target), "127.0.0.1", port) for _ in range(min(100, count))]
        opened += [reader for _, reader in await asyncio.gather(*group)]
        await asyncio.gather(*(reader.started for reader in opened))
    return opened
