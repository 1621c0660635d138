"""Tools that a model may call, and the choice among them."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from .base import Bool, Int, Model
from .by_type import ByType
from .unknown import Unknown


class FunctionTool(Model):
    """A function of the caller's; `parameters` is the JSON schema of its arguments."""

    type: Literal["function"] = "function"
    name: str = ""
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: Bool | None = None


class CustomTool(Model):
    """A tool of the caller's that takes free text, or text of a grammar (OpenAI)."""

    type: Literal["custom"] = "custom"
    name: str = ""
    description: str | None = None
    format: dict[str, Any] | None = None


class FileSearchTool(Model):
    """Search in vector stores (OpenAI)."""

    type: Literal["file_search"] = "file_search"
    vector_store_ids: list[str] = Field(default_factory=list[str])
    max_num_results: Int | None = None
    filters: dict[str, Any] | None = None
    ranking_options: dict[str, Any] | None = None


class WebSearchTool(Model):
    """Search in the web (OpenAI)."""

    type: Literal["web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11"] = (
        "web_search"
    )
    filters: dict[str, Any] | None = None
    search_context_size: str | None = None
    user_location: dict[str, Any] | None = None


class McpTool(Model):
    """The tools of an MCP server (OpenAI)."""

    type: Literal["mcp"] = "mcp"
    server_label: str = ""
    server_url: str | None = None
    connector_id: str | None = None
    server_description: str | None = None
    authorization: str | None = None
    headers: dict[str, str] | None = None
    allowed_tools: list[str] | dict[str, Any] | None = None
    require_approval: str | dict[str, Any] | None = None


class CodeInterpreterTool(Model):
    """Python in a container (OpenAI)."""

    type: Literal["code_interpreter"] = "code_interpreter"
    container: str | dict[str, Any] | None = None


class ImageGenerationTool(Model):
    """Making and changing images (OpenAI)."""

    type: Literal["image_generation"] = "image_generation"
    model: str | None = None
    size: str | None = None
    quality: str | None = None
    background: str | None = None
    output_format: str | None = None
    partial_images: Int | None = None


class UnknownTool(Unknown):
    """A tool of any other type, with all of its fields."""


Tool: TypeAlias = (
    FunctionTool
    | CustomTool
    | FileSearchTool
    | WebSearchTool
    | McpTool
    | CodeInterpreterTool
    | ImageGenerationTool
    | UnknownTool
)
"""Any tool; usable with `isinstance` and `match`."""

ToolField: TypeAlias = Annotated[Tool, ByType(UnknownTool)]
"""`Tool` as the type of a model's field."""


class FunctionToolChoice(Model):
    """This function must be called."""

    type: Literal["function"] = "function"
    name: str = ""


class UnknownToolChoice(Unknown):
    """A tool of any other type must be used (`{"type": "file_search"}`, …); all of its fields are kept."""


SpecificToolChoice: TypeAlias = Annotated[FunctionToolChoice | UnknownToolChoice, ByType(UnknownToolChoice)]


class AllowedTools(Model):
    """Only these tools may be called; `mode` is none, auto or required."""

    type: Literal["allowed_tools"] = "allowed_tools"
    mode: str | None = None
    tools: list[SpecificToolChoice] = Field(default_factory=list[SpecificToolChoice])


ToolChoice: TypeAlias = str | FunctionToolChoice | AllowedTools | UnknownToolChoice
"""none, auto, required, or an object that says more."""

ToolChoiceField: TypeAlias = (
    str | Annotated[FunctionToolChoice | AllowedTools | UnknownToolChoice, ByType(UnknownToolChoice)]
)
"""`ToolChoice` as the type of a model's field."""
