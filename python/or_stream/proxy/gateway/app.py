"""`Gateway`: the application that stands between clients and one server."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from functools import partial
from time import monotonic_ns
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.websockets import WebSocket

from ...errors import OrStreamError
from ...transports.websocket_open import open_websocket
from ..log import EventLogError, resume_app
from ..options import check_options
from ..refusing import one_line
from ..refusing import refusal as told_refusal
from ..relay import MAX_EVENT_BYTES
from ..rewrite.shapes import as_object
from ..starlette import SSEProxyResponse
from ..tap import Tap
from .books import Asked, Books, usage_record
from .forwarding import Forwarded, handshake_headers, request_headers, target
from .refusal import NO_WEBSOCKET, UNREAD, Refusal, deny, refusal_of
from .turns import Turns
from .websocket import JoinedWebSockets

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send
    from typing_extensions import Unpack
    from websockets.asyncio.client import ClientConnection

    from ..ending import RelayEnd
    from ..options import RelayOptions

RESPONSES = "/v1/responses"
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
_CONNECT_SECONDS = 10.0
_UNKNOWN_RESPONSE = "response-that-nobody-has"


class Gateway:
    """An ASGI application that relays the streams of one server, and passes everything else on to it.

    `POST /v1/responses` with `"stream": true` is relayed as by `SSEProxyResponse`. A WebSocket at that path is joined
    to one of the server's, message by message; a `log` does not see what passes there. Every other request goes to the
    same path of the server, and its answer back. With a `rewriter` no response gets around it: those that are not
    streamed and those that are read later are rewritten too, and WebSockets are refused.

    `GET /healthz` says that the gateway lives, `GET /readyz` that its event log answers too, `GET /metrics` what
    Prometheus wants to know. With a log, `GET /v1/responses/{id}?stream=true` goes on with a stream, on any node that
    shares the log, and `POST /v1/responses/{id}/cancel` ends it.

    Args:
        upstream: The server's base URL; `/v1` and `/v1/responses` at its end are those of the requests.
        upstream_headers: Headers for the server, in the place of the client's own of that name.
        books: The usage log and the metrics.
        options: What every relay is told, the `log` too, but no `tap`; see `RelayOptions`.

    Raises:
        TypeError: Raised for an option that there is none of.
        ValueError: Raised when the URL is none of a server, and for a value that an option cannot have.
    """

    def __init__(
        self,
        upstream: str,
        *,
        upstream_headers: Mapping[str, str] | None = None,
        books: Books | None = None,
        **options: Unpack[RelayOptions],
    ) -> None:
        check_options(options)
        if "tap" in options:
            message = "a tap reads one stream: a gateway gives each its own, and on_end gets it"
            raise TypeError(message)
        self.upstream = _base_of(upstream)
        self.books = books or Books()
        self._log = log = options.get("log")
        self._headers = {name.lower(): value for name, value in (upstream_headers or {}).items()}
        self._options = options
        self._session: aiohttp.ClientSession | None = None
        routes: list[Route | Mount] = [
            Route("/healthz", _health),
            Route("/readyz", self._ready),
            Route("/metrics", self._metrics),
            Route(RESPONSES, self._create, methods=["POST"]),
        ]
        if log is not None:
            self._resume = resume_app(log, path=RESPONSES)
            routes.append(Route(RESPONSES + "/{response_id}/cancel", self._cancel, methods=["POST"]))
        if log is not None or "rewriter" in options:
            routes.append(Route(RESPONSES + "/{response_id}", self._read, methods=["GET"]))
        routes.append(Route("/{path:path}", self._forward, methods=_METHODS))
        self._app = Starlette(routes=routes, lifespan=self._lifespan)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or one WebSocket: ASGI."""
        if scope["type"] == "websocket":
            await self._join(WebSocket(scope, receive, send))
        else:
            await self._app(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncGenerator[None]:
        # A gateway's own limits are those of its server: no pool of connections holds clients up.
        connector = aiohttp.TCPConnector(limit=0)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=True) as session:
            self._session = session
            yield
        self._session = None

    # Routes

    async def _create(self, request: Request) -> Response:
        body = await request.body()
        asked = _asked(request, body)
        if not (asked.stream or self._rewrites):
            return self._forwarded(request, asked, body)
        return self._relayed(request, asked, body)

    async def _join(self, client: WebSocket) -> None:
        """Join a WebSocket to one of the server's, or answer its handshake with the reason why not."""
        asked = Asked(path=client.url.path, model=None, stream=True, began_ns=monotonic_ns())
        if asked.path != RESPONSES or self._rewrites:
            refusal = UNREAD if self._rewrites else NO_WEBSOCKET
            await deny(client, refusal.answer())
            self.books.note(refusal.record(asked))
            return
        try:
            server = await self._open_websocket(client)
        except OrStreamError as error:
            status, body = told_refusal(error)
            await deny(client, Response(body, status, media_type="application/json"))
            self.books.note(Refusal(status, "upstream_error", one_line(error)).record(asked))
            return
        turns = Turns(asked.path, self.books.in_flight.inc, self._note)
        await JoinedWebSockets(client, server, turns, self._options).run()

    async def _forward(self, request: Request) -> Response:
        refusal = refusal_of(request)
        if refusal is not None:
            self.books.note(refusal.record(_asked(request, b"")))
            return refusal.answer()
        body = await request.body()
        return self._forwarded(request, _asked(request, body), body)

    async def _read(self, request: Request) -> Response:
        if self._log is not None and request.query_params.get("stream") == "true":
            return _Application(self._resume)
        if self._rewrites and refusal_of(request) is None:
            return self._relayed(request, _asked(request, b""), b"")
        return await self._forward(request)

    async def _cancel(self, request: Request) -> Response:
        return _Application(self._resume)

    async def _ready(self, _: Request) -> Response:
        if self._log is not None:
            try:
                await self._log.read(_UNKNOWN_RESPONSE)
            except EventLogError as error:
                if error.status != 404:
                    return JSONResponse({"status": "unavailable", "error": error.payload}, 503)
        return JSONResponse({"status": "ready"})

    async def _metrics(self, _: Request) -> Response:
        body, media_type = self.books.metrics()
        return Response(body, headers={"content-type": media_type})

    async def _note(self, asked: Asked, end: RelayEnd) -> None:
        self.books.in_flight.dec()
        self.books.note(usage_record(asked, end))
        told = self._options.get("on_end")
        answer = told(end) if told is not None else None
        if answer is not None:
            await answer

    # The server

    @property
    def _rewrites(self) -> bool:
        return "rewriter" in self._options

    def _relayed(self, request: Request, asked: Asked, body: bytes) -> Response:
        self.books.in_flight.inc()
        # A log keeps whatever a broken stream had; without one the tap's memory need not grow with the stream.
        options: RelayOptions = {"tap": Tap("usage" if self._log is None else "items"), **self._options}
        options["on_end"] = partial(self._note, asked)
        if not asked.stream:
            options["open_early"] = False
        return SSEProxyResponse(self._ask(request, body), **options)

    def _forwarded(self, request: Request, asked: Asked, body: bytes) -> Response:
        self.books.in_flight.inc()

        def on_end(record: dict[str, Any]) -> None:
            self.books.in_flight.dec()
            self.books.note(record)

        return Forwarded(self._ask(request, body), asked, on_end)

    async def _ask(self, request: Request, body: bytes) -> aiohttp.ClientResponse:
        if self._session is None:
            message = "the gateway has not started: run it with a server that speaks ASGI's lifespan"
            raise RuntimeError(message)
        url = target(self.upstream, request.scope)
        own = [(name, value) for name, value in request_headers(request.headers.items()) if name not in self._headers]
        headers = [*own, *self._headers.items()]
        return await self._session.request(
            request.method, url, data=body or None, headers=headers, allow_redirects=False
        )

    async def _open_websocket(self, client: WebSocket) -> ClientConnection:
        return await open_websocket(
            str(target(self.upstream, client.scope)),
            headers={**handshake_headers(client.headers.items()), **self._headers},
            ssl=None,
            max_bytes=self._options.get("max_event_bytes", MAX_EVENT_BYTES),
            open_timeout=_CONNECT_SECONDS,
        )


class _Application(Response):
    """Another application's answer."""

    def __init__(self, app: Any) -> None:
        super().__init__()
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _base_of(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        message = f"--upstream must be the URL of a server, such as http://127.0.0.1:8000, not {url!r}"
        raise ValueError(message)
    path = parts.path.rstrip("/").removesuffix("/responses").removesuffix("/v1")
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def _asked(request: Request, body: bytes) -> Asked:
    told: Any = None
    if body:
        try:
            told = json.loads(body)
        except ValueError:
            told = None  # the server says what is wrong with it
    fields = as_object(told)
    model = fields.get("model")
    return Asked(
        path=request.url.path,
        model=model if isinstance(model, str) else None,
        stream=fields.get("stream") is True,
        began_ns=monotonic_ns(),
    )
