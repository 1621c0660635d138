"""What a response cost, in tokens."""

from .base import Int, Model


class InputTokensDetails(Model):
    """How many of the input tokens came from a cache, and how many were written to it (OpenAI)."""

    cached_tokens: Int = 0
    cache_write_tokens: Int | None = None


class OutputTokensDetails(Model):
    """How many of the output tokens were reasoning."""

    reasoning_tokens: Int = 0


class Usage(Model):
    """Token counts; only those of a finished response are to be trusted (rule E14)."""

    input_tokens: Int = 0
    output_tokens: Int = 0
    total_tokens: Int = 0
    input_tokens_details: InputTokensDetails | None = None
    output_tokens_details: OutputTokensDetails | None = None
