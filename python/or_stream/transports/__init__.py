"""Transports: making the connection that a stream reads from."""
