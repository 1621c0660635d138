"""openai-agents: `Runner.run_streamed`, with the case's tools, the run's new items."""

import asyncio
from typing import Any

import openai
from agents import Agent, FunctionTool, OpenAIResponsesModel, Runner, set_tracing_disabled
from agents.items import MessageOutputItem, ToolCallItem

from clients.case import Case
from clients.seen import Seen

NAME, PACKAGE, WAY = "openai-agents", "openai-agents", "`Runner.run_streamed`, `new_items`; a run that ends is complete"
NOTICES = (
    "APIError",
    "APIConnectionError",
    "APIStatusError",
    "APIResponseValidationError",
    "APITimeoutError",
    "InternalServerError",
    "ModelBehaviorError",
)


def read(base_url: str, case: Case, seen: Seen) -> None:
    set_tracing_disabled(disabled=True)
    asyncio.run(run(base_url, case, seen))


async def run(base_url: str, case: Case, seen: Seen) -> None:
    client = openai.AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0)
    agent = Agent(
        name="a",
        model=OpenAIResponsesModel("x", client),
        tools=[tool(name) for name in sorted({name for name, _ in case.calls})],
        tool_use_behavior="stop_on_first_tool",
    )
    result = Runner.run_streamed(agent, "hi", max_turns=1)
    async for _ in result.stream_events():
        seen.events += 1
    for item in result.new_items:
        take(item, seen)
    seen.ended = "completed"


def tool(name: str) -> Any:
    async def invoke(_context: Any, _arguments: str) -> str:
        return "done"

    return FunctionTool(name, "a tool", {"type": "object", "properties": {}}, invoke, strict_json_schema=False)


def take(item: Any, seen: Seen) -> None:
    if isinstance(item, MessageOutputItem):
        seen.text += "".join(part.text for part in item.raw_item.content if part.type == "output_text")
    elif isinstance(item, ToolCallItem) and getattr(item.raw_item, "type", "") == "function_call":
        raw: Any = item.raw_item
        seen.calls.append((raw.name, raw.arguments))
