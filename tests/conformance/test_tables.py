"""Every row of tables S, E and R, and of rules R1-R12: lenient and strict, whole and however cut."""

import pytest

from tests.twin import NotAnEventStreamError
from tests.twin import read as twin_read
from tests.twin.text import whole_halves

from .core import Result, read
from .cuts import bytewise, halves, shreds
from .rows import Row
from .table_e import TABLE_E
from .table_r import TABLE_R
from .table_rules import RULES
from .table_s import TABLE_S
from .table_texts import TEXTS

ROWS = [*TABLE_S, *TABLE_E, *TABLE_R, *RULES, *TEXTS]
PAGES = [row for row in ROWS if row.outcome == "page"]
STREAMS = [row for row in ROWS if row.outcome != "page"]

each_stream = pytest.mark.parametrize("row", STREAMS, ids=str)


def check_row(row: Row, result: Result) -> None:
    """Compare a lenient reading with what the row says."""
    if row.types is not None:
        assert tuple(kind for kind, _ in result.events) == row.types
    if row.output is not None:
        assert result.response["output"] == row.output
    assert result.rules == row.findings
    assert result.outcome == row.outcome
    assert {key: result.response.get(key) for key in row.also} == row.also
    if row.error is not None:
        assert result.error == row.error


def test_tables_are_complete() -> None:
    ids = {row.id for row in ROWS}
    assert ids >= {f"S{n}" for n in range(1, 15)}
    assert ids >= {f"E{n}" for n in range(1, 20)}
    assert ids >= {f"R-{letter}" for letter in "abcdefghijklmnopq"}
    assert ids >= {f"R{n}" for n in (*range(1, 9), *range(10, 13))}


@each_stream
def test_lenient(row: Row) -> None:
    result = read([row.body])
    assert result.raised is None
    check_row(row, result)


@each_stream
def test_twin(row: Row) -> None:
    """The oracle says the same, from its own reading of the documents."""
    reading = twin_read(row.body)
    events = [(event.type, event.data) for event in reading.events]
    check_row(
        row,
        Result(
            events=events,
            response=reading.fold.snapshot(),
            outcome=reading.fold.outcome or "",
            findings=[(rule, 0, 0) for rule in reading.findings],
            error=reading.fold.error,
        ),
    )


@each_stream
def test_events_hold_what_was_sent(row: Row) -> None:
    sent = [whole_halves(event.data) for event in twin_read(row.body).events]
    assert [data for _, data in read([row.body]).events] == sent


@each_stream
def test_strict(row: Row) -> None:
    raised = read([row.body], strict=True).raised
    assert (raised and raised[0]) == row.strict


@pytest.mark.parametrize("strict", [False, True], ids=["lenient", "strict"])
@each_stream
def test_however_cut(row: Row, strict: bool) -> None:
    whole = read([row.body], strict=strict)
    for cut in halves(row.body):
        assert read(cut, strict=strict) == whole, f"cut at {len(cut[0])}"
    assert read(bytewise(row.body), strict=strict) == whole
    assert read(shreds(row.body, seed=1), strict=strict) == whole


@each_stream
def test_strict_agrees_until_the_first_fault(row: Row) -> None:
    """P16: what strict mode gave out before it raised is what lenient mode gives."""
    lenient, strict = read(bytewise(row.body)), read(bytewise(row.body), strict=True)
    assert lenient.events[: len(strict.events)] == strict.events


@pytest.mark.parametrize("row", PAGES, ids=str)
@pytest.mark.parametrize("strict", [False, True], ids=["lenient", "strict"])
def test_page(row: Row, strict: bool) -> None:
    with pytest.raises(NotAnEventStreamError):
        twin_read(row.body)
    for cut in halves(row.body):
        raised = read(cut, strict=strict).raised
        assert raised is not None
        assert raised[0] == row.strict
