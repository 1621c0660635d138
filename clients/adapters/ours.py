"""or_stream: `EventStream` over an HTTP response, and its `get_final_response()`."""

from typing import Any

import httpx2

from clients.case import Case, text_of
from clients.seen import Seen
from or_stream import EventStream, OrStreamError

from .obvious import REQUEST, URL

NAME, PACKAGE, WAY = "or_stream", "or-stream", "`EventStream`, `get_final_response()`"


NOTICES = ("StreamTruncated", "ServerStreamError", "TransportError", "StreamStalled")


def read(base_url: str, _case: Case, seen: Seen) -> None:
    with httpx2.Client() as client, client.stream("POST", base_url + URL, json=REQUEST) as response:
        try:
            with EventStream(response) as stream:
                for _ in stream:
                    seen.events += 1
                take(stream.get_final_response(), seen)
                seen.ended = str(stream.outcome)
        except OrStreamError as error:
            take(error.partial, seen)
            raise


def take(response: Any, seen: Seen) -> None:
    """The content of a finished or a partial response."""
    output = response.to_dict().get("output") or [] if response is not None else []
    messages = [item for item in output if item["type"] == "message"]
    seen.text = "".join(text_of(part) for item in messages for part in item.get("content") or [])
    seen.calls = [
        (item.get("name") or "", item.get("arguments") or "") for item in output if item["type"] == "function_call"
    ]
