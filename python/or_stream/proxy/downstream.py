"""The client's side of a relay, as the server frameworks give it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Mapping

HOP_BY_HOP = frozenset(
    "connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade".split()  # noqa: SIM905
)
_OF_THE_BODY = HOP_BY_HOP | {"content-length", "content-encoding", "content-type"}
_OWNED = _OF_THE_BODY | {"cache-control", "x-accel-buffering", "date", "server"}


class ClientGone(Exception):  # noqa: N818 - it is no error
    """The client has left; raised by `send`, never seen by users."""


class Downstream(ABC):
    """Where a relay writes. `send` waits while the client reads slowly: that is the backpressure."""

    __slots__ = ()

    @abstractmethod
    async def start(self, status: int, headers: list[tuple[str, str]]) -> None:
        """Send the head of the response."""

    @abstractmethod
    def send(self, data: bytes) -> Awaitable[None]:
        """Send some of the body; may be a coroutine function.

        Raises:
            ClientGone: Raised when nobody is there to read it.
            OSError: Raised for the same; a framework's own need not be translated.
        """

    @abstractmethod
    async def finish(self) -> None:
        """End the body."""

    @abstractmethod
    async def gone(self) -> None:
        """Wait until the client has left. Cancelled when it has not."""


def stream_headers(upstream: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """Give the head of a relayed event stream: the server's own headers, and what keeps proxies from buffering it.

    Hop-by-hop headers, length and coding are left out: the body is relayed decoded and of unknown length.

    Args:
        upstream: The headers of the server's response; None where it has not answered yet.
    """
    own = [("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache")]
    return [*own, ("x-accel-buffering", "no"), *_passed_on(upstream)]


def json_headers(upstream: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """Give the head of a JSON body, be it a refusal: with the server's own headers, such as `retry-after`."""
    return [("content-type", "application/json"), ("cache-control", "no-store"), *_passed_on(upstream)]


def headed(headers: list[tuple[str, str]], own: Mapping[str, str]) -> list[tuple[str, str]]:
    """Put somebody's own headers in the place of those with the same name; what belongs to the body stays.

    Args:
        headers: The head so far.
        own: The headers, of which one may stand there more than once if the mapping can hold that.
    """
    told = [(name.lower(), value) for name, value in _pairs(own) if name.lower() not in _OF_THE_BODY]
    names = {name for name, _ in told}
    return [*((name, value) for name, value in headers if name not in names), *told]


def _passed_on(upstream: Mapping[str, str] | None) -> list[tuple[str, str]]:
    told = _pairs(upstream) if upstream is not None else ()
    return [(name.lower(), value) for name, value in told if name.lower() not in _OWNED]


def _pairs(headers: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """List headers, each line by itself: httpx joins those of one name in `items`, which no cookie survives."""
    each: Any = getattr(headers, "multi_items", headers.items)
    told: Iterable[tuple[str, str]] = each()
    return told
