"""Habits of servers: functions from the events of the contract to the events that a server sends instead.

The rows in brackets are those of the conformance tables (docs/conformance.md).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from .dialect import Event

Habit: TypeAlias = "Callable[[list[Event]], list[Event]]"

PART_EVENTS = (
    "response.content_part.added",
    "response.content_part.done",
    "response.reasoning_summary_part.added",
    "response.reasoning_summary_part.done",
)


def numbered(told: list[Event]) -> list[Event]:
    """Number the events 0, 1, 2, ... after their type, whatever they had before."""
    return [
        {"type": event["type"], **event, "sequence_number": number}
        if "sequence_number" in event
        else {"type": event["type"], "sequence_number": number, **event}
        for number, event in enumerate(told)
    ]


def without_numbers(told: list[Event]) -> list[Event]:
    """Leave out `sequence_number` (E5)."""
    return [{key: value for key, value in event.items() if key != "sequence_number"} for event in told]


def constant_numbers(told: list[Event]) -> list[Event]:
    """Let `sequence_number` be always 1 (E5)."""
    return [{**event, "sequence_number": 1} for event in told]


def regressing_numbers(told: list[Event]) -> list[Event]:
    """Put the proxy's own numbers on what it sends itself, the upstream's on the rest (E5)."""
    return [{**event, "sequence_number": max(number - 2 * (number % 3), 0)} for number, event in enumerate(told)]


def omitted_zero(told: list[Event]) -> list[Event]:
    """Drop, as Go's `omitempty`, every 0 and every empty text that is an event's own (E5, E6)."""
    return [{key: value for key, value in event.items() if value != 0 or key == "part"} for event in told]


def without_indexes(told: list[Event]) -> list[Event]:
    """Leave out `output_index` and every index within the item (E6)."""
    indexes = ("output_index", "content_index", "summary_index")
    return [{key: value for key, value in event.items() if key not in indexes} for event in told]


def indexes_from_one(told: list[Event]) -> list[Event]:
    """Start `output_index` at 1 (E7)."""
    return [
        {**event, "output_index": event["output_index"] + 1} if "output_index" in event else event for event in told
    ]


def added_at_zero(told: list[Event]) -> list[Event]:
    """Let `output_index` of messages and reasoning be 0 when they are announced, and right afterwards (R-b)."""
    for event in told:
        if event["type"] == "response.output_item.added" and event["item"]["type"] in ("message", "reasoning"):
            event["output_index"] = 0
    return told


def rotating_ids(told: list[Event]) -> list[Event]:
    """Put a fresh id on every event of one item (R-a)."""
    for number, event in enumerate(told):
        if "item_id" in event:
            event["item_id"] = f"rotated-{number}"
        if "item" in event:
            event["item"]["id"] = f"rotated-{number}"
    return told


def empty_ids(told: list[Event]) -> list[Event]:
    """Let ids be empty strings (E15, G10)."""
    for event in told:
        if "item_id" in event:
            event["item_id"] = ""
        if "item" in event:
            event["item"]["id"] = ""
    return told


def reasoning_text_names(told: list[Event]) -> list[Event]:
    """Say `response.reasoning_text.*` where Open Responses says `response.reasoning.*` (G1)."""
    for event in told:
        event["type"] = event["type"].replace("response.reasoning.", "response.reasoning_text.")
    return told


def reasoning_part_names(told: list[Event]) -> list[Event]:
    """Call, as vLLM, parts of reasoning `response.reasoning_part.*`, which nobody else knows (E12)."""
    for event in told:
        if event["type"] in PART_EVENTS and event["part"]["type"] == "reasoning_text":
            event["type"] = event["type"].replace("content_part", "reasoning_part")
    return told


def without_part_events(told: list[Event]) -> list[Event]:
    """Announce no parts (R-e, R-m)."""
    return numbered([event for event in told if event["type"] not in PART_EVENTS])


def growing_content_index(told: list[Event]) -> list[Event]:
    """Let `content_index`, as vLLM, grow by one with every delta, though the part is one (R-f)."""
    grown = 0
    for event in told:
        if event["type"].endswith(".delta") and "content_index" in event:
            event["content_index"] = grown
            grown += 1
    return told


def dones_at_the_end(told: list[Event]) -> list[Event]:
    """Send, as llama.cpp, every `*.done` at the very end, before the terminal (R-j)."""
    dones = [event for event in told if event["type"].endswith(".done")]
    others = [event for event in told if not event["type"].endswith(".done")]
    return [*others[:-1], *dones, others[-1]]


def without_text_done(told: list[Event]) -> list[Event]:
    """Send, as llama-stack, no `output_text.done` (R-j)."""
    return numbered([event for event in told if event["type"] != "response.output_text.done"])


def null_fields(told: list[Event]) -> list[Event]:
    """Send, as vLLM, `null` where a list is due (E15)."""
    for event in told:
        if event["type"] == "response.output_item.added" and "content" in event["item"]:
            event["item"]["content"] = None
        if event["type"].startswith("response.output_text.") and "annotation" not in event:
            event.setdefault("logprobs", None)
    return told


def float_times(told: list[Event]) -> list[Event]:
    """Let `created_at` be a float (E14)."""
    for event in told:
        if "response" in event:
            event["response"]["created_at"] = float(event["response"]["created_at"])
    return told


def bare_responses(told: list[Event]) -> list[Event]:
    """Let, as llama.cpp, the responses before the terminal hold nothing but their names (E13)."""
    for event in told[:-1]:
        if "response" in event:
            event["response"] = {key: event["response"][key] for key in ("id", "object", "status")}
    return told


def without_created(told: list[Event]) -> list[Event]:
    """Start, as LiteLLM, with the first delta and announce no items (R-e)."""
    opening = ("response.created", "response.in_progress", "response.output_item.added", "response.content_part.added")
    return [event for event in told if event["type"] not in opening]


def keepalives(told: list[Event]) -> list[Event]:
    """Send, as OpenAI, `keepalive` events that take up numbers (E11)."""
    mixed: list[Event] = []
    for number, event in enumerate(told):
        mixed += [{"type": "keepalive"}, event] if number % 5 == 3 else [event]
    return numbered(mixed)


def obfuscation(told: list[Event]) -> list[Event]:
    """Put, as OpenAI, random padding on deltas, no part of the content."""
    for number, event in enumerate(told):
        if event["type"].endswith(".delta") and isinstance(event["delta"], str):
            event["obfuscation"] = "aB3xY9qLm2Wz"[: 4 + number % 9]
    return told


def empty_terminal_output(told: list[Event]) -> list[Event]:
    """Let the terminal's `output` be empty although everything streamed (R-l)."""
    told[-1]["response"]["output"] = []
    return told


def seeded_parts(told: list[Event]) -> list[Event]:
    """Let, as llama-cpp-python, an announced part show the first delta already, which then comes again (E17)."""
    for event, after in pairwise(told):
        if event["type"].endswith("_part.added") and after["type"].endswith(".delta"):
            field_name = "refusal" if event["part"]["type"] == "refusal" else "text"
            event["part"][field_name] = after["delta"]
    return told


def interleaved(told: list[Event]) -> list[Event]:
    """Add and finish, as OpenRouter, a function call while reasoning is still open (R-h)."""
    calls = [event for event in told if event.get("output_index") == 1]
    others = [event for event in told if event.get("output_index") != 1]
    half = 2 + sum(1 for event in others if event.get("output_index") == 0) // 2
    return numbered([*others[:half], *calls, *others[half:]])
