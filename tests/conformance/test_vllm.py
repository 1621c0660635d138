"""The recorded streams of vLLM and its gateway: the answer that a user would want, and the findings due.

Read off the recordings by eye and by a few lines of plain Python, not taken from the library. Long texts are named by
their length and digest. The recordings are not part of this project; where they are absent these tests are skipped.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from or_stream import Assembler

FOLDER = Path(__file__).parents[3] / "shared" / "corpus" / "vllm" / "responses"

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the recorded streams of ../shared/corpus are not here")


@dataclass(frozen=True)
class Call:
    """A function call: the ids by which the stream and the terminal event know it, name and arguments."""

    streamed: str
    final: str
    name: str
    arguments: Any


@dataclass(frozen=True)
class Due:
    """What one stream has to give."""

    text: str = ""
    reasoning: str = ""
    calls: tuple[Call, ...] = ()
    findings: dict[str, int] = field(default_factory=dict)
    why: str = "the server keeps the contract"


def digest(text: str) -> str:
    return f"{len(text)} {sha256(text.encode()).hexdigest()[:16]}"


OTHER_IDS = "the terminal event has the same calls under other call_ids (R7)"
NO_OUTPUT = "the terminal event has no output (R7): what was streamed counts"
PART_BY_ANOTHER_NAME = (
    "the part is announced by response.reasoning_part.added, which nobody knows (E12), so its deltas name none (R3)"
)

DUE = {
    "conv-two-turn-gpt-4o-streaming__0": Due("OK"),
    "conv-two-turn-gpt-4o-streaming__1": Due("MANGO"),
    "resp-single-gpt-4o-streaming__0": Due("GLOBE"),
    "resp-two-turn-gpt-4o-streaming__0": Due("OK"),
    "resp-two-turn-gpt-4o-streaming__1": Due("BANANA"),
    "text-only-vllm-gemma4__0": Due("HELLO", findings={"R7": 1}, why=NO_OUTPUT),
    "function-call-vllm-gemma4__0": Due(
        calls=(Call("call_92fd766dcc21a19c", "call_92fd766dcc21a19c", "get_weather", {"city": "San Francisco"}),),
        findings={"R7": 1},
        why=NO_OUTPUT,
    ),
    "reasoning-single-Qwen-Qwen3-30B-A3B-FP8-streaming__0": Due(
        "\n\nHELLO", reasoning="861 ee2a4406f3b57fc2", findings={"R3": 1}, why=PART_BY_ANOTHER_NAME
    ),
    "reasoning-single-openai-gpt-oss-20b-streaming__0": Due(
        "HELLO",
        reasoning="124 b221a6608aaaa697",
        findings={"R1": 1, "R3": 2},
        why=PART_BY_ANOTHER_NAME + "; the message is told by its done event, without item, part or delta (R1, R3)",
    ),
    "tool-call-auto-Qwen-Qwen3-30B-A3B-FP8-streaming__0": Due(
        "1153 a930cf85580b9ad3",
        calls=(
            Call(
                "call_910266dfae7e0cb4",
                "chatcmpl-tool-9b1cb89c9cd626d8",
                "get_stock_price",
                {"ticker": "NVDA", "currency": "USD"},
            ),
            Call(
                "call_a2a7280344fc6a60",
                "chatcmpl-tool-b8045c4b59070224",
                "search_web",
                {"query": "latest vLLM release news", "num_results": 3},
            ),
        ),
        findings={"R7": 1},
        why=OTHER_IDS,
    ),
    "tool-call-named-Qwen-Qwen3-30B-A3B-FP8-streaming__0": Due(
        calls=(
            Call(
                "call_a77dda1602b21a0e",
                "chatcmpl-tool-b4575822345d2351",
                "translate_text",
                {"text": "Good morning, have a great day!", "target_language": "es", "source_language": "en"},
            ),
        ),
        findings={"R7": 1},
        why=OTHER_IDS,
    ),
    "tool-call-none-Qwen-Qwen3-30B-A3B-FP8-streaming__0": Due("1901 784b662b5892271d"),
    "tool-call-required-Qwen-Qwen3-30B-A3B-FP8-streaming__0": Due(
        calls=(
            Call(
                "call_bf2ee341d62b0a3f",
                "chatcmpl-tool-9749100573c29412",
                "calculate",
                {"expression": "(128 * 0.75) + 42"},
            ),
            Call(
                "call_8882cfe179e26739",
                "chatcmpl-tool-b2043bbe02e6422a",
                "send_email",
                {"to": ["alice@example.com"], "subject": "Daily Report", "body": "All systems nominal."},
            ),
        ),
        findings={"R7": 1},
        why=OTHER_IDS + ", and writes their arguments with other white space",
    ),
}


def body_of(name: str) -> bytes:
    [path] = FOLDER.glob(f"*__{name}.sse")
    return path.read_bytes()


def fold(body: bytes) -> Assembler:
    assembler = Assembler()
    assembler.feed(body)
    assembler.finish()
    return assembler


def texts(output: list[dict[str, Any]], kind: str) -> str:
    return "".join(part["text"] for item in output if item["type"] == kind for part in item.get("content") or [])


def told(text: str) -> str:
    """Short texts as they are, long ones as their digest."""
    return text if len(text) < 20 else digest(text)


@pytest.mark.parametrize("name", DUE)
def test_the_answer_is_right_and_its_faults_are_named(name: str) -> None:
    due, assembler = DUE[name], fold(body_of(name))
    output = json.loads(assembler.snapshot_json())["output"]
    calls = [item for item in output if item["type"] == "function_call"]
    assert assembler.outcome == "completed"
    assert told(assembler.output_text) == told(texts(output, "message")) == due.text
    assert told(texts(output, "reasoning")) == due.reasoning
    assert [(call["call_id"], call["name"], json.loads(call["arguments"])) for call in calls] == [
        (call.final, call.name, call.arguments) for call in due.calls
    ]
    assert Counter(finding.rule for finding in assembler.diagnostics) == due.findings, due.why


@pytest.mark.parametrize("name", [name for name, due in DUE.items() if due.calls])
def test_a_tool_loop_may_use_either_id(name: str) -> None:
    """The streamed call_id stays valid where the terminal event has another."""
    assembler = fold(body_of(name))
    for call in DUE[name].calls:
        assert assembler.arguments(call.streamed).value == call.arguments
        assert assembler.arguments(call.final).value == call.arguments


def test_every_recording_has_its_row() -> None:
    assert {path.stem.partition("__")[2] for path in FOLDER.glob("*.sse")} == set(DUE)
