"""Timelines with fixed times, small enough to work every metric out by hand."""

from importlib.resources import files

import or_stream as ors

MS = 1_000_000
START = 5_000 * MS


def usage(tokens_in=20, tokens_out=6, reasoning=2):
    details = {"output_tokens_details": {"reasoning_tokens": reasoning}}
    return {"input_tokens": tokens_in, "output_tokens": tokens_out, "total_tokens": tokens_in + tokens_out, **details}


def delta(kind, text="x", **more):
    return {"type": f"response.{kind}.delta", "item_id": "i", "output_index": 0, "delta": text, **more}


def response(status, told=None):
    return {"id": "resp_1", "object": "response", "status": status, "output": [], "usage": told}


def end(told=None, status="completed"):
    return {"type": f"response.{status}", "response": response(status, told)}


CREATED = {"type": "response.created", "response": response("in_progress")}


def timeline(*steps, start=START):
    """Each step is (milliseconds after the start, events...), one chunk."""
    found = ors.Timeline()
    for at, *events in steps:
        found.feed(b"".join(ors.encode(event) for event in events), start + int(at * MS))
    found.finish()
    return found


def reasoned(start=START, told=None):
    """Reasoning at 110 and 120, text at 150, 150 and 170, usage of 6 tokens at 200, all in milliseconds."""
    return timeline(
        (100, CREATED),
        (110, delta("reasoning", content_index=0)),
        (120, delta("reasoning", content_index=0)),
        (150, delta("output_text", content_index=0), delta("output_text", content_index=0)),
        (170, delta("output_text", content_index=0)),
        (
            180,
            {
                "type": "response.output_text.done",
                "item_id": "i",
                "output_index": 0,
                "content_index": 0,
                "text": "xxx, late",
            },
        ),
        (200, end(usage() if told is None else told)),
        start=start,
    )


# Events of whole streams, for those who give them times of their own


def demo():
    body = files("or_stream.cli").joinpath("demo.sse").read_bytes()
    decoder = ors.Decoder()
    return [event.data for event in [*decoder.feed(body), *decoder.finish()]]


def chat():
    return [CREATED, *[delta("output_text", content_index=0) for _ in range(5)], end(usage(7, 5))]


def thinking():
    reasoning = [delta("reasoning_text", content_index=0) for _ in range(3)]
    text = [delta("output_text", output_index=1, content_index=0) for _ in range(4)]
    return [CREATED, *reasoning, *text, end(usage(20, 9))]


def calling():
    arguments = [delta("function_call_arguments", output_index=1) for _ in range(6)]
    return [CREATED, delta("output_text", content_index=0), *arguments, end(usage(100, 12))]
