"""pydantic-ai: `model_request_stream_sync` with an `OpenAIResponsesModel`."""

import openai
from pydantic_ai.direct import model_request_stream_sync
from pydantic_ai.messages import ModelRequest, TextPart, ToolCallPart
from pydantic_ai.models.openai import OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

from clients.case import Case
from clients.seen import Seen

NAME, PACKAGE, WAY = "pydantic-ai", "pydantic-ai-slim", "`model_request_stream_sync(OpenAIResponsesModel)`, `.response`"
ENDS = {"stop": "completed", "tool_call": "completed", "length": "incomplete", "error": "failed"}
NOTICES = (
    "APIError",
    "APIConnectionError",
    "APIStatusError",
    "APIResponseValidationError",
    "APITimeoutError",
    "InternalServerError",
    "UnexpectedModelBehavior",
    "ModelHTTPError",
    "ModelAPIError",
)


def read(base_url: str, _case: Case, seen: Seen) -> None:
    client = openai.AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0)
    model = OpenAIResponsesModel("x", provider=OpenAIProvider(openai_client=client))
    with model_request_stream_sync(model, [ModelRequest.user_text_prompt("hi")]) as stream:
        for _ in stream:
            seen.events += 1
        final = stream.response
    seen.text = "".join(part.content for part in final.parts if isinstance(part, TextPart))
    calls = [part for part in final.parts if isinstance(part, ToolCallPart)]
    seen.calls = [(call.tool_name, call.args_as_json_str() if call.args else "") for call in calls]
    seen.ended = ENDS.get(final.finish_reason or "", "silent")
