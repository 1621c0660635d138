"""Output items: what a response is made of."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from .base import Model
from .by_type import ByType
from .hosted import (
    AdditionalTools,
    ApplyPatchCall,
    ApplyPatchCallOutput,
    CodeInterpreterCall,
    ComputerCall,
    ComputerCallOutput,
    CustomToolCall,
    CustomToolCallOutput,
    FileSearchCall,
    ImageGenerationCall,
    LocalShellCall,
    LocalShellCallOutput,
    McpApprovalRequest,
    McpApprovalResponse,
    McpCall,
    McpListTools,
    Program,
    ProgramOutput,
    ShellCall,
    ShellCallOutput,
    ToolSearchCall,
    ToolSearchOutput,
    WebSearchCall,
)
from .parts import ContentPartField, InputText, OutputText, Refusal, Text
from .unknown import Unknown


class Message(Model):
    """A message, by the role that wrote it; `phase` is `commentary` or `final_answer`."""

    type: Literal["message"] = "message"
    id: str = ""
    status: str | None = None
    role: str | None = None
    content: list[ContentPartField] = Field(default_factory=list[ContentPartField])
    phase: str | None = None

    @property
    def text(self) -> str:
        """The text parts in order, joined with nothing between them; or the content, where it was sent as a text."""
        texts = "".join(part.text for part in self.content if isinstance(part, OutputText | Text | InputText))
        return texts or self._whole_text()

    @property
    def output_text(self) -> str:
        """The `output_text` parts in order, joined; or the content, where a server sent it as a text."""
        texts = "".join(part.text for part in self.content if isinstance(part, OutputText))
        return texts or self._whole_text()

    def _whole_text(self) -> str:
        whole = None if self.content else (self.model_extra or {}).get("content")
        return whole if isinstance(whole, str) else ""

    @property
    def refusal(self) -> str | None:
        """The refusal parts, joined, or None when the model did not refuse."""
        refusals = [part.refusal for part in self.content if isinstance(part, Refusal)]
        return "".join(refusals) if refusals else None


class FunctionCall(Model):
    """A call of a `FunctionTool`, to be answered with a `FunctionCallOutput`; `arguments` is JSON text."""

    type: Literal["function_call"] = "function_call"
    id: str = ""
    status: str | None = None
    call_id: str = ""
    name: str = ""
    arguments: str = ""


class FunctionCallOutput(Model):
    """The answer to a `FunctionCall`: text or content parts."""

    type: Literal["function_call_output"] = "function_call_output"
    id: str = ""
    status: str | None = None
    call_id: str = ""
    output: str | list[ContentPartField] = ""


class Reasoning(Model):
    """What the model thought: raw, summed up, or encrypted for the next request; any mix of the three."""

    type: Literal["reasoning"] = "reasoning"
    id: str = ""
    status: str | None = None
    summary: list[ContentPartField] = Field(default_factory=list[ContentPartField])
    content: list[ContentPartField] = Field(default_factory=list[ContentPartField])
    encrypted_content: str | None = None


class Compaction(Model):
    """A conversation so far, in the server's own encrypted short form."""

    type: Literal["compaction"] = "compaction"
    id: str = ""
    encrypted_content: str = ""
    created_by: str | None = None


class UnknownItem(Unknown):
    """An item of any other type, with all of its fields (rule R8)."""

    id: str = ""
    status: str | None = None


Item: TypeAlias = (
    Message
    | FunctionCall
    | FunctionCallOutput
    | Reasoning
    | Compaction
    | FileSearchCall
    | WebSearchCall
    | ImageGenerationCall
    | CodeInterpreterCall
    | McpCall
    | McpListTools
    | McpApprovalRequest
    | McpApprovalResponse
    | CustomToolCall
    | CustomToolCallOutput
    | ComputerCall
    | ComputerCallOutput
    | LocalShellCall
    | LocalShellCallOutput
    | ShellCall
    | ShellCallOutput
    | ApplyPatchCall
    | ApplyPatchCallOutput
    | Program
    | ProgramOutput
    | ToolSearchCall
    | ToolSearchOutput
    | AdditionalTools
    | UnknownItem
)
"""Any output item; usable with `isinstance` and `match`."""

ItemField: TypeAlias = Annotated[Item, ByType(UnknownItem)]
"""`Item` as the type of a model's field."""
