"""The server of `or-stream serve`, over real sockets."""
