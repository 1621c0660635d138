"""A pytest plugin: the fixture `responses_server`, a real server for tests of what reads Open Responses.

pytest loads it by itself where `or-stream` is installed; docs/serving.md shows it at work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .models.contract import Spec
    from .serve import Playable, Request, ServerThread, Staging


class ResponsesServer:
    """A server that answers as a test wants it, in a thread of its own; it begins with a short synthetic stream.

    Args:
        thread: The server that runs.
    """

    def __init__(self, thread: ServerThread) -> None:
        self._thread = thread

    @property
    def url(self) -> str:
        """The URL to POST to, or to GET a response from, with its id behind."""
        return self._thread.url

    @property
    def base_url(self) -> str:
        """The URL that clients want which add `/responses` themselves."""
        return self._thread.url.removesuffix("/responses")

    @property
    def websocket_url(self) -> str:
        """The URL for WebSocket."""
        return self._thread.websocket_url

    @property
    def requests(self) -> list[Request]:
        """What was asked so far; `request.json` is its body."""
        return self._thread.requests

    def serve(self, *sources: Playable, staging: Staging | None = None, spec: Spec = "2026-04-24") -> str:
        """Answer with these from now on, round robin.

        Args:
            sources: Recordings (paths), bodies, finished responses, scripts of events, synthetic streams.
            staging: Pace, cuts, faults; None for no waiting and no faults.
            spec: The version of the contract.

        Returns:
            The URL.

        Raises:
            CaptureError: Raised when a recording cannot be read.
            OSError: Raised when there is no such file.
            TypeError: Raised for what cannot be played.
            ValueError: Raised when there is nothing to play, or it does not fit.
        """
        self._thread.play(_program(sources, staging, spec))
        return self.url


@pytest.fixture
def responses_server() -> Iterator[ResponsesServer]:
    """A server of Open Responses streams on 127.0.0.1, in a thread of its own."""
    # Imported here: a test session that never asks for it must not pay for it.
    from .serve import ServerThread, Synthetic  # noqa: PLC0415

    with ServerThread(_program((Synthetic(tokens=8),), None, "2026-04-24")) as thread:
        yield ResponsesServer(thread)


def _program(sources: tuple[Any, ...], staging: Staging | None, spec: Spec) -> Any:
    from .serve import AT_ONCE, Program, Take  # noqa: PLC0415
    from .serve import Staging as SomeStaging  # noqa: PLC0415

    return Program([Take.of(source) for source in sources], staging or SomeStaging(pace=AT_ONCE), spec=spec)
