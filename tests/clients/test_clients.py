"""The page of clients: every vector is on it, and our own column is right when the same code runs here."""

import pytest
from clients.adapters import ours
from clients.case import ROOT, Case, read_cases
from clients.seen import Seen
from clients.server import serving
from clients.verdict import Verdict, judge

CASES = read_cases()
PAGE = ROOT / "docs/clients.md"


def test_every_vector_has_its_row_and_no_other() -> None:
    rows = [line.split("|")[1].strip() for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    names = [case.name for case in CASES]
    assert [row for row in rows if row in set(names)] == names


def test_ours_is_right_wherever_there_is_something_to_show() -> None:
    with serving(CASES) as address:
        verdicts = {case.name: verdict(case, f"{address}/{at}/v1") for at, case in enumerate(CASES)}
    assert {name: told for name, told in verdicts.items() if told is not Verdict.RIGHT} == {}


def verdict(case: Case, url: str) -> Verdict:
    seen = Seen()
    try:
        ours.read(url, case, seen)
    except Exception as error:
        seen.raised(error)
    return judge(case, seen, ours.NOTICES)


PLAIN = Case(
    "x", "S1", "what", b"", "completed", [{"type": "message", "content": [{"type": "output_text", "text": "ab"}]}]
)


@pytest.mark.parametrize(
    ("seen", "due"),
    [
        (Seen("ab", ended="completed"), Verdict.RIGHT),
        (Seen("a", ended="completed"), Verdict.LOST),
        (Seen("ba", ended="completed"), Verdict.WRONG),
        (Seen("ab", ended="failed"), Verdict.HIDDEN),
        (Seen("ab", ended="raised", error="StreamTruncated: no"), Verdict.CRASHED),
        (None, Verdict.HANG),
    ],
)
def test_verdicts_of_a_whole_stream(seen: Seen | None, due: Verdict) -> None:
    assert judge(PLAIN, seen, ours.NOTICES) is due


@pytest.mark.parametrize(
    ("seen", "due"),
    [
        (Seen("ab", ended="raised", error="StreamTruncated: no"), Verdict.RIGHT),
        (Seen("a", ended="raised", error="StreamTruncated: no"), Verdict.LOST),
        (Seen("ab", ended="raised", error="KeyError: 'x'"), Verdict.CRASHED),
        (Seen("ab", ended="silent"), Verdict.SILENT),
        (Seen("ab", ended="completed"), Verdict.SILENT),
    ],
)
def test_verdicts_of_a_cut_stream(seen: Seen, due: Verdict) -> None:
    cut = Case("x", "S10", "what", b"", "truncated", PLAIN.output)
    assert judge(cut, seen, ours.NOTICES) is due


def test_where_the_end_is_left_out_only_the_content_counts() -> None:
    open_end = Case("x", "R1", "what", b"", "truncated", PLAIN.output)
    assert judge(open_end, Seen("ab", ended="silent"), ours.NOTICES) is Verdict.RIGHT
    assert judge(open_end, Seen("a", ended="silent"), ours.NOTICES) is Verdict.LOST
