"""The profiles of `or-stream serve` as the tests want them: with the findings that their streams are due."""

from dataclasses import dataclass
from typing import Any

from or_stream.serve.profiles.dialect import Dialect
from or_stream.serve.profiles.servers import PROFILES, ServerProfile

from . import wire
from .script import Answer, events

Event = dict[str, Any]


@dataclass(frozen=True)
class Profile:
    """One server: its habits, its dialect, and the findings that its streams are due.

    `findings` are those for the answer `AGENT`; `same_ids` is False where other ids arrive than the answer has.
    """

    server: ServerProfile
    findings: frozenset[str] = frozenset()
    same_ids: bool = True

    @property
    def name(self) -> str:
        return self.server.name

    @property
    def dialect(self) -> Dialect:
        return self.server.dialect

    def events(self, answer: Answer) -> list[Event]:
        """The answer as this server's events."""
        return self.server.told(events(answer))

    def body(self, answer: Answer) -> bytes:
        """The answer as this server's bytes."""
        return wire.body(self.events(answer), self.dialect)


FINDINGS = {
    "vllm": frozenset({"R3"}),
    "llama.cpp": frozenset({"E6"}),
    "ollama": frozenset({"R3"}),
    "hf": frozenset({"E7"}),
    "openresponses-gw": frozenset({"E5"}),
    "litellm": frozenset({"E5", "R1", "R3"}),
    "copilot": frozenset({"R1"}),
    "vllm-old": frozenset({"E6"}),
    "llama-cpp-python": frozenset({"R6"}),
    "codex-backend": frozenset({"R7"}),
    "go-omitempty": frozenset({"E6"}),
    "no-last-blank": frozenset({"S10"}),
}

OTHER_IDS = ["copilot", "vllm-old"]

SERVERS = tuple(
    Profile(server, FINDINGS.get(name, frozenset()), name not in OTHER_IDS) for name, server in PROFILES.items()
)
