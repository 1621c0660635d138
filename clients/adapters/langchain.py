"""langchain-openai: `ChatOpenAI(use_responses_api=True).stream()`, its chunks added up."""

from typing import Any

from langchain_openai import ChatOpenAI

from clients.case import Case
from clients.seen import Seen

NAME, PACKAGE, WAY = "langchain", "langchain-openai", "`ChatOpenAI(use_responses_api=True).stream()`, chunks added"
NOTICES = (
    "APIError",
    "APIConnectionError",
    "APIStatusError",
    "APIResponseValidationError",
    "APITimeoutError",
    "InternalServerError",
)


def read(base_url: str, _case: Case, seen: Seen) -> None:
    model: Any = ChatOpenAI(model="x", base_url=base_url, api_key="none", use_responses_api=True, max_retries=0)
    whole: Any = None
    for chunk in model.stream("hi"):
        seen.events += 1
        whole = chunk if whole is None else whole + chunk
        seen.text = str(whole.text)
        seen.calls = [(call["name"] or "", call["args"] or "") for call in whole.tool_call_chunks]
    if whole is not None:
        seen.ended = whole.response_metadata.get("status") or "silent"
