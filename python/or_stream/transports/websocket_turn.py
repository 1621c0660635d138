"""One turn on a WebSocket as a source of messages. Needs the `websockets` library."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK

from ..errors import LimitExceeded
from ..json_text import read as read_json
from ..stream.sources import AsyncSource, Chunk

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

FAILED_SECONDS = 2.0
"""How long `response.failed` is waited for behind an `error` event that is no envelope (rule E10)."""

_TOO_BIG = 1009
_DONE = b"[DONE]"
# As a key or value, not within a text, where its quotes would be escaped.
_ERROR = b'"error"'
_FAILED = b'"response.failed"'


class TurnSource(AsyncSource):
    """The messages from one `response.create` to the end of what it started (wire-format rule 13).

    Leaves the connection open: who owns it knows by `is_over`, and by the stream's outcome, whether the turn ended.

    Args:
        connection: The open connection, which nobody else reads meanwhile.
        max_bytes: The size of message that the connection refuses.
        failed_id: The response of the turn before, if that ended by an error: its `response.failed` may come yet.
    """

    messages = True

    def __init__(
        self,
        connection: ClientConnection,
        *,
        max_bytes: int | None,
        failed_id: str | None,
    ) -> None:
        self._connection = connection
        self._max_bytes = max_bytes
        self._failed_id = failed_id
        self._begun = False
        self._is_sent = False
        self._failed_by: float | None = None
        self.is_over = False
        """Whether the server said that nothing more will come."""
        self.error_code: str | None = None
        """Of the server's last error."""

    async def send(self, message: bytes) -> None:
        """Start the turn. A connection that is closed by now is told by the next `read`, behind what it still holds."""
        try:
            await self._connection.send(message, text=True)
        except (ConnectionClosedError, ConnectionClosedOK):
            return
        self._is_sent = True

    async def read(self) -> Chunk | None:
        """Wait for the next message; None behind an error envelope and at the end of the connection."""
        if self.is_over:
            return None
        message = await self._receive()
        while message is not None and not self._begun and self._is_left_over(message):
            message = await self._receive()
        self._begun = True
        if message is not None and _ERROR in message:
            self._look_for_error(message)
        return message

    async def aclose(self) -> None:
        """Do nothing: the connection outlives the turn."""

    async def abort(self) -> None:
        """Close the connection, which wakes a task that waits for it."""
        await self._connection.close()

    async def _receive(self) -> bytes | None:
        try:
            async with asyncio.timeout_at(self._failed_by):
                return await self._connection.recv(decode=False)
        except TimeoutError:
            self.is_over = True
            return None
        except ConnectionClosedOK:
            if not self._is_sent:
                raise
            return None
        except ConnectionClosedError as error:
            if error.sent is not None and error.sent.code == _TOO_BIG and not error.rcvd_then_sent:
                raise self._too_big() from error
            raise

    def _too_big(self) -> LimitExceeded:
        size = self._max_bytes or 0
        return LimitExceeded(f"a message of more than {size} bytes", limit="max_event_bytes", value=size)

    def _is_left_over(self, message: bytes) -> bool:
        """Whether a message still belongs to the turn before."""
        if message.strip() == _DONE:
            return True
        if self._failed_id is None or _FAILED not in message:
            return False
        event = _members(message)
        return event.get("type") == "response.failed" and _dict(event.get("response")).get("id") == self._failed_id

    def _look_for_error(self, message: bytes) -> None:
        event = _members(message)
        # Some servers leave the type out (rule E9).
        if event.get("type") != "error" and ("type" in event or "error" not in event):
            return
        self._failed_by = asyncio.get_running_loop().time() + FAILED_SECONDS
        error = _dict(event.get("error"))
        self.error_code = error.get("code", event.get("code"))
        status = event.get("status")
        # The envelope is the last word; an event of the other shapes may be followed by `response.failed`.
        if isinstance(status, int):
            self.is_over = True
            self.status = status


def _members(message: bytes) -> dict[str, Any]:
    try:
        return _dict(read_json(message))
    except ValueError:
        return {}


def _dict(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
