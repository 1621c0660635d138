"""The clients: raw connections that keep what comes, so that they cost little and every byte can be looked at."""

import asyncio
from collections.abc import Callable
from typing import cast

LAST_CHUNK = b"0\r\n\r\n"
GROUP = 100


class Reader(asyncio.Protocol):
    """One request, and all that is answered."""

    def __init__(self, target: str) -> None:
        self.events = 0
        self.begun = self.ended = False
        self._target = target
        self._received = bytearray()
        self._looked = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(f"GET {self._target} HTTP/1.1\r\nhost: loopback\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        """Keep it, and count the events."""
        self._received += data
        self.begun = self.begun or b"\r\n\r\n" in self._received
        while (end := self._received.find(b"\n\n", self._looked)) >= 0:
            self._looked = end + 2
            self.events += 1
        self.ended = self._received.endswith(LAST_CHUNK)

    def body(self) -> bytes:
        """The body without the marks of HTTP's chunks."""
        rest = bytes(self._received).partition(b"\r\n\r\n")[2]
        pieces, at = [], 0
        while (line := rest.index(b"\r\n", at)) and (size := int(rest[at:line], 16)):
            pieces.append(rest[line + 2 : line + 2 + size])
            at = line + 4 + size
        return b"".join(pieces)


async def open_readers(count: int, port: int, target: str) -> list[Reader]:
    """Ask for streams, and wait for their heads."""
    loop = asyncio.get_running_loop()
    opened: list[Reader] = []
    while len(opened) < count:
        more = range(min(GROUP, count - len(opened)))
        made = [loop.create_connection(lambda: Reader(target), "127.0.0.1", port) for _ in more]
        group = [reader for _, reader in await asyncio.gather(*made)]
        opened += group
        while not all(reader.begun for reader in group):  # noqa: ASYNC110 - to tell it would cost each connection
            await asyncio.sleep(0.001)
    return opened


async def until(check: Callable[[], bool]) -> None:
    """Wait for something that no event tells, since to tell it would cost each connection."""
    while not check():  # noqa: ASYNC110
        await asyncio.sleep(0.001)


async def until_events(readers: list[Reader], events: int) -> None:
    """Wait until each has so many."""
    await until(lambda: all(reader.events >= events for reader in readers))


async def until_ended(readers: list[Reader]) -> None:
    """Wait until each has its end."""
    await until(lambda: all(reader.ended for reader in readers))
