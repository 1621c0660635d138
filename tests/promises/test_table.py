"""The table of promises is whole, and every test that it names exists."""

import subprocess
import sys
from pathlib import Path

from .table import FAULTS, PROMISES

TESTS = Path(__file__).parents[1]
ROWS = (*FAULTS, *PROMISES)
NAMED = {test for row in ROWS for test in row.tests if not test.startswith(("rust:", "make:"))}


def test_every_row_is_there_and_says_what_shows_it_or_why_not() -> None:
    assert [row.id for row in FAULTS] == [f"F{n}" for n in range(1, 34)]
    assert [row.id for row in PROMISES] == [f"P{n}" for n in range(1, 21)]
    assert [row.id for row in ROWS if not row.tests and not row.open] == []


def test_bad_input_is_shown_whole() -> None:
    """Issue 3: every row of F12 to F20 has its test and nothing open."""
    assert [row.id for row in FAULTS[11:20] if row.open or not row.tests] == []


def test_every_named_test_exists() -> None:
    files = sorted({str(TESTS / test.partition("::")[0]) for test in NAMED})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files]
    told = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True, check=False, timeout=100)
    collected = {line.partition("[")[0].removeprefix("tests/") for line in told.stdout.splitlines()}
    assert sorted(NAMED - collected) == []
    core = {test.removeprefix("rust:") for row in ROWS for test in row.tests if test.startswith("rust:")}
    assert [name for name in core if not (TESTS.parent / "rust/core/tests" / name).is_file()] == []
    targets = {test.removeprefix("make:") for row in ROWS for test in row.tests if test.startswith("make:")}
    rules = {line.partition(":")[0] for line in (TESTS.parent / "Makefile").read_text(encoding="utf-8").splitlines()}
    assert sorted(targets - rules) == []
