"""What is asked: one request, or many in turn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ...json_text import read as read_json
from ...json_text import write_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HEADERS = {"accept": "text/event-stream", "accept-encoding": "identity"}


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """One request, ready to be sent as often as the plan says.

    Args:
        url: Taken as it is.
        headers: All that are sent beside those of the transport.
        body: What is posted; None for a GET.
    """

    url: str
    headers: dict[str, str]
    body: bytes | None

    @classmethod
    def make(cls, url: str, members: Mapping[str, Any] | None, headers: Mapping[str, str] | None = None) -> LoadRequest:
        """Build a POST of JSON with `stream` set, or a GET where there are no members.

        Args:
            url: Of the `responses` endpoint.
            members: Of the request's JSON object.
            headers: The caller's, which win over ours.
        """
        own = {name.lower(): value for name, value in (headers or {}).items()}
        if members is None:
            return cls(url, {**_HEADERS, **own}, None)
        return cls(
            url, {**_HEADERS, "content-type": "application/json", **own}, write_bytes({**members, "stream": True})
        )

    @property
    def method(self) -> str:
        """The method of HTTP."""
        return "GET" if self.body is None else "POST"


def read_requests(text: str) -> list[dict[str, Any]]:
    """Read the requests that a run sends in turn.

    Args:
        text: A JSON object; or the path of a file that holds one, an array of them, or one a line (JSONL).

    Returns:
        At least one request.

    Raises:
        OSError: Raised when the file cannot be read.
        ValueError: Raised when it holds something else; the message names the line.
    """
    if text.lstrip().startswith("{"):
        try:
            return [_object(read_json(text), "the request")]
        except ValueError as error:
            message = f"the request is not JSON: {error}"
            raise ValueError(message) from error
    content = Path(text).read_bytes()
    try:
        whole = read_json(content)
    except ValueError:
        found = _lines(text, content.splitlines())
    else:
        many = _listed(whole)
        found = [_object(one, f"{text}: request {place}") for place, one in enumerate(many, start=1)]
    if not found:
        message = f"{text}: holds no request"
        raise ValueError(message)
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]


def _lines(path: str, lines: Sequence[bytes]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found.append(_object(read_json(line), f"{path}: line {number}"))
        except ValueError as error:
            message = str(error) if str(error).startswith(path) else f"{path}: line {number}: not JSON: {error}"
            raise ValueError(message) from error
    return found


def _object(value: Any, where: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    message = f"{where} is not a JSON object"
    raise ValueError(message)
