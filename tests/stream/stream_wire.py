"""Our own streams as bytes, for the tests of this folder."""

import json
from importlib.resources import files


def event(type_, **fields):
    return f"event: {type_}\ndata: {json.dumps({'type': type_, **fields})}\n\n".encode()


def response(status, text="", **fields):
    part = {"type": "output_text", "text": text, "annotations": []}
    message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]}
    return {"id": "resp_1", "object": "response", "status": status, "output": [message] if text else [], **fields}


def delta(text, number=None):
    numbered = {} if number is None else {"sequence_number": number}
    return event("response.output_text.delta", **numbered, item_id="msg_1", output_index=0, content_index=0, delta=text)


CREATED = event("response.created", sequence_number=0, response=response("in_progress"))
DONE = b"data: [DONE]\n\n"
ERROR = event("error", error={"type": "server_error", "code": "boom", "message": "it broke", "param": None})


def terminal(status, text="", **fields):
    return event(f"response.{status}", response=response(status, text, **fields))


DEMO = files("or_stream.cli").joinpath("demo.sse").read_bytes()
DEMO_EVENTS = [block + b"\n\n" for block in DEMO.split(b"\n\n") if block]
HELLO = [CREATED, delta("Hel"), delta("lo"), terminal("completed", "Hello"), DONE]
