"""What one client gets of a relay: a head, whole events, an end; or a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .downstream import ClientGone, headed, json_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .downstream import Downstream
    from .passage import Passage


class Answer:
    """Writes to a client, and notes in its passage what it has.

    Args:
        client: Who gets it.
        passage: Where the relay stands.
        headers: The relay's own headers, in the place of the server's.
        goes_on: Whether a client that is gone ends nothing, since the stream is read to its end.
    """

    def __init__(self, client: Downstream, passage: Passage, headers: Mapping[str, str], *, goes_on: bool) -> None:
        self._client = client
        self._passage = passage
        self._headers = headers
        self._goes_on = goes_on

    async def start(self, status: int, headers: list[tuple[str, str]]) -> None:
        """Send the head.

        Raises:
            ClientGone: As for `send`.
        """
        self._passage.started = True
        try:
            await self._client.start(status, headed(headers, self._headers))
        except (ClientGone, OSError) as error:
            self.lose(error)

    async def send(self, data: bytes) -> None:
        """Send whole events, behind a heartbeat that is on its way.

        Raises:
            ClientGone: Raised when the client is gone and the stream ends with it.
        """
        passage = self._passage
        if passage.beating is not None:
            await passage.beating.wait()
        passage.sends(len(data))
        try:
            await self._client.send(data)
            passage.sent()
        except (ClientGone, OSError) as error:
            self.lose(error)

    def lose(self, error: Exception) -> None:
        """Note that the client is gone.

        Raises:
            ClientGone: As for `send`.
        """
        self._passage.unsent()
        self._passage.leave()
        if not self._goes_on:
            raise ClientGone from error

    async def end(self, rest: bytes) -> None:
        """Send the last of the body, if the client is still there."""
        self._passage.finished = not self._passage.client_gone
        if self._passage.client_gone:
            return
        if rest:
            await self.send(rest)
        await self._client.finish()

    async def refuse(self, status: int, body: bytes, upstream: Mapping[str, str] | None) -> None:
        """Answer with an error as JSON.

        Args:
            status: The HTTP status.
            body: The JSON.
            upstream: The headers of the server's response, such as `retry-after`; None where it has not answered.
        """
        await self.start(status, json_headers(upstream))
        await self.end(body)
