"""A real HTTP/1.1 server on a real socket that does exactly what a script says, in its own threads."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer

EVENT_STREAM = {"content-type": "text/event-stream"}


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class Exchange:
    """What a script can do with one request."""

    handler: StreamRequestHandler
    request: Request
    gone: threading.Event

    def head(self, status=200, headers=EVENT_STREAM, **more):
        lines = [f"HTTP/1.1 {status} X"] + [f"{name}: {value}" for name, value in {**headers, **more}.items()]
        self.handler.wfile.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def chunked(self, *pieces):
        self.head(**{"transfer-encoding": "chunked"})
        for piece in pieces:
            self.piece(piece)

    def piece(self, data):
        self.handler.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def end(self):
        self.handler.wfile.write(b"0\r\n\r\n")

    def whole(self, body, status=200, headers=EVENT_STREAM, **more):
        self.head(status, headers, **{"content-length": str(len(body))}, **more)
        self.handler.wfile.write(body)

    def reset(self):
        self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self):
        self.handler.close_connection = True
        self.handler.connection.close()

    def wait_until_gone(self, seconds=10):
        """Return when the client has closed the connection."""
        self.handler.connection.settimeout(seconds)
        with contextlib.suppress(ConnectionError):
            if self.handler.connection.recv(1) != b"":
                return
        self.gone.set()


@dataclass
class ScriptedServer:
    """Answers each path with its script; remembers requests, connections, and when a client went away."""

    scripts: dict[str, Callable[[Exchange], None]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    gone: threading.Event = field(default_factory=threading.Event)

    def __enter__(self):
        server = self

        class Handler(StreamRequestHandler):
            disable_nagle_algorithm = True

            def handle(self):
                self.close_connection = False
                server.connections += 1
                number = server.connections
                try:
                    while not self.close_connection and (request := self.receive(number)) is not None:
                        server.requests.append(request)
                        server.scripts[request.path](Exchange(self, request, server.gone))
                except ConnectionError:
                    server.gone.set()

            def receive(self, number):
                first = self.rfile.readline().decode()
                if not first:
                    return None
                # As real servers do: who begins a request and does not finish it is not waited for.
                self.connection.settimeout(1)
                try:
                    return self.rest(first, number)
                except TimeoutError:
                    return None
                finally:
                    self.connection.settimeout(None)

            def rest(self, first, number):
                method, path, _ = first.split(" ")
                headers = {}
                while line := self.rfile.readline().decode().strip():
                    name, _, value = line.partition(":")
                    headers[name.lower()] = value.strip()
                body = self.rfile.read(int(headers.get("content-length", 0)))
                return Request(method, path, headers, body, number)

            def finish(self):
                with contextlib.suppress(OSError, ValueError):
                    super().finish()

        class Server(ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, path="/"):
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

    def script(self, script, path="/"):
        self.scripts[path] = script
        return self.url(path)


def eventually(check, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
