"""A real HTTP server that answers `POST /<number>/v1/responses` with the body of that case."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .case import Case


@contextlib.contextmanager
def serving(cases: list[Case]) -> Iterator[str]:
    """Serve until the block ends; gives the address."""

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            body = cases[int(self.path.split("/")[1])].body
            self.send_response(200)
            self.send_header("content-type", content_type(body))
            self.send_header("transfer-encoding", "chunked")
            self.send_header("connection", "close")
            self.end_headers()
            whole = b"%x\r\n%s\r\n" % (len(body), body) if body else b""
            with contextlib.suppress(ConnectionError):
                self.wfile.write(whole + b"0\r\n\r\n")
            self.close_connection = True

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def content_type(body: bytes) -> str:
    """As the server of the row would say: a stream, unless the body is JSON or a page."""
    kinds = {b"{": "application/json", b"<": "text/html"}
    return kinds.get(body.lstrip()[:1], "text/event-stream")
