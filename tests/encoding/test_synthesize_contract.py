"""Every event of a synthesized stream is one of the contract's own schemas, in both of its versions."""

import json
from pathlib import Path
from typing import Any

import pytest

from or_stream._core import Decoder
from or_stream.encoding import synthesize

OPENAPI = Path(__file__).parents[2].parent / "shared" / "openapi"

LOGPROB = {"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}
CITATION = {"type": "url_citation", "url": "u", "start_index": 0, "end_index": 1, "title": "t"}
OUTPUT = [
    {
        "type": "reasoning",
        "id": "rs_1",
        "content": [{"type": "reasoning_text", "text": "think hard"}],
        "summary": [{"type": "summary_text", "text": "it thinks"}],
        "encrypted_content": "x",
    },
    {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": [
            {"type": "output_text", "text": "a b", "annotations": [CITATION], "logprobs": [LOGPROB]},
            {"type": "refusal", "refusal": "no more"},
        ],
    },
    {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": "{}", "status": "completed"},
    {"type": "function_call_output", "id": "fo_1", "call_id": "c", "output": "done", "status": "completed"},
]
ENDED = {
    "completed": {"completed_at": 2, "usage": True},
    "incomplete": {"incomplete_details": {"reason": "max_output_tokens"}, "usage": True},
    "failed": {"error": {"code": "server_error", "message": "m"}},
    "cancelled": {},
}
TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "null": lambda value: value is None,
}


def response(status: str) -> dict[str, Any]:
    usage = {
        "input_tokens": 1,
        "output_tokens": 2,
        "total_tokens": 3,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    ended = ENDED[status]
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "completed_at": ended.get("completed_at"),
        "status": status,
        "incomplete_details": ended.get("incomplete_details"),
        "model": "m",
        "previous_response_id": None,
        "instructions": None,
        "output": OUTPUT,
        "error": ended.get("error"),
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
        "usage": usage if "usage" in ended else None,
        "max_output_tokens": None,
        "max_tool_calls": None,
        "store": False,
        "background": False,
        "service_tier": "default",
        "metadata": {},
        "safety_identifier": None,
        "prompt_cache_key": None,
    }


class Contract:
    """As much of JSON Schema as the contract uses."""

    def __init__(self, version: str) -> None:
        path = OPENAPI / f"openresponses-{version}.json"
        if not path.exists():
            pytest.skip("the folder ../shared/openapi is not here")
        self.schemas = json.loads(path.read_bytes())["components"]["schemas"]

    def faults(self, value: Any, schema: dict[str, Any], path: str = "$") -> list[str]:
        if "$ref" in schema:
            return self.faults(value, self.schemas[schema["$ref"].rpartition("/")[2]], path)
        found = []
        for choice in ("oneOf", "anyOf"):
            tried = [self.faults(value, option, path) for option in schema.get(choice, [])]
            # The faults of the option that fits best tell most.
            found += min(tried, key=len) if tried and all(tried) else []
        for part in schema.get("allOf", []):
            found += self.faults(value, part, path)
        if "type" in schema and not TYPES[schema["type"]](value):
            return [*found, f"{path}: not of type {schema['type']}"]
        if "enum" in schema and value not in schema["enum"]:
            found.append(f"{path}: {value!r} is not in {schema['enum']}")
        if isinstance(value, dict):
            found += [f"{path}: {name} is missing" for name in schema.get("required", []) if name not in value]
            for name, member in schema.get("properties", {}).items():
                found += self.faults(value[name], member, f"{path}.{name}") if name in value else []
        if isinstance(value, list) and "items" in schema:
            for index, element in enumerate(value):
                found += self.faults(element, schema["items"], f"{path}[{index}]")
        return found

    def event_faults(self, event: dict[str, Any]) -> list[str]:
        for schema in self.schemas.values():
            named = schema.get("properties", {})
            if "sequence_number" in named and event["type"] in named["type"].get("enum", []):
                return self.faults(event, schema)
        return [f"{event['type']} is no event of the contract"]


@pytest.mark.parametrize("status", ENDED)
@pytest.mark.parametrize("version", ["2026-01-15", "2026-04-24"])
def test_every_event_fits_its_schema(version, status):
    contract = Contract(version)
    events = [event.data for event in Decoder(strict=True).feed(synthesize(response(status)))]
    assert {event["type"]: contract.event_faults(event) for event in events if contract.event_faults(event)} == {}
    # All 24 but `queued`, `error` and the two other ends.
    assert len({event["type"] for event in events}) == 20


def test_the_judge_finds_faults():
    contract = Contract("2026-04-24")
    delta = {"type": "response.output_text.delta", "sequence_number": 0, "item_id": "m", "output_index": 0}
    good = {**delta, "content_index": 0, "delta": "x"}
    assert contract.event_faults(good) == []
    assert contract.event_faults({**good, "delta": None}) == ["$.delta: not of type string"]
    assert contract.event_faults(delta) == ["$: content_index is missing", "$: delta is missing"]
    added = {"type": "response.output_item.added", "sequence_number": 0, "output_index": 0, "item": None}
    assert contract.event_faults(added) == []
    assert contract.event_faults({**added, "item": {"type": "message"}}) != []
    assert contract.event_faults({"type": "acme:x"}) == ["acme:x is no event of the contract"]
