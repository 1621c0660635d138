"""A server of event streams, one HTTP chunk for each event as real servers do: `python -m benches.sockets.server`.

`GET /stream?events=N` answers with the headers at once and keeps the body back. `GET /go?gap=MS` starts all bodies:
without a gap each is written at once, so that it arrives coalesced; with one, an event of each every so many
milliseconds. So a client opens all its connections before its clock starts.
"""

import asyncio
from functools import cache
from typing import cast
from urllib.parse import parse_qs, urlsplit

from ..workloads import Workload, text

FRAMING_EVENTS = 8
"""Events of a stream that are no deltas."""
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
STARTED = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"


def workload(events: int) -> Workload:
    """What `/stream?events=N` sends."""
    return text(events - FRAMING_EVENTS)


@cache
def http_chunks(events: int) -> list[bytes]:
    """Each event of the stream as a chunk of HTTP."""
    return [b"%x\r\n%b\r\n" % (len(event), event) for event in workload(events).single_events]


class Connection(asyncio.Protocol):
    """One connection; those that wait for their body stand in `waiting`."""

    def __init__(self, waiting: list["Connection"]) -> None:
        self.waiting = waiting
        self.chunks: list[bytes] = []
        self._request = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to write."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer a request when it is there whole; none here has a body."""
        self._request += data
        if not self._request.endswith(b"\r\n\r\n"):
            return
        target = urlsplit(self._request.split(b" ", 2)[1].decode())
        query = {name: int(values[0]) for name, values in parse_qs(target.query).items()}
        self._request = b""
        if target.path == "/go":
            self.transport.write(STARTED)
            asyncio.get_running_loop().create_task(_send(self.waiting[:], query.get("gap", 0) / 1e3))
            self.waiting.clear()
        else:
            self.chunks = http_chunks(query["events"])
            self.transport.write(HEAD)
            self.waiting.append(self)


async def _send(connections: list[Connection], gap: float) -> None:
    if not gap:
        for connection in connections:
            connection.transport.write(b"".join(connection.chunks) + LAST_CHUNK)
        return
    loop = asyncio.get_running_loop()
    start = loop.time()
    for step in range(len(connections[0].chunks)):
        await asyncio.sleep(start + step * gap - loop.time())
        for connection in connections:
            connection.transport.write(connection.chunks[step])
    for connection in connections:
        connection.transport.write(LAST_CHUNK)


async def main() -> None:
    """Serve on a free port, which is printed, until the process is ended."""
    waiting: list[Connection] = []
    server = await asyncio.get_running_loop().create_server(lambda: Connection(waiting), "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
