"""What authors of gateways write: for mypy and pyright in strict mode, never run."""

from collections.abc import AsyncIterator
from typing import Any, assert_type

import httpx2
from aiohttp import web
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

import or_stream as ors
from or_stream import models
from or_stream.proxy import (
    Broadcast,
    ClientGone,
    Downstream,
    Drain,
    EventLog,
    EventLogError,
    Listener,
    MemoryEventLog,
    RedisEventLog,
    Relay,
    RelayEnd,
    RelayOptions,
    Rewriter,
    SlowConsumer,
    SSEProxyResponse,
    Tap,
    relay_aiohttp,
    relay_asgi,
    resume_app,
)
from or_stream.proxy.gateway import Books, Gateway
from or_stream.proxy.telemetry import Telemetry

CLIENT = httpx2.AsyncClient()
URL = "http://localhost:8000/v1/responses"


def tap(chunks: list[bytes]) -> ors.Outcome:
    passing = Tap("items")
    for chunk in chunks:
        passing.feed(memoryview(chunk))
    assert_type(passing.usage, models.Usage | None)
    assert_type(passing.model, str | None)
    assert_type(passing.response_id, str | None)
    assert_type(passing.terminal, ors.Outcome | None)
    assert_type(passing.error, dict[str, Any] | None)
    assert_type(passing.at_boundary, bool)
    assert_type(passing.first_token_ns, int | None)
    assert_type(passing.event_counts, dict[str, int])
    assert_type(passing.partial_response("failed"), models.Response)
    return assert_type(passing.finish(), ors.Outcome)


def rewriter() -> Rewriter:
    def shout(event: ors.OutputTextDelta) -> str:
        return event.delta.upper()

    made = Rewriter(limits=ors.Limits()).on("response.output_text.delta", shout).on("error", lambda _: [])
    made = made.on_text(str.upper, hold=8, kinds=["output_text", "arguments"])
    assert_type(made.feed(b"") + made.finish() + made.abort("code", "message"), bytes)
    return assert_type(made, ors.Rewriter)


def bill(end: RelayEnd) -> None:
    assert_type(end.outcome, ors.Outcome)
    assert_type(end.tap, ors.Tap)
    assert_type(end.status, int | None)
    assert_type(end.bytes_in + end.bytes_out, int)
    assert_type(end.seconds, float)
    assert_type(end.client_gone, bool)
    assert_type(end.error, BaseException | None)
    assert_type(end.log_error, EventLogError | None)
    if end.reason == "max_duration":
        raise TimeoutError


async def settle(end: RelayEnd) -> None:
    bill(end)


async def starlette(request: Request) -> SSEProxyResponse:
    asked = CLIENT.build_request("POST", URL, content=await request.body())
    return SSEProxyResponse(CLIENT.send(asked, stream=True), heartbeat=15, rewriter=rewriter(), on_end=settle)


async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
    options: RelayOptions = {"on_client_gone": "drain", "drain": Drain(max_seconds=60), "on_end": bill}
    async with CLIENT.stream("POST", URL) as response:
        assert_type(await relay_asgi(response, scope, receive, send, **options), RelayEnd)


async def aiohttp(request: web.Request) -> web.StreamResponse:
    return await relay_aiohttp(
        request, body(), send_timeout=5, max_duration=600.0, headers={"x-mine": "1"}, on_end=bill
    )


async def body() -> AsyncIterator[bytes]:
    yield b"data: [DONE]\n\n"


class Mine(Downstream):
    async def start(self, status: int, headers: list[tuple[str, str]]) -> None: ...

    async def send(self, data: bytes) -> None:
        raise ClientGone

    async def finish(self) -> None: ...

    async def gone(self) -> None: ...


async def anything_else() -> None:
    assert_type(await Relay(body(), tap=Tap("usage"), ping=None).run(Mine()), RelayEnd)


async def fan_out() -> None:
    cast = Broadcast(body(), keep=True)
    listener = cast.join("coalesce", max_bytes=1 << 20)
    assert_type(listener, Listener)
    assert_type(cast.outcome, ors.Outcome | None)
    await cast.run()
    try:
        async for chunk in listener:
            assert_type(chunk, bytes)
    except SlowConsumer as slow:
        assert_type(slow.retry_safe, bool)
    async with ors.AsyncEventStream(cast.join()) as stream:
        assert_type(await stream.get_final_response(), models.Response)


async def logs(redis: Redis | None) -> EventLog:
    log: EventLog = MemoryEventLog(max_bytes=1 << 20, ttl=60) if redis is None else RedisEventLog(redis)
    async with await log.read("resp_1", 7) as reader:
        async for events in reader:
            assert_type(events, bytes)
    try:
        await log.cancel("resp_1")
    except EventLogError as error:
        assert_type(error.status, int)
        assert_type(error.payload, dict[str, Any])
    return log


def applications(log: EventLog) -> Starlette:
    def record(told: dict[str, Any]) -> None:
        print(told["usage"])

    gateway = Gateway(URL, upstream_headers={"x": "y"}, books=Books(on_record=record), heartbeat=15, log=log)
    assert_type(gateway.books.metrics(), tuple[bytes, str])
    resume = resume_app(log, send_timeout=5)
    on_end = Telemetry(server_address="api.example.com").begin("m")
    SSEProxyResponse(body(), on_end=on_end)
    return Starlette(routes=[Route("/one", starlette, methods=["POST"]), Mount("/r", resume), Mount("/", gateway)])
