"""The events of one kept response, and what they come to when nothing is cut."""

import json

import or_stream as ors

FAST = ors.Resume(backoff_seconds=0.0, max_seconds=10)


def event(number, kind, **members):
    data = json.dumps({"type": kind, "sequence_number": number, **members})
    return f"event: {kind}\ndata: {data}\n\n".encode()


def response(status, output=()):
    return {"id": "resp_1", "object": "response", "status": status, "model": "m", "output": list(output)}


PART = {"type": "output_text", "text": "Hello world", "annotations": []}
ITEM = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [PART]}
PLACE = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
EVENTS = [
    event(0, "response.created", response=response("in_progress")),
    event(1, "response.output_item.added", output_index=0, item={**ITEM, "status": "in_progress", "content": []}),
    event(2, "response.content_part.added", **PLACE, part={**PART, "text": ""}),
    event(3, "response.output_text.delta", **PLACE, delta="Hello "),
    event(4, "response.output_text.delta", **PLACE, delta="world"),
    event(5, "response.output_text.done", **PLACE, text="Hello world"),
    event(6, "response.content_part.done", **PLACE, part=PART),
    event(7, "response.output_item.done", output_index=0, item=ITEM),
    event(8, "response.completed", response=response("completed", [ITEM])),
]
BODY = b"".join(EVENTS)
UNCUT = list(ors.EventStream(BODY))
FINAL = ors.EventStream(BODY).get_final_response()


def raws(events):
    return [event.raw for event in events]
