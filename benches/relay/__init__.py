"""A thousand streams through one process: what relaying costs beside a relay that only copies bytes.

The server, the relay and the clients are processes of their own; only the relay's CPU time counts.
"""
