"""What each server does with the events of the contract: the table "Which server sends what" of wire-format.md.

A profile is a list of habits (functions from events to events) and a dialect (how the events are written).
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from . import wire
from .script import Answer, events, numbered
from .wire import Dialect

Event = dict[str, Any]
Habit = Callable[[list[Event]], list[Event]]

PART_EVENTS = (
    "response.content_part.added",
    "response.content_part.done",
    "response.reasoning_summary_part.added",
    "response.reasoning_summary_part.done",
)


@dataclass(frozen=True)
class Profile:
    """One server: its habits, its dialect, and the findings that its streams are due.

    `findings` are those for the answer `AGENT`; `same_ids` is False where other ids arrive than the answer has.
    """

    name: str
    habits: tuple[Habit, ...] = ()
    dialect: Dialect = field(default_factory=Dialect)
    findings: frozenset[str] = frozenset()
    same_ids: bool = True

    def events(self, answer: Answer) -> list[Event]:
        """The answer as this server's events."""
        told = events(answer)
        for habit in self.habits:
            told = habit(copy.deepcopy(told))
        return told

    def body(self, answer: Answer) -> bytes:
        """The answer as this server's bytes."""
        return wire.body(self.events(answer), self.dialect)


# Habits


def without_numbers(told: list[Event]) -> list[Event]:
    """No `sequence_number` (E5)."""
    return [{key: value for key, value in event.items() if key != "sequence_number"} for event in told]


def constant_numbers(told: list[Event]) -> list[Event]:
    """`sequence_number` is always 1 (E5)."""
    return [{**event, "sequence_number": 1} for event in told]


def regressing_numbers(told: list[Event]) -> list[Event]:
    """The proxy's own numbers on what it sends itself, the upstream's on the rest (E5)."""
    return [{**event, "sequence_number": max(number - 2 * (number % 3), 0)} for number, event in enumerate(told)]


def omitted_zero(told: list[Event]) -> list[Event]:
    """Go's `omitempty` drops every 0 and every empty text that is an event's own (E5, E6)."""
    return [{key: value for key, value in event.items() if value != 0 or key == "part"} for event in told]


def without_indexes(told: list[Event]) -> list[Event]:
    """No `output_index` and no index within the item (E6)."""
    indexes = ("output_index", "content_index", "summary_index")
    return [{key: value for key, value in event.items() if key not in indexes} for event in told]


def indexes_from_one(told: list[Event]) -> list[Event]:
    """`output_index` starts at 1 (E7)."""
    return [
        {**event, "output_index": event["output_index"] + 1} if "output_index" in event else event for event in told
    ]


def added_at_zero(told: list[Event]) -> list[Event]:
    """`output_index` of messages and reasoning is 0 when they are announced, and right afterwards (R-b)."""
    for event in told:
        if event["type"] == "response.output_item.added" and event["item"]["type"] in ("message", "reasoning"):
            event["output_index"] = 0
    return told


def rotating_ids(told: list[Event]) -> list[Event]:
    """A fresh id on every event of one item (R-a)."""
    for number, event in enumerate(told):
        if "item_id" in event:
            event["item_id"] = f"rotated-{number}"
        if "item" in event:
            event["item"]["id"] = f"rotated-{number}"
    return told


def empty_ids(told: list[Event]) -> list[Event]:
    """Ids are empty strings (E15, G10)."""
    for event in told:
        if "item_id" in event:
            event["item_id"] = ""
        if "item" in event:
            event["item"]["id"] = ""
    return told


def reasoning_text_names(told: list[Event]) -> list[Event]:
    """`response.reasoning_text.*` where Open Responses says `response.reasoning.*` (G1)."""
    for event in told:
        event["type"] = event["type"].replace("response.reasoning.", "response.reasoning_text.")
    return told


def reasoning_part_names(told: list[Event]) -> list[Event]:
    """vLLM: parts of reasoning come as `response.reasoning_part.*`, which nobody else knows (E12)."""
    for event in told:
        if event["type"] in PART_EVENTS and event["part"]["type"] == "reasoning_text":
            event["type"] = event["type"].replace("content_part", "reasoning_part")
    return told


def without_part_events(told: list[Event]) -> list[Event]:
    """Parts are never announced (R-e, R-m)."""
    return numbered([event for event in told if event["type"] not in PART_EVENTS])


def growing_content_index(told: list[Event]) -> list[Event]:
    """vLLM: `content_index` grows by one with every delta, though the part is one (R-f)."""
    grown = 0
    for event in told:
        if event["type"].endswith(".delta") and "content_index" in event:
            event["content_index"] = grown
            grown += 1
    return told


def dones_at_the_end(told: list[Event]) -> list[Event]:
    """llama.cpp: every `*.done` comes at the very end, before the terminal (R-j)."""
    dones = [event for event in told if event["type"].endswith(".done")]
    others = [event for event in told if not event["type"].endswith(".done")]
    return [*others[:-1], *dones, others[-1]]


def without_text_done(told: list[Event]) -> list[Event]:
    """llama-stack: `output_text.done` is never sent (R-j)."""
    return numbered([event for event in told if event["type"] != "response.output_text.done"])


def null_fields(told: list[Event]) -> list[Event]:
    """vLLM: `null` where a list is due (E15)."""
    for event in told:
        if event["type"] == "response.output_item.added" and "content" in event["item"]:
            event["item"]["content"] = None
        if event["type"].startswith("response.output_text.") and "annotation" not in event:
            event.setdefault("logprobs", None)
    return told


def float_times(told: list[Event]) -> list[Event]:
    """`created_at` is a float (E14)."""
    for event in told:
        if "response" in event:
            event["response"]["created_at"] = float(event["response"]["created_at"])
    return told


def bare_responses(told: list[Event]) -> list[Event]:
    """llama.cpp: the responses before the terminal hold nothing but their names (E13)."""
    for event in told[:-1]:
        if "response" in event:
            event["response"] = {key: event["response"][key] for key in ("id", "object", "status")}
    return told


def without_created(told: list[Event]) -> list[Event]:
    """LiteLLM: the stream starts with its first delta; items are never announced (R-e)."""
    opening = ("response.created", "response.in_progress", "response.output_item.added", "response.content_part.added")
    return [event for event in told if event["type"] not in opening]


def keepalives(told: list[Event]) -> list[Event]:
    """OpenAI: `keepalive` events that take up numbers (E11)."""
    mixed: list[Event] = []
    for number, event in enumerate(told):
        mixed += [{"type": "keepalive"}, event] if number % 5 == 3 else [event]
    return numbered(mixed)


def obfuscation(told: list[Event]) -> list[Event]:
    """OpenAI: random padding on deltas, no part of the content."""
    for number, event in enumerate(told):
        if event["type"].endswith(".delta") and isinstance(event["delta"], str):
            event["obfuscation"] = "aB3xY9qLm2Wz"[: 4 + number % 9]
    return told


def empty_terminal_output(told: list[Event]) -> list[Event]:
    """The terminal's `output` is empty although everything streamed (R-l)."""
    told[-1]["response"]["output"] = []
    return told


def seeded_parts(told: list[Event]) -> list[Event]:
    """llama-cpp-python: an announced part shows the first delta already, which then comes again (E17)."""
    for event, after in pairwise(told):
        if event["type"].endswith("_part.added") and after["type"].endswith(".delta"):
            field_name = "refusal" if event["part"]["type"] == "refusal" else "text"
            event["part"][field_name] = after["delta"]
    return told


def interleaved(told: list[Event]) -> list[Event]:
    """OpenRouter: a function call is added and done while reasoning is still open (R-h)."""
    calls = [event for event in told if event.get("output_index") == 1]
    others = [event for event in told if event.get("output_index") != 1]
    half = 2 + sum(1 for event in others if event.get("output_index") == 0) // 2
    return numbered([*others[:half], *calls, *others[half:]])


# Servers

GO = Dialect(key_order="alphabetical", html=True)
PYTHON = Dialect(key_order="last", spaces=True, ascii=True)

SERVERS = (
    Profile("openai", (reasoning_text_names, obfuscation, keepalives)),
    Profile("azure", (reasoning_text_names, obfuscation), Dialect(newline="\r\n")),
    Profile(
        "vllm",
        (reasoning_text_names, reasoning_part_names, growing_content_index, null_fields, float_times),
        Dialect(key_order="alphabetical"),
        frozenset({"R3"}),
    ),
    Profile("sglang", (indexes_from_one, float_times), Dialect(key_order="middle", done=True)),
    Profile(
        "llama.cpp",
        (reasoning_text_names, bare_responses, without_numbers, without_indexes, dones_at_the_end),
        findings=frozenset({"E6"}),
    ),
    Profile(
        "ollama",
        (reasoning_text_names, without_part_events),
        GO,
        frozenset({"R3"}),
    ),
    Profile(
        "hf",
        (reasoning_text_names, added_at_zero),
        Dialect(event_lines=False, key_order="middle"),
        frozenset({"E7"}),
    ),
    Profile("openresponses-gw", (regressing_numbers,), Dialect(comments=3), frozenset({"E5"})),
    Profile(
        "litellm",
        (constant_numbers, without_created),
        Dialect(event_lines=False, done=True, spaces=True, ascii=True),
        frozenset({"E5", "R1", "R3"}),
    ),
    Profile("dynamo", (), Dialect(done=True, space_after_colon=False)),
    Profile("openrouter", (), Dialect(comments=1, comment=" OPENROUTER PROCESSING", done=True)),
    Profile("openrouter-interleaved", (interleaved,), Dialect(comments=1, comment=" OPENROUTER PROCESSING")),
    Profile("lmstudio", (reasoning_text_names,), Dialect(key_order="first")),
    Profile("copilot", (rotating_ids,), Dialect(key_order="last"), frozenset({"R1"}), same_ids=False),
    Profile("vllm-old", (empty_ids,), PYTHON, frozenset({"E6"}), same_ids=False),
    Profile("llama-stack", (without_text_done,), PYTHON),
    Profile("llama-cpp-python", (seeded_parts,), PYTHON, frozenset({"R6"})),
    Profile("codex-backend", (empty_terminal_output,), Dialect(), frozenset({"R7"})),
    Profile("go-omitempty", (omitted_zero,), GO, frozenset({"E6"})),
    Profile("old-mac", (), Dialect(newline="\r", bom=True)),
    Profile("no-last-blank", (), Dialect(last_blank=False), frozenset({"S10"})),
)
