"""The table of docs/conformance.md is the table of the rules."""

from pathlib import Path

from or_stream.conformance.rules import RULES

PAGE = Path(__file__).parents[2] / "docs/conformance.md"


def test_the_page_has_every_rule_as_it_is() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| C")]
    due = [
        f"| {rule.id} | {rule.title} | {rule.severity} | {'yes' if rule.openai else 'no'} | {rule.reference} |"
        for rule in RULES.values()
    ]
    assert rows == due
