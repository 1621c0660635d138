"""A server that sends one event every 10 ms, each as a chunk of its own."""

import time

import or_stream as ors
from or_stream.bench.captures.capture import blocks
from tests.transports.scripted_server import ScriptedServer

RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "status": "completed",
    "model": "m",
    "output": [
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "one two three four five", "annotations": []}],
        }
    ],
    "usage": {"input_tokens": 3, "output_tokens": 5, "total_tokens": 8},
}
PIECES = blocks(ors.synthesize(RESPONSE))


def slowly(exchange):
    exchange.chunked()
    for piece in PIECES:
        time.sleep(0.01)
        exchange.piece(piece)
    exchange.end()


class SlowServer(ScriptedServer):
    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self):
        super().__enter__()
        self.scripts["/"] = slowly
        return self
