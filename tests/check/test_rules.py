"""A conformant stream passes; for each rule, one broken stream that breaks that rule and no other."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

import or_stream as ors
from or_stream.conformance.rules import RULES

RESPONSE = {
    "id": "resp_1", "object": "response", "created_at": 1, "completed_at": 2, "status": "completed",
    "incomplete_details": None, "model": "m", "previous_response_id": None, "instructions": None,
    "output": [
        {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant",
         "content": [{"type": "output_text", "text": "one two", "annotations": [], "logprobs": []}]},
        {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": "{}", "status": "completed"},
    ],
    "error": None, "tools": [], "tool_choice": "auto", "truncation": "disabled", "parallel_tool_calls": True,
    "text": {"format": {"type": "text"}}, "top_p": 1.0, "presence_penalty": 0.0, "frequency_penalty": 0.0,
    "top_logprobs": 0, "temperature": 1.0, "reasoning": None, "usage": None, "max_output_tokens": None,
    "max_tool_calls": None, "store": False, "background": False, "service_tier": "default", "metadata": {},
    "safety_identifier": None, "prompt_cache_key": None,
}  # fmt: skip
GOOD = ors.synthesize(RESPONSE)
EVENTS = [json.loads(event.raw) for event in ors.Decoder().feed(GOOD)]


def at(kind, number=0):
    return [index for index, event in enumerate(EVENTS) if event["type"] == kind][number]


def written(events, *, renumber=True):
    numbered = [event | ({"sequence_number": index} if renumber else {}) for index, event in enumerate(events)]
    return b"".join(ors.encode(event) for event in numbered) + b"data: [DONE]\n\n"


def changed(kind, change, number=0):
    events = json.loads(json.dumps(EVENTS))
    change(events[at(kind, number)])
    return written(events, renumber=False)


def without(*kinds):
    return written([event for event in EVENTS if event["type"] not in kinds])


def moved(kind, before):
    events = [event for event in EVENTS if event["type"] != kind]
    events.insert([event["type"] for event in events].index(before), EVENTS[at(kind)])
    return written(events)


def plus(index, *new):
    return written([*EVENTS[:index], *new, *EVENTS[index:]])


def shifted(event):
    event["sequence_number"] += 1000


def all_numbers(change):
    return written([event | {"sequence_number": change(index)} for index, event in enumerate(EVENTS)], renumber=False)


def all_of(name, value, field="output_index"):
    return written([event | {field: value} if event.get(field) == name else event for event in EVENTS])


ERROR = {"type": "error", "error": {"type": "server_error", "code": None, "message": "m", "param": None}}
ADDED, DONE = "response.output_item.added", "response.output_item.done"
PART_ADDED, PART_DONE = "response.content_part.added", "response.content_part.done"
DELTA, TEXT_DONE, COMPLETED = "response.output_text.delta", "response.output_text.done", "response.completed"
LAST_LINE = b"data: [DONE]\n\n"
CITATION = {"type": "url_citation", "url": "https://a.example", "title": "a", "start_index": 0, "end_index": 3}
PLACE = {"item_id": "msg_1", "output_index": 0, "content_index": 0, "annotation_index": 0}
BROKEN = {
    "C1": GOOD.replace(b'"delta":"one"', b'"delta":"one","x":"\xff"'),
    "C2": None,  # needs headers: see below
    "C3": GOOD.replace(b"event: response.in_progress\n", b""),
    "C4": GOOD.replace(b"event: response.in_progress\n", b"event: response.queued\n"),
    "C5": GOOD.replace(LAST_LINE, b"event: x\ndata: {\n\n" + LAST_LINE),
    "C6": GOOD.replace(b'data: {"type"', b'data: {\ndata: "type"', 1),
    "C7": GOOD[:-1],
    "C8": GOOD.replace(b"event: response.in_progress\n", b"id: 1\nevent: response.in_progress\n"),
    "C9": GOOD.removesuffix(LAST_LINE),
    "C10": GOOD + b'event: acme:x\ndata: {"type":"acme:x","sequence_number":99}\n\n',
    "C11": changed(DELTA, lambda event: event.update(sequence_number="x")),
    "C12": all_numbers(lambda index: index + 1),
    "C13": changed(COMPLETED, lambda event: event.update(sequence_number=0)),
    "C14": changed(COMPLETED, shifted),
    "C15": GOOD.replace(LAST_LINE, b"<html>\n\n" + LAST_LINE),
    "C20": plus(0, {"type": "acme:x"}),
    "C21": without("response.in_progress"),
    "C22": without(COMPLETED),
    "C23": plus(len(EVENTS), {"type": "acme:x"}),
    "C24": changed(COMPLETED, lambda event: event["response"].update(status="failed")),
    "C25": None,  # needs the terminal output changed with it: see below
    "C26": plus(at(COMPLETED), EVENTS[at(DELTA)]),
    "C27": without(PART_ADDED, PART_DONE),
    "C28": written([event for index, event in enumerate(EVENTS) if index != at(DONE, 1)]),
    "C29": without(PART_DONE),
    "C30": written([*EVENTS[:2], ERROR]),
    "C31": without(TEXT_DONE),
    "C32": None,  # needs the terminal output changed with it: see below
    "C40": changed(COMPLETED, lambda event: event["response"].update(id="resp_2")),
    "C41": changed(DELTA, lambda event: event.update(item_id="msg_2")),
    "C42": all_of(1, 2),
    "C43": all_of(0, 1, "content_index"),
    "C44": None,  # needs the annotations of the item changed with it: see below
    "C50": changed(DELTA, lambda event: event.update(delta="ONE")),
    "C51": changed(PART_DONE, lambda event: event["part"].update(text="else")),
    "C52": None,  # needs the terminal output changed with it: see below
    "C53": changed(COMPLETED, lambda event: event["response"].update(output=[])),
    "C54": plus(at(TEXT_DONE), {"type": "response.output_text.annotation.added", **PLACE, "annotation": CITATION}),
    "C60": changed(COMPLETED, lambda event: event["response"].pop("top_p")),
    "C61": changed(COMPLETED, lambda event: event["response"].update(top_p=None)),
    "C62": changed(COMPLETED, lambda event: event["response"].update(top_p="1")),
    "C63": changed(COMPLETED, lambda event: event["response"].update(truncation="x")),
    "C70": plus(2, {"type": "response.mine"}),
    "C71": changed(COMPLETED, lambda event: event["response"].update(tools=[{"type": "mine"}])),
}


def in_item_and_output(change):
    events = json.loads(json.dumps(EVENTS))
    change(events[at(DONE)]["item"])
    change(events[at(COMPLETED)]["response"]["output"][0])
    return written(events)


def annotated(index):
    events = json.loads(json.dumps(EVENTS))
    parts = [events[at(PART_DONE)]["part"], events[at(DONE)]["item"]["content"][0]]
    for part in (*parts, events[at(COMPLETED)]["response"]["output"][0]["content"][0]):
        part["annotations"] = [CITATION]
    added = {"type": "response.output_text.annotation.added", **PLACE, "annotation_index": index}
    events.insert(at(TEXT_DONE), {**added, "annotation": CITATION})
    return written(events)


BROKEN["C44"] = annotated(1)
BROKEN["C25"] = in_item_and_output(lambda item: item.update(status="in_progress"))
BROKEN["C32"] = in_item_and_output(lambda item: item.update(status="incomplete"))
BROKEN["C52"] = in_item_and_output(lambda item: item["content"][0].update(text="else"))


@pytest.mark.parametrize("spec", ["2026-01-15", "2026-04-24"])
@pytest.mark.parametrize("profile", ["open-responses", "openai"])
def test_a_conformant_stream_has_no_finding(spec, profile):
    report = ors.check(GOOD, spec=spec, profile=profile)
    assert (report.findings, report.ok, report.outcome) == ([], True, "completed")
    assert (report.events, report.bytes) == (len(EVENTS), len(GOOD))


def test_annotations_that_are_added_in_order_are_fine():
    assert ors.check(annotated(0)).findings == []


def test_the_echoed_schema_of_a_json_format_is_fine():
    """The document lets it be null and nothing else."""
    told = {"type": "json_schema", "name": "n", "description": None, "schema": {"type": "object"}, "strict": True}
    events = [json.loads(json.dumps(event)) for event in EVENTS]
    for event in events:
        if "response" in event:
            event["response"]["text"] = {"format": told}
    assert ors.check(written(events)).findings == []


@pytest.mark.parametrize(
    ("stem", "kind", "name"),
    [
        ("response.mcp_call_arguments", "mcp_call", "arguments"),
        ("response.custom_tool_call_input", "custom_tool_call", "input"),
        ("response.code_interpreter_call_code", "code_interpreter_call", "code"),
    ],
)
def test_the_texts_of_openais_tools_are_judged_too(stem, kind, name):
    def judged(done, final):
        place = {"output_index": 2, "item_id": "x"}
        item = {"type": kind, "id": "x", "status": "completed", name: final}
        told = [
            {"type": ADDED, "output_index": 2, "item": {**item, "status": "in_progress", name: ""}},
            {"type": f"{stem}.delta", **place, "delta": "ab"},
            *([{"type": f"{stem}.done", **place, name: done}] if done is not None else []),
            {"type": DONE, "output_index": 2, "item": item},
        ]
        events = json.loads(json.dumps([*EVENTS[: at(COMPLETED)], *told, EVENTS[at(COMPLETED)]]))
        events[-1]["response"]["output"].append(item)
        return list(ors.check(written(events), profile="openai").totals)

    assert judged("ab", "ab") == []
    assert judged("abc", "abc") == ["C50"]
    assert judged("ab", "abc") == ["C52"]
    assert judged(None, "ab") == ["C31"]


def test_an_incomplete_item_is_the_last():
    events = json.loads(json.dumps(EVENTS))
    events[at(DONE)]["item"]["status"] = "incomplete"
    events[at(COMPLETED)]["type"] = "response.incomplete"
    events[at(COMPLETED)]["response"]["status"] = "incomplete"
    events[at(COMPLETED)]["response"]["output"][0]["status"] = "incomplete"
    (finding,) = ors.check(written(events)).findings
    assert (finding.rule, finding.event_index) == ("C32", at(ADDED, 1))
    alone = [event for event in events if event.get("output_index") != 1]
    alone[-1]["response"]["output"].pop()
    assert ors.check(written(alone)).findings == []


def test_an_item_announced_without_itself_has_no_id_to_break():
    events = json.loads(json.dumps(EVENTS))
    events[at(ADDED)]["item"] = None
    assert ors.check(written(events)).findings == []


@pytest.mark.parametrize(
    "body",
    [b"<html>no</html>", b'{"error": {"message": "no"}}', b"error: no\n\n", b"Data: {}\n\n", b"upstream timeout"],
)
def test_a_body_that_is_no_event_stream_is_told(body):
    report = ors.check(body)
    assert list(report.totals) == ["C15", "C22", "C9"]
    assert repr(body.decode().strip()) in report.findings[0].reason
    assert report.findings[0].line == 1


def test_fields_of_the_servers_own_and_white_space_are_no_findings():
    assert ors.check(GOOD.replace(LAST_LINE, b"retry: 5\nx-trace: 1\n  \nheartbeat\n\n" + LAST_LINE)).findings == []


def test_every_rule_has_a_case():
    assert list(BROKEN) == list(RULES)


@pytest.mark.parametrize("rule", [rule for rule in BROKEN if rule != "C2"])
def test_a_broken_stream_breaks_exactly_its_rule(rule):
    report = ors.check(BROKEN[rule])
    assert list(report.totals) == [rule], report.findings
    assert report.ok == (RULES[rule].severity == "warning")
    json.loads(report.to_json())


def test_the_content_type_of_a_reply_is_judged():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", self.path[1:])
            self.send_header("content-length", str(len(GOOD)))
            self.end_headers()
            self.wfile.write(GOOD)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        for kind, found in (("text/event-stream; charset=utf-8", []), ("text/plain", ["C2"])):
            with httpx2.stream("GET", f"http://127.0.0.1:{server.server_address[1]}/{kind}".replace(" ", "")) as reply:
                assert list(ors.check(reply).totals) == found
        server.shutdown()


def test_findings_are_tied_to_their_event():
    (finding,) = ors.check(BROKEN["C4"]).findings
    assert finding.event_index == 1
    assert BROKEN["C4"][finding.offset :].startswith(b"event: response.queued\n")
    assert finding.line == BROKEN["C4"][: finding.offset].count(b"\n") + 1


def test_findings_are_bounded_and_totals_are_not():
    report = ors.check(GOOD.removesuffix(LAST_LINE) + b"data: x\n\n" * 500 + LAST_LINE)
    assert (report.totals["C5"], len(report.findings)) == (500, 20)


PIECES = st.sampled_from([*GOOD.splitlines(keepends=True), b"\r", b"\n", b"\xef\xbb\xbf", b"data: [[[", b"id\n"])


@given(st.one_of(st.binary(), st.lists(PIECES, max_size=30).map(b"".join)), st.integers(1, 9))
def test_any_bytes_in_any_chunks_are_judged_alike(body, size):
    whole = ors.check(body).to_dict()
    assert whole["bytes"] == len(body)
    assert ors.check([body[start : start + size] for start in range(0, len(body), size)]).to_dict() == whole
