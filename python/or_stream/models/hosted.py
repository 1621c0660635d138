"""Output items that OpenAI has beyond Open Responses: calls of hosted tools, and of tools with their own protocol."""

from typing import Any, Literal

from pydantic import Field

from .base import Bool, Int, Model
from .parts import ContentPartField
from .tools import ToolField


class FileSearchCall(Model):
    """A search in vector stores."""

    type: Literal["file_search_call"] = "file_search_call"
    id: str = ""
    status: str | None = None
    queries: list[str] = Field(default_factory=list[str])
    results: list[dict[str, Any]] | None = None


class WebSearchCall(Model):
    """A search in the web; `action` says what was searched for, opened or found."""

    type: Literal["web_search_call"] = "web_search_call"
    id: str = ""
    status: str | None = None
    action: dict[str, Any] | None = None


class ImageGenerationCall(Model):
    """The making of an image; `result` is its base64."""

    type: Literal["image_generation_call"] = "image_generation_call"
    id: str = ""
    status: str | None = None
    result: str | None = None
    revised_prompt: str | None = None
    size: str | None = None
    quality: str | None = None
    background: str | None = None
    output_format: str | None = None


class CodeInterpreterCall(Model):
    """Python that was run in a container, with its logs and images."""

    type: Literal["code_interpreter_call"] = "code_interpreter_call"
    id: str = ""
    status: str | None = None
    code: str | None = None
    container_id: str | None = None
    outputs: list[dict[str, Any]] | None = None


class McpCall(Model):
    """A call of an MCP server's tool; `arguments` is JSON text, `error` text or an object."""

    type: Literal["mcp_call"] = "mcp_call"
    id: str = ""
    status: str | None = None
    server_label: str = ""
    name: str = ""
    arguments: str = ""
    output: str | None = None
    error: str | dict[str, Any] | None = None
    approval_request_id: str | None = None


class McpListTools(Model):
    """The tools that an MCP server offers."""

    type: Literal["mcp_list_tools"] = "mcp_list_tools"
    id: str = ""
    server_label: str = ""
    tools: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    error: str | dict[str, Any] | None = None


class McpApprovalRequest(Model):
    """The question whether an MCP tool may be called."""

    type: Literal["mcp_approval_request"] = "mcp_approval_request"
    id: str = ""
    server_label: str = ""
    name: str = ""
    arguments: str = ""


class McpApprovalResponse(Model):
    """The caller's answer to an `McpApprovalRequest`."""

    type: Literal["mcp_approval_response"] = "mcp_approval_response"
    id: str = ""
    approval_request_id: str = ""
    approve: Bool | None = None
    reason: str | None = None


class CustomToolCall(Model):
    """A call of a `CustomTool`, to be answered with a `CustomToolCallOutput`; `input` is free text."""

    type: Literal["custom_tool_call"] = "custom_tool_call"
    id: str = ""
    status: str | None = None
    call_id: str = ""
    name: str = ""
    input: str = ""


class CustomToolCallOutput(Model):
    """The caller's answer to a `CustomToolCall`."""

    type: Literal["custom_tool_call_output"] = "custom_tool_call_output"
    id: str = ""
    status: str | None = None
    call_id: str = ""
    output: str | list[ContentPartField] = ""


class ComputerCall(Model):
    """What to do with a computer's screen, keyboard and mouse."""

    type: Literal["computer_call"] = "computer_call"
    id: str = ""
    status: str | None = None
    call_id: str = ""
    action: dict[str, Any] | None = None
    actions: list[dict[str, Any]] | None = None
    pending_safety_checks: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])


class ComputerCallOutput(Model):
    """The screen after a `ComputerCall`."""

    type: Literal["computer_call_output"] = "computer_call_output"
    id: str = ""
    status: str | None = None
    call_id: str = ""
    output: dict[str, Any] | None = None
    acknowledged_safety_checks: list[dict[str, Any]] | None = None


class LocalShellCall(Model):
    """A command to run on the caller's machine."""

    type: Literal["local_shell_call"] = "local_shell_call"
    id: str = ""
    status: str | None = None
    call_id: str = ""
    action: dict[str, Any] | None = None


class LocalShellCallOutput(Model):
    """What a `LocalShellCall` printed."""

    type: Literal["local_shell_call_output"] = "local_shell_call_output"
    id: str = ""
    status: str | None = None
    output: str = ""


class ShellCall(Model):
    """Commands to run in a shell; `action` holds them with their limits."""

    type: Literal["shell_call"] = "shell_call"
    id: str = ""
    status: str | None = None
    call_id: str = ""
    action: dict[str, Any] | None = None
    environment: dict[str, Any] | None = None


class ShellCallOutput(Model):
    """What the commands of a `ShellCall` printed and how they ended."""

    type: Literal["shell_call_output"] = "shell_call_output"
    id: str = ""
    status: str | None = None
    call_id: str = ""
    output: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    max_output_length: Int | None = None


class ApplyPatchCall(Model):
    """A change of a file: `operation` has its type, path and diff."""

    type: Literal["apply_patch_call"] = "apply_patch_call"
    id: str = ""
    status: str | None = None
    call_id: str = ""
    operation: dict[str, Any] | None = None


class ApplyPatchCallOutput(Model):
    """How an `ApplyPatchCall` went."""

    type: Literal["apply_patch_call_output"] = "apply_patch_call_output"
    id: str = ""
    status: str | None = None
    call_id: str = ""
    output: str | None = None


class Program(Model):
    """A program that calls tools."""

    type: Literal["program"] = "program"
    id: str = ""
    call_id: str = ""
    code: str = ""
    fingerprint: str | None = None


class ProgramOutput(Model):
    """The result of a `Program`."""

    type: Literal["program_output"] = "program_output"
    id: str = ""
    status: str | None = None
    call_id: str = ""
    result: str = ""


class ToolSearchCall(Model):
    """A search for tools to load, run by the server or by the client (`execution`)."""

    type: Literal["tool_search_call"] = "tool_search_call"
    id: str = ""
    status: str | None = None
    call_id: str | None = None
    execution: str | None = None
    arguments: Any = None


class ToolSearchOutput(Model):
    """The tools that a `ToolSearchCall` found."""

    type: Literal["tool_search_output"] = "tool_search_output"
    id: str = ""
    status: str | None = None
    call_id: str | None = None
    execution: str | None = None
    tools: list[ToolField] = Field(default_factory=list[ToolField])


class AdditionalTools(Model):
    """Tools that became available within the conversation."""

    type: Literal["additional_tools"] = "additional_tools"
    id: str = ""
    role: str | None = None
    tools: list[ToolField] = Field(default_factory=list[ToolField])
