"""Tests; `tests.twin` is the oracle and `tests.streams` the source of streams for tests and benches."""
