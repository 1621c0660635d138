"""`or-stream proxy`: a ready gateway in front of one server, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..json_text import write_text
from .ending import complain

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from ..proxy import EventLog
    from ..proxy.options import RelayOptions
    from .serve import Address

_BACKLOG = 2048
_DRAIN_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """What the command was asked for.

    Attributes:
        upstream: The server's base URL.
        upstream_headers: Headers for the server.
        usage_log: Where the usage log goes: a file, "-" for standard output, None for none.
        redis: The URL of a Redis that keeps streams; None for none.
        options: What every relay is told.
        drain_seconds: How long streams may go on after SIGTERM or SIGINT.
    """

    upstream: str
    upstream_headers: dict[str, str]
    usage_log: str | None
    redis: str | None
    options: RelayOptions
    drain_seconds: int = _DRAIN_SECONDS


def proxy(asked: Proxy, at: Address, *, as_json: bool) -> int:
    """Relay until SIGINT or SIGTERM, then let what is under way end.

    Args:
        asked: What to do.
        at: Where to listen.
        as_json: Tell the URL as a JSON object.

    Returns:
        The exit code: 0 after SIGTERM.

    Raises:
        KeyboardInterrupt: Raised at SIGINT, when all is closed.
        OSError: Raised when the usage log cannot be written, or the address cannot be had.
        ImportError: Raised where the extra `proxy` is not installed.
        typer.BadParameter: Raised when a URL is none.
    """
    return asyncio.run(_proxy(asked, at, as_json=as_json))


async def _proxy(asked: Proxy, at: Address, *, as_json: bool) -> int:
    try:
        import uvicorn  # noqa: PLC0415 - an extra

        from ..proxy.gateway import Books, Gateway  # noqa: PLC0415 - as above
    except ImportError as missing:
        message = f"or-stream proxy needs {missing.name}: pip install 'or-stream[proxy]'"
        raise ImportError(message) from missing

    async with AsyncExitStack() as stack:
        options: RelayOptions = dict(asked.options)  # type: ignore[assignment] # a copy of one
        if asked.redis is not None:
            options["log"] = await _event_log(asked.redis, stack)
        books = Books(stack.enter_context(_opened(asked.usage_log)))
        try:
            gateway = Gateway(asked.upstream, upstream_headers=asked.upstream_headers, books=books, **options)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
        # Our own socket: uvicorn would end the process where the address cannot be had.
        family = socket.AF_INET6 if ":" in at.host else socket.AF_INET
        listening = stack.enter_context(socket.create_server((at.host, at.port), family=family, backlog=_BACKLOG))
        config = uvicorn.Config(
            gateway, log_level="critical", access_log=False, timeout_graceful_shutdown=asked.drain_seconds
        )
        server = _server(uvicorn, config)
        heard = _stop_at_signals(server)
        host, port = listening.getsockname()[:2]
        url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        told = {"url": url, "upstream": gateway.upstream}
        _write(write_text(told) if as_json else f"relaying {url} to {gateway.upstream}")
        await server.serve(sockets=[listening])
        await _end(server.server_state.tasks)
    if signal.SIGINT in heard:
        raise KeyboardInterrupt
    return 0


def _server(uvicorn: Any, config: Any) -> Any:
    class Server(uvicorn.Server):  # type: ignore[misc] # the module is imported late
        """Leaves signals to us: uvicorn would raise them once more at its end."""

        @contextmanager
        def capture_signals(self) -> Generator[None]:
            yield

    return Server(config)


async def _end(requests: Iterable[asyncio.Task[None]]) -> None:
    """End what uvicorn leaves under way: streams get their closing event while there are a server and a log."""
    left = list(requests)
    for request in left:
        # A second cancellation would break into the closing event of the first.
        if not request.cancelling():
            request.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _stop_at_signals(server: Any) -> set[signal.Signals]:
    """Stop at the first signal when what is under way has ended, at the second at once."""
    heard: set[signal.Signals] = set()

    def stop(number: signal.Signals) -> None:
        server.force_exit = bool(heard)
        server.should_exit = True
        heard.add(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop, number)
    return heard


async def _event_log(url: str, stack: AsyncExitStack) -> EventLog:
    try:
        from redis.asyncio import Redis  # noqa: PLC0415 - an extra
    except ImportError as missing:
        message = "--redis needs redis-py: pip install 'or-stream[redis]'"
        raise ImportError(message) from missing
    from ..proxy import RedisEventLog  # noqa: PLC0415 - as above

    try:
        redis: Redis = Redis.from_url(url)  # pyright: ignore[reportUnknownMemberType] # redis-py's own options
    except ValueError as error:
        message = f"--redis: {error}"
        raise typer.BadParameter(message) from error
    stack.push_async_callback(redis.aclose)
    return RedisEventLog(redis)


@contextmanager
def _opened(path: str | None) -> Generator[Any]:
    if path is None or path == "-":
        yield sys.stdout if path else None
        return
    with Path(path).open("a", encoding="utf-8") as file:
        yield file


def _write(line: str) -> None:
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        complain("nobody reads our output; the proxy serves all the same")
