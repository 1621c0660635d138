"""A stream written out by hand: one message and one tool call, as a server would send them."""

from __future__ import annotations

import json
from typing import Any


def frame(event: dict[str, Any]) -> bytes:
    """One event as OpenAI frames it."""
    text = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
    return f"event: {event['type']}\ndata: {text}\n\n".encode()


def answer(words: list[str]) -> list[dict[str, Any]]:
    """The events of a response that says `words` and then calls a tool."""
    text = "".join(words)
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]}
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "look", "status": "completed"}
    call = {**call, "arguments": '{"at":"é"}'}
    response = {"id": "resp_1", "object": "response", "status": "in_progress", "model": "m", "output": []}
    in_part = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    in_call = {"item_id": "fc_1", "output_index": 1}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": response},
        {"type": "response.in_progress", "response": response},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**message, "status": "in_progress", "content": []},
        },
        {"type": "response.content_part.added", **in_part, "part": {**part, "text": ""}},
        *({"type": "response.output_text.delta", **in_part, "delta": word, "logprobs": []} for word in words),
        {"type": "response.output_text.done", **in_part, "text": text, "logprobs": []},
        {"type": "response.content_part.done", **in_part, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": message},
        {
            "type": "response.output_item.added",
            "output_index": 1,
            "item": {**call, "status": "in_progress", "arguments": ""},
        },
        {"type": "response.function_call_arguments.delta", **in_call, "delta": '{"at":'},
        {"type": "response.function_call_arguments.delta", **in_call, "delta": '"é"}'},
        {"type": "response.function_call_arguments.done", **in_call, "arguments": call["arguments"]},
        {"type": "response.output_item.done", "output_index": 1, "item": call},
        {
            "type": "response.completed",
            "response": {**response, "status": "completed", "output": [message, call]},
        },
    ]
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]
