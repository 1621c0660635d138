"""The response object, as events carry it and as a finished request leaves it."""

from typing import Any, Literal, Self, TypeVar

from pydantic import Field, TypeAdapter

from ..errors import ServerStreamError
from .base import Bool, Int, Model, Number
from .faults import IncompleteDetails, ResponseError
from .input_items import InputItem, InputItemField
from .items import FunctionCall, ItemField, Message
from .next_input import as_input
from .options import ReasoningConfig, TextConfig
from .parsing import parse_output
from .tools import ToolChoiceField, ToolField
from .usage import Usage

T = TypeVar("T")


class Response(Model):
    """A response (`ResponseResource`): whole when it is finished, in part while it streams (rule E13).

    `status` is `completed`, `incomplete`, `failed`, `in_progress`, `queued`, `cancelled`, or any other text. Times are
    seconds since 1970, as an int or a float, whichever was sent.
    """

    id: str = ""
    object: Literal["response"] = "response"
    status: str | None = None
    created_at: Number | None = None
    completed_at: Number | None = None
    model: str = ""
    output: list[ItemField] = Field(default_factory=list[ItemField])
    usage: Usage | None = None
    error: ResponseError | None = None
    incomplete_details: IncompleteDetails | None = None
    previous_response_id: str | None = None
    instructions: str | list[InputItemField] | None = None
    tools: list[ToolField] = Field(default_factory=list[ToolField])
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
    store: Bool | None = None
    background: Bool | None = None
    service_tier: str | None = None
    metadata: dict[str, Any] | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None

    @property
    def output_text(self) -> str:
        """The text of all `output_text` parts of all messages, in order, joined with nothing between them."""
        return "".join(item.output_text for item in self.output if isinstance(item, Message))

    @property
    def function_calls(self) -> list[FunctionCall]:
        """The function calls, in order."""
        return [item for item in self.output if isinstance(item, FunctionCall)]

    def as_input(self, *, reasoning_content: bool = False) -> list[InputItem]:
        """Turn the output into the input items of the next request; see `as_input`.

        Args:
            reasoning_content: Keep raw reasoning too, for servers that take it back though the contract does not.

        Returns:
            The input items, in order.
        """
        return as_input(self.output, reasoning_content=reasoning_content)

    def parse_text(self, form: type[T] | TypeAdapter[T]) -> T:
        """Parse the text of the last message that has any: structured output.

        Args:
            form: A pydantic model, any other type that pydantic knows, or a `TypeAdapter`, which saves building one
                each time.

        Returns:
            The value.

        Raises:
            OutputRefused: Raised when the model refused.
            OutputIncomplete: Raised when the response is not finished.
            OutputParseError: Raised when there is no text, or it is not JSON or not of the type.
            ServerStreamError: Raised as by `raise_for_status`.
        """
        reason = self.incomplete_details.reason if self.incomplete_details else None
        output = self.raise_for_status().output
        value: T = parse_output(output, form, status=self.status, reason=reason, partial_json=self.to_json)
        return value

    def raise_for_status(self) -> Self:
        """Raise when the server gave no answer; `incomplete` is an answer (rule R10).

        Returns:
            This response, for chaining.

        Raises:
            ServerStreamError: Raised when the status is `failed` or `cancelled`, or when there is an error and the
                status is neither `completed` nor `incomplete`. Its `partial` equals this response.
        """
        if self.status in {"completed", "incomplete"}:
            return self
        if self.status not in {"failed", "cancelled"} and self.error is None:
            return self
        error = self.error or ResponseError(message=f"the response is {self.status}")
        # What a server says may be long: an excerpt is for the message, all of it is in `error`.
        code = f"{error.code}: " if error.code else ""
        message = f"response {self.status}: {code}{error.message[:200]!r}"
        raise ServerStreamError(message, error_json=error.to_json(), partial_json=self.to_json())
