"""The one request that a connection sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ..json_text import write_bytes

if TYPE_CHECKING:
    from ..models import CreateResponse

Body: TypeAlias = "CreateResponse | Mapping[str, Any] | bytes | None"

_HEADERS = {
    "accept": "text/event-stream",
    # A proxy that compresses also buffers; and nothing has to be inflated that could be a bomb (F11).
    "accept-encoding": "identity",
}


@dataclass(frozen=True, slots=True)
class Request:
    """Method, URL, headers and body, ready for any HTTP client."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None

    @classmethod
    def make(cls, url: str, body: Body, headers: Mapping[str, str] | None) -> Request:
        """Build the request: a POST of JSON with `stream` set, or a GET where there is no body.

        Args:
            url: Taken as it is.
            body: A model or mapping, of which `stream` is set to true; bytes, which are sent as they are; or None.
            headers: The caller's, which win over ours.
        """
        own = {key.lower(): value for key, value in dict(headers or {}).items()}
        if body is None:
            return cls("GET", url, {**_HEADERS, **own}, None)
        return cls("POST", url, {**_HEADERS, "content-type": "application/json", **own}, _content(body))


def _content(body: CreateResponse | Mapping[str, Any] | bytes) -> bytes:
    if isinstance(body, bytes):
        return body
    to_dict: Any = getattr(body, "to_dict", None)
    members: Any = to_dict() if to_dict is not None else body
    if not isinstance(members, Mapping):
        message = f"a request is a CreateResponse, a mapping, bytes or None, not {type(body).__name__}"
        raise TypeError(message)
    return write_bytes({**members, "stream": True})  # pyright: ignore[reportUnknownArgumentType] - a mapping of JSON
