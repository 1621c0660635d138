"""The metrics of each benchmark tool, in its own words: one file a tool. docs/metrics.md has every formula."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from .aiperf import AIPerf
from .guidellm import GuideLLM
from .otel import OpenTelemetry
from .vllm import VLLM

if TYPE_CHECKING:
    from .definition import Definition

Defs: TypeAlias = Literal["vllm", "aiperf", "guidellm", "otel"]
"""Whose definitions: `vllm bench serve`, aiperf, guidellm, or OpenTelemetry's conventions for generative AI."""

_ALL: dict[str, Definition] = {"vllm": VLLM(), "aiperf": AIPerf(), "guidellm": GuideLLM(), "otel": OpenTelemetry()}


def definition(defs: Defs) -> Definition:
    """Give the definitions of a tool.

    Raises:
        ValueError: Raised for a tool that is not known.
    """
    if defs not in _ALL:
        message = f"defs must be one of {', '.join(get_args(Defs))}, not {defs!r}"
        raise ValueError(message)
    return _ALL[defs]
