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
