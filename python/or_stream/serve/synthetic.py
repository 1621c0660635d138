"""`Synthetic`: a stream that no model ever made, of a length and at a rate of your choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..bench.captures import Capture, CapturedChunk
from ..encoding import synthesize_events

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = ("a", "stream", "of", "words", "that", "says", "nothing", "but", "says", "it", "in", "time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthetic:
    """One message of so many tokens: a word is a token and a delta, so that counts can be compared.

    Args:
        tokens: How many.
        rate: Tokens a second, after the first.
        ttft: Seconds until the first token.
        number: Makes the ids unlike those of another.

    Raises:
        ValueError: Raised for no tokens, a rate not above 0 or a negative time.
    """

    tokens: int = 128
    rate: float = 50.0
    ttft: float = 0.2
    number: int = 0

    def __post_init__(self) -> None:
        if self.tokens < 1 or not self.rate > 0 or not self.ttft >= 0:
            message = (
                "a synthetic stream has at least one token, a rate above 0 and a time to its first token from 0 up"
            )
            raise ValueError(message)

    def capture(self) -> Capture:
        """Give it as if it had been recorded: one event a chunk."""
        events = synthesize_events(self.response())
        chunks = [CapturedChunk(round(at * 1e9), data) for at, data in zip(self._times(events), events, strict=True)]
        headers = {"content-type": "text/event-stream"}
        return Capture(tuple(chunks), chunks[-1].t_ns, status=200, headers=headers)

    def response(self) -> dict[str, Any]:
        """Give the response that it tells, with every field that the contract asks for, in both of its versions."""
        words = [_WORDS[place % len(_WORDS)] for place in range(self.tokens)]
        return finished(" ".join(words), number=self.number, tokens=self.tokens)

    def _times(self, events: list[bytes]) -> Iterator[float]:
        """What opens comes at once, what ends with the last token."""
        deltas = 0
        for event in events:
            deltas += event.startswith(b"event: response.output_text.delta\n")
            yield self.ttft + (deltas - 1) / self.rate if deltas else 0.0


def finished(text: str, *, number: int = 0, tokens: int = 0) -> dict[str, Any]:
    """Give a completed response with one message, complete by the contract."""
    part: dict[str, Any] = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    message: dict[str, Any] = {
        "type": "message",
        "id": f"msg_synthetic_{number}",
        "role": "assistant",
        "status": "completed",
    }
    return {
        "id": f"resp_synthetic_{number}",
        "object": "response",
        "created_at": 1764000000,
        "completed_at": 1764000001,
        "status": "completed",
        "incomplete_details": None,
        "model": "synthetic",
        "previous_response_id": None,
        "instructions": None,
        "output": [{**message, "content": [part]}],
        "error": None,
        "tools": [],
        "tool_choice": "auto",
        "truncation": "disabled",
        "parallel_tool_calls": True,
        "text": {"format": {"type": "text"}},
        "top_p": 1.0,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        "top_logprobs": 0,
        "temperature": 1.0,
        "reasoning": None,
        "usage": _usage(tokens),
        "max_output_tokens": None,
        "max_tool_calls": None,
        "store": False,
        "background": False,
        "service_tier": "default",
        "metadata": {},
        "safety_identifier": None,
        "prompt_cache_key": None,
    }


def _usage(tokens: int) -> dict[str, Any]:
    return {
        "input_tokens": 8,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 8 + tokens,
    }
