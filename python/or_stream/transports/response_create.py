"""The one message that a client sends over a WebSocket: `response.create` (`WebSocketResponseCreateEvent`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..json_text import write_bytes

if TYPE_CHECKING:
    from ..models import CreateResponse

_TYPE = "response.create"
_FORBIDDEN = ("stream", "stream_options", "background")


class ResponseCreate:
    """A request as the message that starts a turn.

    Args:
        request: A `models.CreateResponse` or a mapping.

    Raises:
        ValueError: Raised when it has a field that must not be sent over a WebSocket, or another `type`.
        TypeError: Raised when it is neither model nor mapping.
    """

    def __init__(self, request: CreateResponse | Mapping[str, Any]) -> None:
        members = _members(request)
        forbidden = [name for name in _FORBIDDEN if name in members]
        if forbidden:
            message = f"not to be sent over a WebSocket, which always streams: {', '.join(forbidden)}"
            raise ValueError(message)
        if members.get("type", _TYPE) != _TYPE:
            message = f"type must be {_TYPE!r} or absent, not {members['type']!r}"
            raise ValueError(message)
        self._members = {"type": _TYPE, **members}

    @property
    def follows(self) -> bool:
        """Whether the request itself says which response it continues."""
        return self._members.get("previous_response_id") is not None

    def encode(self, *, previous_response_id: str | None) -> bytes:
        """Give the message as JSON.

        Args:
            previous_response_id: The response to continue; None leaves the request as it is.
        """
        after = {} if previous_response_id is None else {"previous_response_id": previous_response_id}
        return write_bytes(self._members | after)


def _members(request: object) -> dict[str, Any]:
    to_dict: Any = getattr(request, "to_dict", None)
    members: Any = to_dict() if to_dict is not None else request
    if not isinstance(members, Mapping):
        message = f"a request is a CreateResponse or a mapping, not {type(request).__name__}"
        raise TypeError(message)
    return dict(members)  # pyright: ignore[reportUnknownArgumentType] - a mapping of JSON
