"""openai: `responses.create(stream=True)`, its event objects read in the obvious way."""

from typing import Any

import openai

from clients.case import Case
from clients.seen import Seen

from .obvious import ENDS

NAME, PACKAGE, WAY = "openai", "openai", "`responses.create(stream=True)`, deltas joined"
NOTICES = (
    "APIError",
    "APIConnectionError",
    "APIStatusError",
    "APIResponseValidationError",
    "APITimeoutError",
    "InternalServerError",
)


def read(base_url: str, _case: Case, seen: Seen) -> None:
    client = openai.OpenAI(base_url=base_url, api_key="none", max_retries=0)
    with client, client.responses.create(model="x", input="hi", stream=True) as stream:
        for event in stream:
            take(event, seen)


def take(event: Any, seen: Seen) -> None:
    seen.events += 1
    if event.type == "response.output_text.delta":
        seen.text += event.delta
    elif event.type == "response.output_item.done" and event.item.type == "function_call":
        seen.calls.append((event.item.name, event.item.arguments))
    elif event.type in ENDS:
        seen.ended = ENDS[event.type]
