"""The request for a response."""

from collections.abc import Sequence
from typing import Any

from .base import Bool, Int, Model, Number
from .input_items import InputItemField
from .options import ReasoningConfig, StreamOptions, TextConfig
from .tools import ToolChoiceField, ToolField


class CreateResponse(Model):
    """The body of `POST /responses` (`CreateResponseBody`); only what is given is sent.

    The fields from `conversation` on are OpenAI's. Others of a vendor can be given too; `model_validate` takes them
    from a dict where a type checker minds.
    """

    model: str | None = None
    input: str | Sequence[InputItemField] | None = None
    instructions: str | None = None
    previous_response_id: str | None = None
    include: Sequence[str] | None = None
    tools: Sequence[ToolField] | None = None
    tool_choice: ToolChoiceField | None = None
    parallel_tool_calls: Bool | None = None
    max_tool_calls: Int | None = None
    text: TextConfig | None = None
    reasoning: ReasoningConfig | None = None
    truncation: str | None = None
    temperature: Number | None = None
    top_p: Number | None = None
    presence_penalty: Number | None = None
    frequency_penalty: Number | None = None
    top_logprobs: Int | None = None
    max_output_tokens: Int | None = None
    stream: Bool | None = None
    stream_options: StreamOptions | None = None
    background: Bool | None = None
    store: Bool | None = None
    service_tier: str | None = None
    metadata: dict[str, str] | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    conversation: str | dict[str, Any] | None = None
    prompt: dict[str, Any] | None = None
    context_management: Sequence[dict[str, Any]] | None = None
    moderation: dict[str, Any] | None = None
    prompt_cache_options: dict[str, Any] | None = None
    prompt_cache_retention: str | None = None
    user: str | None = None
