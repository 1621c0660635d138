"""Compacting a conversation: the request and its result (since 2026-04-24)."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from .base import Model, Number
from .input_items import InputItemField
from .items import ItemField
from .usage import Usage


class CompactRequest(Model):
    """The body of `POST /responses/compact`."""

    model: str = ""
    input: str | Sequence[InputItemField] | None = None
    instructions: str | None = None
    previous_response_id: str | None = None
    prompt_cache_key: str | None = None


class CompactResource(Model):
    """A compacted conversation: `as_input(resource.output)` goes on from it."""

    id: str = ""
    object: Literal["response.compaction"] = "response.compaction"
    created_at: Number | None = None
    output: list[ItemField] = Field(default_factory=list[ItemField])
    usage: Usage | None = None
