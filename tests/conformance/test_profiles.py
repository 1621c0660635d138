"""The server profiles at the end of wire-format.md: the same logical answer out of every one of them."""

from typing import Any

import pytest

from tests.streams import wire
from tests.streams.answers import AGENT, EVERYTHING, HELLO
from tests.streams.profiles import SERVERS, Profile
from tests.streams.script import Answer
from tests.twin import read as twin_read

from .core import read
from .cuts import bytewise, halves, shreds

each_server = pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
each_answer = pytest.mark.parametrize("answer", [HELLO, AGENT, EVERYTHING], ids=["hello", "agent", "everything"])


def logical(output: list[dict[str, Any]], *, ids: bool) -> list[dict[str, Any]]:
    """Output items without what a server may name as it likes."""
    return [item if ids else {key: value for key, value in item.items() if key != "id"} for item in output]


@each_server
@each_answer
def test_the_same_answer(server: Profile, answer: Answer) -> None:
    result = read([server.body(answer)])
    due = answer.response("completed")["output"]
    assert logical(result.response["output"], ids=server.same_ids) == logical(due, ids=server.same_ids)
    assert result.outcome == "completed"


@each_server
@each_answer
def test_the_same_answer_without_its_terminal_event(server: Profile, answer: Answer) -> None:
    cut = wire.body(server.events(answer)[:-1], server.dialect)
    result = read([cut])
    due = answer.response("completed")["output"]
    output = result.response["output"]
    assert logical(output, ids=server.same_ids) == logical(due, ids=server.same_ids)
    assert result.outcome == "truncated"


@each_server
def test_findings_due(server: Profile) -> None:
    assert read([server.body(AGENT)]).rules == server.findings


@each_server
@each_answer
def test_as_the_twin(server: Profile, answer: Answer) -> None:
    body = server.body(answer)
    due, result = twin_read(body), read([body])
    assert result.response == due.fold.snapshot()
    assert result.rules == due.findings
    assert result.outcome == due.fold.outcome


@each_server
def test_however_cut(server: Profile) -> None:
    body = server.body(HELLO)
    whole = read([body])
    for cut in halves(body):
        assert read(cut) == whole, f"cut at {len(cut[0])}"
    whole = read([server.body(AGENT)])
    assert read(bytewise(server.body(AGENT))) == whole
    assert read(shreds(server.body(AGENT), seed=3)) == whole
