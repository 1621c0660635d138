"""Judging a server's stream by the contract; `or_stream.check` is its one entry."""
