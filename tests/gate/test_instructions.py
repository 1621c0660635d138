"""The regression gate itself: what breaks it, and that it cannot be skipped in CI."""

from __future__ import annotations

import json

import pytest
from benches import instructions

KEPT = {"compiler": "rustc", "machine": "here", "instructions per event": {"a": 1_000.0, "b": 50.0}}


@pytest.mark.parametrize(
    ("a", "b", "broken"), [(1_000, 50, 0), (1_029, 51, 0), (1_031, 50, 1), (500, 52, 1), (10, 10, 0)]
)
def test_three_percent_more_is_a_failure_and_less_is_none(a, b, broken, monkeypatch):
    monkeypatch.setattr(instructions, "compiler", lambda: "rustc")
    assert instructions.compare({"a": a, "b": b}, KEPT) == broken


def test_a_workload_without_a_limit_is_a_failure(monkeypatch):
    monkeypatch.setattr(instructions, "compiler", lambda: "rustc")
    assert instructions.compare({"a": 1_000, "new": 1}, KEPT) == 1


@pytest.mark.parametrize(("ci", "code", "word"), [("true", 1, "FAILED"), ("", 0, "skipped")])
def test_without_valgrind_it_is_skipped_but_not_in_ci(ci, code, word, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr("sys.argv", ["instructions"])
    assert instructions.main() == code
    assert word in capsys.readouterr().out


def test_every_workload_has_a_limit():
    kept = json.loads(instructions.LIMITS.read_text(encoding="utf-8"))
    assert set(kept["instructions per event"]) == set(instructions.CASES)
