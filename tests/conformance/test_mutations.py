"""Any answer, told by the contract but for one fault: the core folds it as the twin does."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.streams import script
from tests.streams.wire import dumps
from tests.twin import Fold, decode
from tests.twin import read as twin_read

from .core import fold, read
from .mutations import answers, mutated

# The same examples at every run, so that no change is judged by luck; to hunt longer, raise `max_examples`.
STEADY = settings(
    max_examples=400, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)


def sse(messages: list[bytes]) -> bytes:
    return b"".join(b"data: " + message + b"\n\n" for message in messages)


def encoded(told: list[dict[str, object]]) -> list[bytes]:
    return [dumps(event).encode() for event in told]


@STEADY
@given(mutated(), st.data())
def test_one_fault(told: list[dict[str, object]], data: st.DataObject) -> None:
    messages = encoded(told)
    body = sse(messages)
    due, result = twin_read(body), read([body])
    assert result.response == due.fold.snapshot()
    assert result.outcome == due.fold.outcome
    assert result.rules == due.findings
    some = messages[: data.draw(st.integers(0, len(messages)))]
    assert fold(some).response == folded(some)


def folded(messages: list[bytes]) -> dict[str, object]:
    """The twin's response of a stream that has not ended."""
    twin = Fold()
    for message in messages:
        for event in decode(message):
            twin.push(event)
    return twin.snapshot()


@STEADY
@given(answers())
def test_no_fault(answer: script.Answer) -> None:
    """Without a fault there is nothing to find, and the fold is the server's own response, last event or not."""
    told = script.events(answer)
    whole = read([sse(encoded(told))])
    assert whole.response == json.loads(json.dumps(answer.response(answer.status)))
    assert whole.rules == set()
    assert whole.outcome == answer.status
    cut = read([sse(encoded(told[:-1]))])
    assert cut.response["output"] == whole.response["output"]
    assert cut.rules == set()
    assert cut.outcome == "truncated"


def test_an_item_that_is_done_empty_and_repeated_so_at_the_end_keeps_its_text() -> None:
    """The terminal item equals the finished one to the byte, and neither has what was streamed (rules R5, R7)."""
    empty = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": []}
    place = {"item_id": "m", "output_index": 0, "content_index": 0}
    told: list[dict[str, object]] = [
        {
            "type": "response.created",
            "response": {"id": "r", "object": "response", "status": "in_progress", "output": []},
        },
        {"type": "response.output_item.added", "output_index": 0, "item": {**empty, "status": "in_progress"}},
        {
            "type": "response.content_part.added",
            **place,
            "part": {"type": "output_text", "text": "", "annotations": []},
        },
        {"type": "response.output_text.delta", **place, "delta": "<"},
        {"type": "response.output_item.done", "output_index": 0, "item": empty},
        {
            "type": "response.completed",
            "response": {"id": "r", "object": "response", "status": "completed", "output": [empty]},
        },
    ]
    body = sse(encoded(told))
    due, result = twin_read(body), read([body])
    assert result.response == due.fold.snapshot()
    assert "<" in json.dumps(result.response["output"])
    assert result.rules == due.findings


def test_an_item_that_is_finished_twice_overwrites_no_other() -> None:
    """Its id and its index name the finished one, although another of its kind is open (rule R1)."""
    items = [
        {"type": "reasoning", "id": f"rs_{at}", "summary": [], "content": [{"type": "x", "n": at}]} for at in (0, 1)
    ]
    added: list[dict[str, object]] = [
        {"type": "response.output_item.added", "output_index": at, "item": {**item, "content": []}}
        for at, item in enumerate(items)
    ]
    done: list[dict[str, object]] = [
        {"type": "response.output_item.done", "output_index": at, "item": item} for at, item in enumerate(items)
    ]
    body = sse(encoded([added[0], done[0], added[1], done[0]]))
    due, result = twin_read(body), read([body])
    assert [item["id"] for item in result.response["output"]] == ["rs_0", "rs_1"]
    assert result.response == due.fold.snapshot()
    assert result.rules == due.findings == {"R1"}


def test_a_part_takes_nothing_of_another_kind_that_was_streamed_in_its_place() -> None:
    """An item announced again in mid stream has only its second part; the finished item has both (rules R2, R5)."""
    item = {"type": "message", "id": "m", "role": "assistant", "content": []}
    refusal, text = {"type": "refusal", "refusal": ""}, {"type": "output_text", "text": "<", "annotations": []}
    place = {"item_id": "m", "output_index": 0}
    told: list[dict[str, object]] = [
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.content_part.added", **place, "content_index": 0, "part": refusal},
        {"type": "response.content_part.done", **place, "content_index": 0, "part": refusal},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.content_part.added", **place, "content_index": 1, "part": {**text, "text": ""}},
        {"type": "response.output_text.delta", **place, "content_index": 1, "delta": "<"},
        {"type": "response.output_item.done", "output_index": 0, "item": {**item, "content": [refusal, text]}},
    ]
    body = sse(encoded(told))
    due, result = twin_read(body), read([body])
    assert result.response["output"][-1]["content"] == [refusal, text]
    assert result.response == due.fold.snapshot()
    assert result.rules == due.findings


def test_a_finished_items_commands_count_by_their_place() -> None:
    """An item announced again in mid stream has only its second command, the finished item both (rules R2, R5)."""
    item = {"type": "shell_call", "id": "sh", "call_id": "c", "action": {"commands": []}}
    told: list[dict[str, object]] = [
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.shell_call_command.added", "output_index": 0, "command_index": 0, "command": ""},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.shell_call_command.added", "output_index": 0, "command_index": 1, "command": ""},
        {"type": "response.output_item.done", "output_index": 0, "item": {**item, "action": {"commands": ["", ""]}}},
    ]
    body = sse(encoded(told))
    due, result = twin_read(body), read([body])
    assert result.response["output"][-1]["action"]["commands"] == ["", ""]
    assert result.response == due.fold.snapshot()
    assert result.rules == due.findings
