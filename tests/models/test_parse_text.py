import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

import or_stream as ors
from or_stream.models import Response


class Weather(BaseModel):
    city: str
    celsius: int


def message(*parts, **fields):
    return {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": list(parts), **fields}


def text(words):
    return {"type": "output_text", "text": words, "annotations": []}


def response(*output, status="completed", **fields):
    return Response.model_validate({"id": "r", "status": status, "output": list(output), **fields})


BERGEN = '{"city": "Bergen", "celsius": 7}'


def test_a_model_a_type_and_an_adapter():
    one = response(message(text(BERGEN)))
    assert one.parse_text(Weather) == Weather(city="Bergen", celsius=7)
    assert one.parse_text(TypeAdapter(Weather | int)) == Weather(city="Bergen", celsius=7)
    assert response(message(text("[1, 2]"))).parse_text(list[int]) == [1, 2]


def test_the_last_message_counts_and_its_parts_belong_together():
    commentary = message(text("I look it up."), phase="commentary")
    call = {"type": "function_call", "id": "f", "call_id": "c", "name": "n", "arguments": "{}"}
    answer = message(text(BERGEN[:9]), text(BERGEN[9:]))
    assert response(commentary, call, answer, message()).parse_text(Weather).city == "Bergen"


def test_a_server_without_status_is_believed():
    assert response(message(text(BERGEN)), status=None).parse_text(Weather).celsius == 7


@pytest.mark.parametrize(
    ("words", "finding"),
    [
        ("It is 7 degrees", "Invalid JSON"),
        (BERGEN[:-1], "Invalid JSON"),
        ('{"city": "Bergen"}', "celsius: Field required"),
        ('{"city": 1, "celsius": "x"}', "city: .*; celsius: "),
        ("```json\n" + BERGEN + "\n```", "Invalid JSON"),
    ],
)
def test_another_text_is_told_and_kept(words, finding):
    one = response(message(text(words)))
    with pytest.raises(ors.OutputParseError, match=finding) as caught:
        one.parse_text(Weather)
    assert (caught.value.text, caught.value.partial) == (words, one)
    assert isinstance(caught.value.__cause__, ValidationError)


def test_the_message_is_bounded_and_printable():
    words = "[" + ",".join(['"\\u001b"'] * 10_000) + "]"
    with pytest.raises(ors.OutputParseError) as caught:
        response(message(text(words))).parse_text(list[int])
    assert len(str(caught.value)) < 2000
    assert str(caught.value).isprintable()
    assert "9997 more" in str(caught.value)


def test_a_key_of_any_length_is_bounded():
    words = '{"' + "\\u001b" * 5000 + '": "x"}'
    with pytest.raises(ors.OutputParseError) as caught:
        response(message(text(words))).parse_text(dict[str, int])
    assert len(str(caught.value)) < 2000
    assert str(caught.value).isprintable()


def test_a_refusal():
    one = response(message({"type": "refusal", "refusal": "I must not."}, text(BERGEN)))
    with pytest.raises(ors.OutputRefused, match="I must not") as caught:
        one.parse_text(Weather)
    assert (caught.value.refusal, caught.value.partial) == ("I must not.", one)


@pytest.mark.parametrize("status", ["incomplete", "in_progress", "queued"])
def test_an_unfinished_response(status):
    one = response(message(text(BERGEN)), status=status, incomplete_details={"reason": "max_output_tokens"})
    with pytest.raises(ors.OutputIncomplete, match=f"{status} .max_output_tokens") as caught:
        one.parse_text(Weather)
    assert (caught.value.reason, caught.value.partial) == ("max_output_tokens", one)


def test_no_text_at_all():
    for one in (response(), response(message()), response(message(text("")))):
        with pytest.raises(ors.OutputParseError, match="no text"):
            one.parse_text(Weather)


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_failed_response_raises_as_it_does_elsewhere(status):
    with pytest.raises(ors.ServerStreamError):
        response(message(text(BERGEN)), status=status).parse_text(Weather)
