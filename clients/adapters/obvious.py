"""How most code reads events without a client's help: join the deltas, take finished calls, look at the last event."""

import json
from typing import Any

from clients.seen import Seen

URL = "/responses"
REQUEST = {"model": "x", "input": "hi", "stream": True}
ENDS = {f"response.{end}": end for end in ("completed", "incomplete", "failed", "cancelled")} | {"error": "error"}


def take(event: dict[str, Any], seen: Seen) -> None:
    """One event as a dict; `seen` grows."""
    seen.events += 1
    kind = event["type"]
    if kind == "response.output_text.delta":
        seen.text += event["delta"]
    elif kind == "response.output_item.done" and event["item"]["type"] == "function_call":
        seen.calls.append((event["item"]["name"], event["item"]["arguments"]))
    elif kind in ENDS:
        seen.ended = ENDS[kind]


def take_data(data: str, seen: Seen) -> None:
    """One SSE event's data."""
    if data and data != "[DONE]":
        take(json.loads(data), seen)
