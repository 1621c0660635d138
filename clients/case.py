"""One published vector, and what of its answer a client can be asked for."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# Bodies that are cut, or that end in an odd way, because that is what the row is about.
ABOUT_THE_END = {"S3", "S10", "S12"}
VECTORS = ROOT / "vectors" / "streams.jsonl"


@dataclass(frozen=True)
class Case:
    """One line of vectors/streams.jsonl."""

    name: str
    rule: str
    what: str
    body: bytes
    outcome: str
    output: list[dict[str, Any]]

    @property
    def is_about_its_end(self) -> bool:
        """Whether the end is to be judged: other rows leave it out only to show what is made of the events alone."""
        return self.outcome != "truncated" or self.rule in ABOUT_THE_END

    @property
    def text(self) -> str:
        """All `output_text` of all messages, joined."""
        messages = [item for item in self.output if item.get("type") == "message"]
        return "".join(text_of(part) for item in messages for part in item.get("content") or [])

    @property
    def calls(self) -> list[tuple[str, str]]:
        """Name and arguments of each function call, in order."""
        return [
            (item.get("name") or "", item.get("arguments") or "")
            for item in self.output
            if item.get("type") == "function_call"
        ]


def text_of(part: Any) -> str:
    """The text of an `output_text` part, nothing of any other."""
    told = isinstance(part, dict) and part.get("type") == "output_text"
    return (part.get("text") or "") if told else ""


def read_cases() -> list[Case]:
    """The published vectors, in order."""
    return [of_line(json.loads(line)) for line in VECTORS.read_text(encoding="utf-8").splitlines()]


def of_line(line: dict[str, Any]) -> Case:
    body = base64.b64decode(line["body_b64"]) if "body_b64" in line else line["body"].encode()
    return Case(line["name"], line["rule"], line["what"], body, line["outcome"], line["output"])
