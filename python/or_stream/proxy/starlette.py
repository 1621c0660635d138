"""Relaying in Starlette and FastAPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from starlette.responses import Response

from .asgi import relay_asgi
from .options import check_options

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import CoroutineType

    from starlette.background import BackgroundTask
    from starlette.types import Receive, Scope, Send
    from typing_extensions import Unpack

    from .ending import RelayEnd
    from .options import RelayOptions


class SSEProxyResponse(Response):
    """A response that relays a server's event stream and knows what passes.

        @app.post("/v1/responses")
        async def responses(request: Request) -> Response:
            upstream = client.build_request("POST", URL, content=await request.body(), headers=...)
            return SSEProxyResponse(client.send(upstream, stream=True), on_end=bill)

    Headers and cookies that are set on it are sent with those of the server, in the place of those with the same name;
    its `background` runs when the relay is over, also when the client has left.

    Args:
        upstream: The server's response (httpx2, httpx, aiohttp) or an awaitable of it. It is closed in the end, also
            when the client leaves.
        background: What Starlette and FastAPI run behind a response.
        options: See `RelayOptions`.

    Raises:
        TypeError: As for `Relay`.
        ValueError: As for `Relay`.
    """

    media_type = "text/event-stream"

    def __init__(
        self, upstream: Any, *, background: BackgroundTask | None = None, **options: Unpack[RelayOptions]
    ) -> None:
        check_options(options)
        super().__init__(headers=options.get("headers"), background=background)
        # Written for the empty body that the base class knows of.
        del self.headers["content-length"]
        self._upstream = upstream
        self._options = options

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> CoroutineType[Any, Any, None]:
        """Relay to the end; to be awaited."""
        options: RelayOptions = {**self._options, "headers": self.headers}
        relaying: Any = relay_asgi(self._upstream, scope, receive, send, **options)
        # Each coroutine costs something with every chunk: without a background task there is none of ours here.
        if self.background is not None:
            relaying = _then(relaying, self.background)
        return cast("CoroutineType[Any, Any, None]", relaying)


async def _then(relaying: Coroutine[Any, Any, RelayEnd], background: BackgroundTask) -> None:
    await relaying
    await background()
