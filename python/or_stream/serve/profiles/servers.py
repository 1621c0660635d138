"""What each server does with the events of the contract: habits, and a dialect to write them in.

As read in sources and issues of 2026; the rows of docs/conformance.md say where each shows.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import habits
from .dialect import Dialect

if TYPE_CHECKING:
    from .dialect import Event
    from .habits import Habit


@dataclass(frozen=True, slots=True)
class ServerProfile:
    """One server: what it does to the events, and how it writes them.

    Args:
        name: As `--profile` takes it.
        habits: Applied in order.
        dialect: How the events are written.
    """

    name: str
    habits: tuple[Habit, ...] = ()
    dialect: Dialect = field(default_factory=Dialect)

    def told(self, events: list[Event]) -> list[Event]:
        """Give the events of the contract as this server sends them.

        Raises:
            ValueError: Raised when they are not the whole stream of one response, as the habits expect it.
        """
        told = events
        for habit in self.habits:
            try:
                told = habit(copy.deepcopy(told))
            except (KeyError, IndexError, TypeError, AttributeError) as error:
                message = f"the profile {self.name} needs the whole stream of a response: {error!r}"
                raise ValueError(message) from error
        return told


_GO = Dialect(key_order="alphabetical", html=True)
_PYTHON = Dialect(key_order="last", spaces=True, ascii=True)

SERVERS = (
    ServerProfile("openai", (habits.reasoning_text_names, habits.obfuscation, habits.keepalives)),
    ServerProfile("azure", (habits.reasoning_text_names, habits.obfuscation), Dialect(newline="\r\n")),
    ServerProfile(
        "vllm",
        (
            habits.reasoning_text_names,
            habits.reasoning_part_names,
            habits.growing_content_index,
            habits.null_fields,
            habits.float_times,
        ),
        Dialect(key_order="alphabetical"),
    ),
    ServerProfile("sglang", (habits.indexes_from_one, habits.float_times), Dialect(key_order="middle", done=True)),
    ServerProfile(
        "llama.cpp",
        (
            habits.reasoning_text_names,
            habits.bare_responses,
            habits.without_numbers,
            habits.without_indexes,
            habits.dones_at_the_end,
        ),
    ),
    ServerProfile("ollama", (habits.reasoning_text_names, habits.without_part_events), _GO),
    ServerProfile(
        "hf", (habits.reasoning_text_names, habits.added_at_zero), Dialect(event_lines=False, key_order="middle")
    ),
    ServerProfile("openresponses-gw", (habits.regressing_numbers,), Dialect(comments=3)),
    ServerProfile(
        "litellm",
        (habits.constant_numbers, habits.without_created),
        Dialect(event_lines=False, done=True, spaces=True, ascii=True),
    ),
    ServerProfile("dynamo", (), Dialect(done=True, space_after_colon=False)),
    ServerProfile("openrouter", (), Dialect(comments=1, comment=" OPENROUTER PROCESSING", done=True)),
    ServerProfile(
        "openrouter-interleaved", (habits.interleaved,), Dialect(comments=1, comment=" OPENROUTER PROCESSING")
    ),
    ServerProfile("lmstudio", (habits.reasoning_text_names,), Dialect(key_order="first")),
    ServerProfile("copilot", (habits.rotating_ids,), Dialect(key_order="last")),
    ServerProfile("vllm-old", (habits.empty_ids,), _PYTHON),
    ServerProfile("llama-stack", (habits.without_text_done,), _PYTHON),
    ServerProfile("llama-cpp-python", (habits.seeded_parts,), _PYTHON),
    ServerProfile("codex-backend", (habits.empty_terminal_output,)),
    ServerProfile("go-omitempty", (habits.omitted_zero,), _GO),
    ServerProfile("old-mac", (), Dialect(newline="\r", bom=True)),
    ServerProfile("no-last-blank", (), Dialect(last_blank=False)),
)

PROFILES = {server.name: server for server in SERVERS}
