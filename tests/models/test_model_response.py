"""What a response says of itself: text, calls, failure."""

import pytest

from or_stream.errors import ServerStreamError
from or_stream.models import FunctionCall, Message, OutputText, Response


def test_output_text_joins_output_text_parts_of_all_messages(load_sample):
    assert Response.model_validate(load_sample("conformant")).output_text == "Take the ferry. It leaves at nine."
    assert Response.model_validate(load_sample("vendor")).output_text == "ok"
    assert Response().output_text == ""
    two = Response(output=[Message(content=[OutputText(text="a")]), Message(content=[OutputText(text="b")])])
    assert two.output_text == "ab"


def test_output_text_leaves_out_reasoning_and_other_parts():
    response = Response.model_validate(
        {
            "output": [
                {"type": "reasoning", "content": [{"type": "output_text", "text": "thought"}]},
                {
                    "type": "message",
                    "content": [{"type": "text", "text": "plain"}, {"type": "refusal", "refusal": "no"}],
                },
            ]
        }
    )
    assert response.output_text == ""


def test_text_and_refusal_of_a_message(load_sample):
    message = Response.model_validate(load_sample("conformant")).output[1]
    assert isinstance(message, Message)
    assert message.text == "Take the ferry. It leaves at nine."
    assert message.refusal == "I do not book it."
    assert Message().refusal is None
    parts = [{"type": "input_text", "text": "a"}, {"type": "text", "text": "b"}, {"type": "summary_text", "text": "c"}]
    assert Message.model_validate({"content": parts}).text == "ab"


def test_function_calls(load_sample):
    response = Response.model_validate(load_sample("conformant"))
    assert response.function_calls == [response.output[2]]
    assert [type(call) for call in response.function_calls] == [FunctionCall]
    assert Response().function_calls == []


@pytest.mark.parametrize("status", ["completed", "incomplete", "in_progress", "queued", "acme:paused", None])
def test_a_response_that_did_not_fail_does_not_raise(status):
    response = Response(status=status)
    assert response.raise_for_status() is response


@pytest.mark.parametrize("status", ["completed", "incomplete"])
def test_an_answer_is_an_answer_whatever_else_is_said(status):
    response = Response.model_validate({"status": status, "error": {"code": "c", "message": "m"}})
    assert response.raise_for_status() is response


def test_a_failed_response_raises_with_all_that_is_known(load_sample):
    response = Response.model_validate(load_sample("failed"))
    with pytest.raises(ServerStreamError, match="response failed: rate_limit_exceeded: 'slow down'") as caught:
        response.raise_for_status()
    assert caught.value.partial == response
    assert caught.value.partial.output_text == "Take the"
    error = caught.value.error
    assert (error.type, error.code, error.message) == ("too_many_requests", "rate_limit_exceeded", "slow down")
    assert caught.value.status is None


def test_content_that_is_a_text_counts():
    one = Response.model_validate({"output": [{"type": "message", "role": "assistant", "content": "[1]"}]})
    assert (one.output_text, one.output[0].text, one.output[0].output_text) == ("[1]", "[1]", "[1]")
    assert one.parse_text(list[int]) == [1]
    assert one.as_input()[0].to_dict()["content"] == "[1]"


def test_a_cancelled_response_raises_without_an_error():
    with pytest.raises(ServerStreamError, match="response cancelled: 'the response") as caught:
        Response(status="cancelled").raise_for_status()
    assert caught.value.error.message == "the response is cancelled"


def test_an_error_under_any_other_status_raises():
    with pytest.raises(ServerStreamError, match="response None: 500"):
        Response.model_validate({"error": {"code": 500, "message": "x"}}).raise_for_status()


def test_a_long_message_is_cut_in_the_exception_and_whole_in_the_error():
    response = Response.model_validate({"status": "failed", "error": {"message": "x\n" * 5000}})
    with pytest.raises(ServerStreamError) as caught:
        response.raise_for_status()
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)
    assert caught.value.error.message == "x\n" * 5000
