"""`python -m tests.serve.bare_player FILE` plays a recording as simply as it can be, to see what the machine allows."""

import json
import socket
import sys
from time import monotonic, sleep

from or_stream.bench.captures import read_capture

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"


def play(chunks, client):
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.recv(65536)
    start = monotonic()
    client.sendall(HEAD)
    for t_ns, data in chunks:
        due = start + t_ns / 1e9
        while (left := due - monotonic()) > 0:
            if left > 0.0005:
                sleep(left - 0.0005)
        client.sendall(b"%x\r\n%s\r\n" % (len(data), data))
    client.sendall(b"0\r\n\r\n")


def main():
    chunks = read_capture(sys.argv[1]).chunks
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(json.dumps({"url": f"http://127.0.0.1:{server.getsockname()[1]}/v1/responses"}), flush=True)
        while True:
            client, _ = server.accept()
            with client:
                play(chunks, client)


if __name__ == "__main__":
    main()
