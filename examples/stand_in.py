"""A small server that answers like a model, over HTTP and WebSocket: for the examples, and for those who have none.

    python examples/stand_in.py

serves http://localhost:8000/v1/responses and ws://localhost:8001/v1/responses until you stop it. What it answers
depends on the request: a tool is called, a JSON schema is obeyed, anything else gets a story. A request for the model
"cut" is cut off in the middle, one for "broken" gets an error, and one for "short" ends at its limit.
"""

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

import or_stream as ors

STORY = "Once upon a time a fox asked the sea for its name. The sea was still thinking when the tide went out."
WEATHER = {"city": "Bergen", "celsius": 7, "rain": True}
NUMBERS = count(1)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Make up the response to a request."""
    number = next(NUMBERS)
    short = request.get("model") == "short"
    item = item_for(request, f"{number}") if not short else message("Once upon a", f"{number}")
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": int(time.time()),
        "status": "incomplete" if short else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if short else None,
        "model": request.get("model"),
        "output": [item],
        "previous_response_id": request.get("previous_response_id"),
        "usage": {"input_tokens": 12, "output_tokens": 34, "total_tokens": 46},
    }


def item_for(request: dict[str, Any], number: str) -> dict[str, Any]:
    """Answer by a tool call, by JSON or by a story."""
    inputs = request.get("input")
    results = [item for item in inputs if "output" in item] if isinstance(inputs, list) else []
    if results:
        return message(f"The tool says: {results[-1]['output']}", number)
    if request.get("tools"):
        return {
            "type": "function_call",
            "id": f"fc_{number}",
            "call_id": f"call_{number}",
            "name": request["tools"][0]["name"],
            "arguments": json.dumps({"city": "Bergen", "days": [1, 2, 3], "unit": "celsius"}),
            "status": "completed",
        }
    return message(json.dumps(WEATHER) if request.get("text", {}).get("format") else STORY, number)


def message(text: str, number: str) -> dict[str, Any]:
    """A message of the assistant."""
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "id": f"msg_{number}", "role": "assistant", "status": "completed", "content": [part]}


def events(request: dict[str, Any]) -> list[bytes]:
    """The events that answer a request, each as its bytes."""
    if request.get("model") == "broken":
        error = {"type": "server_error", "code": "overloaded", "message": "come back later", "param": None}
        return [ors.encode({"type": "error", "sequence_number": 0, "error": error})]
    blocks = [block + b"\n\n" for block in ors.synthesize(answer(request)).split(b"\n\n") if block]
    return blocks[: len(blocks) // 2] if request.get("model") == "cut" else blocks


class Handler(BaseHTTPRequestHandler):
    """Answers `POST /v1/responses`, with a little pause before each event."""

    def do_POST(self) -> None:
        """Stream the answer; the end of the connection is the end of the body."""
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for event in events(request):
            self.wfile.write(event)
            time.sleep(0.005)

    def handle(self) -> None:
        """Serve a client for as long as it stays."""
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def talk(socket: ServerConnection) -> None:
    """Answer each message of a WebSocket."""
    try:
        for told in socket:
            for event in events(json.loads(told)):
                data = event.partition(b"data: ")[2].strip()
                if data != b"[DONE]":
                    socket.send(data.decode())
    except ConnectionClosed:
        pass


@contextmanager
def serving(http_port: int = 0, websocket_port: int = 0) -> Iterator[tuple[str, str]]:
    """Serve on these ports, 0 for any; gives the two URLs."""
    with ExitStack() as stack:
        http = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", http_port), Handler))
        websocket = stack.enter_context(serve(talk, "127.0.0.1", websocket_port))
        for server in (http, websocket):
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        ports = http.server_address[1], websocket.socket.getsockname()[1]
        yield f"http://localhost:{ports[0]}/v1/responses", f"ws://localhost:{ports[1]}/v1/responses"


@contextmanager
def server(kind: str = "http") -> Iterator[str]:
    """The URL that the command line names, or that of a stand-in which runs meanwhile."""
    if len(sys.argv) > 1:
        yield sys.argv[1]
        return
    with serving() as (http, websocket):
        yield http if kind == "http" else websocket


if __name__ == "__main__":
    with serving(8000, 8001) as urls:
        print("serving", *urls, flush=True)
        threading.Event().wait()
