"""A real WebSocket server on 127.0.0.1 that answers each message as the test's script says."""

import asyncio
import json
from contextlib import asynccontextmanager

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed


class Talk:
    """What the server has seen: one connection after the other, one message after the other."""

    def __init__(self):
        self.requests = []
        self.headers = []
        self.closed = []
        self.is_closed = asyncio.Event()

    async def serve(self, socket, script):
        self.headers.append(dict(socket.request.headers))
        try:
            async for message in socket:
                assert isinstance(message, str), "requests are text frames"
                self.requests.append(json.loads(message))
                await script(socket, self.requests[-1])
        except ConnectionClosed:
            pass
        finally:
            await socket.wait_closed()
            self.closed.append(socket.close_code)
            self.is_closed.set()


@asynccontextmanager
async def scripted(script, **options):
    """Serve `script(socket, request)` for each request; gives the URL and the `Talk`."""
    talk = Talk()
    async with serve(lambda socket: talk.serve(socket, script), "127.0.0.1", 0, close_timeout=1, **options) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}/v1/responses", talk


def response(id_, status, text=""):
    part = {"type": "output_text", "text": text, "annotations": []}
    message = {"type": "message", "id": f"msg_{id_}", "role": "assistant", "status": "completed", "content": [part]}
    return {"id": id_, "object": "response", "status": status, "output": [message] if text else []}


def event(type_, **fields):
    return json.dumps({"type": type_, **fields})


def created(id_):
    return event("response.created", sequence_number=0, response=response(id_, "in_progress"))


def delta(id_, text, number):
    place = {"item_id": f"msg_{id_}", "output_index": 0, "content_index": 0}
    return event("response.output_text.delta", sequence_number=number, **place, delta=text)


def completed(id_, text, number=9):
    return event("response.completed", sequence_number=number, response=response(id_, "completed", text))


def answer(id_, *pieces):
    """A whole answer, as messages; its numbers have no gap."""
    item = response(id_, "completed", "".join(pieces))["output"][0]
    opened = {**item, "status": "in_progress", "content": []}
    part = item["content"][0]
    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    middle = [
        {"type": "response.output_item.added", "output_index": 0, "item": opened},
        {"type": "response.content_part.added", **place, "part": {**part, "text": ""}},
        *({"type": "response.output_text.delta", **place, "delta": piece} for piece in pieces),
        {"type": "response.output_text.done", **place, "text": part["text"]},
        {"type": "response.content_part.done", **place, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
    ]
    numbered = [json.dumps({**fields, "sequence_number": number}) for number, fields in enumerate(middle, start=1)]
    return [created(id_), *numbered, completed(id_, part["text"], len(middle) + 1)]


def envelope(code, status=400, **error):
    return event("error", status=status, error={"code": code, "message": f"it was {code}", **error})
