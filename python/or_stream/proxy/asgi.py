"""Relaying in plain ASGI, on any server and framework that speaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from .downstream import ClientGone, Downstream
from .relay import Relay

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, MutableMapping

    from typing_extensions import Unpack

    from .ending import RelayEnd
    from .options import RelayOptions

    Message: TypeAlias = MutableMapping[str, Any]
    Scope: TypeAlias = MutableMapping[str, Any]
    Receive: TypeAlias = Callable[[], Awaitable[Message]]
    Send: TypeAlias = Callable[[Message], Awaitable[None]]


class AsgiDownstream(Downstream):
    """The client of an ASGI request."""

    __slots__ = ("_receive", "_send")

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send

    async def start(self, status: int, headers: list[tuple[str, str]]) -> None:
        """Send the head of the response."""
        raw = [(name.encode("latin-1"), _wire(value)) for name, value in headers]
        await self._pass({"type": "http.response.start", "status": status, "headers": raw})

    def send(self, data: bytes) -> Awaitable[None]:
        """Send some of the body; servers wait here while the client does not read."""
        return self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def finish(self) -> None:
        """End the body."""
        await self._pass({"type": "http.response.body", "body": b"", "more_body": False})

    async def gone(self) -> None:
        """Wait for `http.disconnect`; what is left of the request's body is passed over."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _pass(self, message: Message) -> None:
        try:
            await self._send(message)
        except OSError as error:
            # What servers of ASGI 2.4 raise when the client has left.
            raise ClientGone from error


def _wire(value: str) -> bytes:
    """Give the bytes of a header's value, which HTTP clients decode as UTF-8 where they can."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape")


def relay_asgi(
    upstream: Any, scope: Scope, receive: Receive, send: Send, **options: Unpack[RelayOptions]
) -> Coroutine[Any, Any, RelayEnd]:
    """Relay a stream as the response of an ASGI request; to be awaited.

    Args:
        upstream: The server's response or an awaitable of it, see `Relay`. It is closed in the end.
        scope: The application's `scope`; not looked at.
        receive: The application's `receive`.
        send: The application's `send`.
        options: See `RelayOptions`.

    Returns:
        How it ended, as `on_end` gets it.
    """
    return Relay(upstream, **options).run(AsgiDownstream(receive, send))
