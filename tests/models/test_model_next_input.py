"""Output turned into the input of the next request."""

import pytest

from or_stream.models import CreateResponse, InputMessage, Reasoning, Response, as_input, violations


def sent(*items: object, **options: bool) -> list[object]:
    response = Response.model_validate({"output": list(items)})
    return [item.to_dict() for item in as_input(response.output, **options)]


def test_conformant_output_is_conformant_input(load_sample):
    response = Response.model_validate(load_sample("conformant"))
    items = response.as_input()
    for spec in ("2026-04-24", "2026-01-15"):
        last = -1 if spec == "2026-01-15" else None  # the compaction is of the newer version
        assert violations(CreateResponse(model="m", input=items[:last]), spec=spec) == []
    assert [item.to_dict() for item in items] == [
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": "Weigh the two routes."}],
            "encrypted_content": "b3BhcXVl",
        },
        {
            "type": "message",
            "id": "msg_1",
            "status": "completed",
            "role": "assistant",
            "phase": "final_answer",
            "content": [
                {
                    "type": "output_text",
                    "text": "Take the ferry. ",
                    "annotations": [
                        {
                            "type": "url_citation",
                            "url": "http://ferry.test/",
                            "start_index": 5,
                            "end_index": 14,
                            "title": "Ferry",
                        }
                    ],
                },
                {"type": "refusal", "refusal": "I do not book it."},
                {"type": "output_text", "text": "It leaves at nine.", "annotations": []},
            ],
        },
        response.output[2].to_dict(),
        response.output[3].to_dict(),
        {"type": "compaction", "id": "cmp_1", "encrypted_content": "c2hvcnQ="},
    ]


def test_hosted_and_unknown_items_are_the_same_objects(load_sample):
    for name in ("superset", "vendor"):
        response = Response.model_validate(load_sample(name))
        for item, given in zip(response.output, response.as_input(), strict=True):
            if item.type != "message":
                assert given is item


def test_raw_reasoning_goes_back_when_asked_for():
    item = {
        "type": "reasoning",
        "id": "rs_1",
        "status": "completed",
        "summary": [],
        "content": [{"type": "reasoning_text", "text": "t"}],
        "encrypted_content": None,
        "acme": 1,
    }
    assert sent(item) == [{"type": "reasoning", "id": "rs_1", "summary": [], "acme": 1}]
    assert sent(item, reasoning_content=True) == [
        {"type": "reasoning", "id": "rs_1", "summary": [], "acme": 1, "content": item["content"]}
    ]
    response = Response.model_validate({"output": [item]})
    (kept,) = response.as_input(reasoning_content=True)
    assert isinstance(kept, Reasoning)
    assert kept.content


def test_a_summary_is_required_and_holds_summaries():
    assert sent({"type": "reasoning"}) == [{"type": "reasoning", "summary": []}]
    summary = [{"type": "reasoning_text", "text": "raw"}, {"type": "acme:s"}, {"type": "summary_text", "text": "s"}]
    assert sent({"type": "reasoning", "summary": summary}) == [{"type": "reasoning", "summary": summary[1:]}]


def test_nulls_and_empty_ids_are_left_out():
    assert sent(
        {"type": "message", "id": "", "status": None, "role": "assistant", "phase": None, "content": []},
        {"type": "function_call", "id": None, "call_id": "c", "name": "f", "arguments": "{}", "namespace": None},
        {"type": "function_call_output", "call_id": "c", "output": "1", "created_by": "me"},
    ) == [
        {"type": "message", "role": "assistant", "content": []},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "1"},
    ]


@pytest.mark.parametrize(
    ("role", "kept"),
    [
        ("assistant", ["output_text", "output_text", "refusal", "acme:chart"]),
        ("user", ["input_text", "input_text", "input_image", "acme:chart"]),
        ("system", ["input_text", "input_text", "acme:chart"]),
        ("developer", ["input_text", "input_text", "acme:chart"]),
    ],
)
def test_a_role_says_only_what_it_may(role, kept):
    content = [
        {"type": "text", "text": "t"},
        {"type": "output_text", "text": "o", "annotations": None, "logprobs": [{"token": "o"}]},
        {"type": "input_text", "text": "i"},
        {"type": "refusal", "refusal": "r"},
        {"type": "input_image", "image_url": "u", "detail": "low"},
        {"type": "reasoning_text", "text": "r"},
        {"type": "acme:chart", "points": [1]},
        5,
    ]
    (message,) = sent({"type": "message", "role": role, "content": content})
    assert [part["type"] for part in message["content"]] == kept
    assert all("logprobs" not in part and None not in part.values() for part in message["content"])
    assert message["content"][-1] == {"type": "acme:chart", "points": [1]}


def test_a_message_without_a_role_is_the_assistants():
    (message,) = as_input(Response.model_validate({"output": [{"type": "message"}]}).output)
    assert isinstance(message, InputMessage)
    assert (message.role, message.content) == ("assistant", [])


def test_text_where_parts_should_be_is_legal_input():
    assert sent({"type": "message", "role": "assistant", "content": "plain"}) == [
        {"type": "message", "role": "assistant", "content": "plain"}
    ]


def test_values_that_are_no_objects_are_left_out(load_sample):
    items = Response.model_validate(load_sample("misfits")).as_input()
    assert [item.type for item in items] == ["", "message", "message", "function_call", "reasoning"]


def test_recorded_responses_go_back(recorded_events):
    count = 0
    for name, events in recorded_events.items():
        for event in events:
            if event.get("type") == "response.completed":
                response = Response.model_validate(event["response"])
                request = CreateResponse(model="m", input=response.as_input())
                # OpenAI's items and annotations go beyond the contract; within it nothing may be wrong.
                wrong = [found for found in violations(request) if found.kind != "unknown"]
                assert wrong == [], name
                assert len(request.to_dict()["input"]) == len(response.output)
                count += 1
    assert count > 250
