"""Recordings to look at: made here, so that what a page must show of them is known."""

import json
import random

from or_stream.bench.captures import Capture, CapturedChunk

MS = 1_000_000
HOSTILE = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1> {{script}} ]]> \u2028 \U0001f600"


PARTS = {
    "output_text": {"type": "output_text", "annotations": [], "logprobs": []},
    "reasoning": {"type": "reasoning_text"},
}


class Telling:
    """Writes the events of one response, and the chunks that they come in."""

    def __init__(self, *, seed=0, model="made-up"):
        self.random = random.Random(seed)
        self.sequence = -1
        self.now = 0
        self.chunks = []
        self.waiting = b""
        self.items = []
        self.response = {"id": "resp_1", "object": "response", "model": model, **MEMBERS}
        self.event("response.created", response={**self.response, "status": "in_progress", "output": []})
        self.event("response.in_progress", response={**self.response, "status": "in_progress", "output": []})
        self.send(40)

    def event(self, kind, **members):
        self.sequence += 1
        told = {"type": kind, "sequence_number": self.sequence, **members}
        self.waiting += f"event: {kind}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n".encode()

    def send(self, ms):
        self.now += int(ms * MS)
        self.chunks.append(CapturedChunk(self.now, self.waiting))
        self.waiting = b""

    def item(self, item, kind, key, words, *, gap=20.0, together=1, stalls=()):
        """Tell an item: its deltas `kind`, one word each, `together` in a chunk, each `gap` ms or so."""
        index, place = len(self.items), {"output_index": len(self.items), "item_id": item["id"], **key}
        self.event("response.output_item.added", output_index=index, item={**item, "status": "in_progress"})
        part = PARTS.get(kind)
        if part is not None:
            self.event("response.content_part.added", **place, part={**part, "text": ""})
        more = {"logprobs": []} if kind == "output_text" else {}
        for number, word in enumerate(words):
            self.event(f"response.{kind}.delta", delta=word, **place, **more)
            if (number + 1) % together == 0:
                self.send(900 if number in stalls else max(0.05, self.random.lognormvariate(0, 0.5) * gap))
        name = "arguments" if "arguments" in kind else "text"
        self.event(f"response.{kind}.done", **place, **{name: "".join(words)}, **more)
        if part is not None:
            self.event("response.content_part.done", **place, part={**part, "text": "".join(words)})
        return index

    def done(self, index, item):
        self.event("response.output_item.done", output_index=index, item={**item, "status": "completed"})
        self.items.append({**item, "status": "completed"})
        self.send(1)

    def finish(self, *, tokens):
        usage = {"input_tokens": 12, "output_tokens": tokens, "total_tokens": tokens + 12}
        usage |= {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 9}}
        self.event(
            "response.completed",
            response={
                **self.response,
                "status": "completed",
                "completed_at": 1_760_000_009,
                "output": self.items,
                "usage": usage,
            },
        )
        self.waiting += b"data: [DONE]\n\n"
        self.send(3)
        headers = {"content-type": "text/event-stream"}
        return Capture(tuple(self.chunks), self.now + MS, status=200, headers=headers)


MEMBERS = {
    "created_at": 1_760_000_000, "completed_at": None, "incomplete_details": None, "previous_response_id": None,
    "instructions": None, "error": None, "tools": [], "tool_choice": "auto", "truncation": "disabled",
    "parallel_tool_calls": True, "text": {"format": {"type": "text"}}, "top_p": 1.0, "presence_penalty": 0.0,
    "frequency_penalty": 0.0, "top_logprobs": 0, "temperature": 1.0, "reasoning": None, "usage": None,
    "max_output_tokens": None, "max_tool_calls": None, "store": False, "background": False, "service_tier": "default",
    "metadata": {}, "safety_identifier": None, "prompt_cache_key": None,
}  # fmt: skip
WORDS = ["a", "stream", "of", "words", "that", "some", "model", "might", "have", "written,", "one", "after", "another"]


def words(count, seed):
    chosen = random.Random(seed)
    return [chosen.choice(WORDS) + " " for _ in range(count)]


def recording(events=300, *, seed=0, gap=18.0, hostile="", stalls=(60,), skips=False):
    """Reasoning, a message and a tool call: about so many events."""
    told = Telling(seed=seed)
    thoughts, texts = (
        words(events // 5, seed),
        [hostile, *words(events * 7 // 10, seed + 1)] if hostile else words(events * 7 // 10, seed + 1),
    )
    thought = {"type": "reasoning", "id": "rs_1", "summary": []}
    index = told.item(thought, "reasoning", {"content_index": 0}, thoughts, gap=gap, together=3)
    told.done(index, {**thought, "content": [{"type": "reasoning_text", "text": "".join(thoughts)}]})
    told.sequence += skips  # the only fault that there is
    message = {"type": "message", "id": "msg_1", "role": "assistant", "content": []}
    index = told.item(message, "output_text", {"content_index": 0}, texts, gap=gap, stalls=stalls)
    part = {"type": "output_text", "text": "".join(texts), "annotations": [], "logprobs": []}
    told.done(index, {**message, "content": [part]})
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "look_up", "arguments": ""}
    arguments = ['{"', "city", '":"', *("x" for _ in range(events // 10)), '"}']
    index = told.item(call, "function_call_arguments", {}, arguments, gap=gap / 2)
    told.done(index, {**call, "arguments": "".join(arguments)})
    return told.finish(tokens=events)
