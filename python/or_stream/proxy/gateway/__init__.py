"""A ready gateway: what `or-stream proxy` runs, as an ASGI application for whoever wants more around it.

`app` routes and relays, `websocket` joins a client's WebSocket to the server's and `turns` tells its responses apart,
`forwarding` passes on what is no stream, `refusal` answers what cannot go to the server, `books` keeps the usage log
and the metrics.
"""

from .app import Gateway
from .books import Books, usage_record

__all__ = ["Books", "Gateway", "usage_record"]
