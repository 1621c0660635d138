"""What the tests read a server with: a plain socket, so that nothing tidies up what comes."""

import asyncio
from dataclasses import dataclass

import or_stream as ors
from or_stream.serve import AT_ONCE, Program, Server, Staging, Take

ASK = b'{"model":"m","input":"hi","stream":true}'


@dataclass
class Answer:
    head: bytes
    body: bytes
    how: str  # whole, closed, reset


def serving(*sources, spec="2026-04-24", on_served=None, **staging):
    staging.setdefault("pace", AT_ONCE)
    return Server(Program([Take.of(source) for source in sources], Staging(**staging), spec=spec), on_served=on_served)


def request(method="POST", path="/v1/responses", body=ASK, headers=""):
    return f"{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n{headers}\r\n".encode() + body


async def fetch(server, sent=None):
    """One request on a connection of its own, read until the last chunk or the end of the connection."""
    port = int(server.origin.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent or request())
    try:
        return await read_answer(reader)
    finally:
        writer.close()


async def read_answer(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    body = bytearray()
    try:
        if b"transfer-encoding: chunked" not in head:
            size = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or -1)
            body += await (reader.read() if size < 0 else reader.read(size))
            while 0 < len(body) < size and (more := await reader.read(size - len(body))):
                body += more
            return Answer(head, bytes(body), "whole" if len(body) == size else "closed")
        while size := int(await reader.readuntil(b"\r\n"), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
    except ConnectionResetError:
        return Answer(head, bytes(body), "reset")
    except asyncio.IncompleteReadError:
        return Answer(head, bytes(body), "closed")
    return Answer(head, bytes(body), "whole")


def final(body):
    return ors.EventStream(body).get_final_response().to_dict()
