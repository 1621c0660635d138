"""openai: the `responses.stream()` helper and its `get_final_response()`."""

import openai

from clients.case import Case
from clients.seen import Seen

NAME, PACKAGE, WAY = "openai helper", "openai", "`responses.stream()`, `get_final_response()`"
NOTICES = (
    "APIError",
    "APIConnectionError",
    "APIStatusError",
    "APIResponseValidationError",
    "APITimeoutError",
    "InternalServerError",
    "RuntimeError",
)  # its "Didn't receive a `response.completed` event."


def read(base_url: str, _case: Case, seen: Seen) -> None:
    client = openai.OpenAI(base_url=base_url, api_key="none", max_retries=0)
    with client, client.responses.stream(model="x", input="hi") as stream:
        for _ in stream:
            seen.events += 1
        final = stream.get_final_response()
    seen.text = final.output_text
    seen.calls = [(item.name, item.arguments) for item in final.output if item.type == "function_call"]
    seen.ended = final.status or "silent"
