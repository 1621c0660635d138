"""What a check found."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .rules import RULES, Profile, Severity

if TYPE_CHECKING:
    from ..models.contract import Spec
    from ..outcome import Outcome

KEPT_PER_RULE: Final = 20
"""Findings kept of each rule; the totals count all of them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a stream breaks a rule.

    Args:
        rule: The rule's id, a key of `RULES`.
        event_index: The event, from 0; None for what concerns the whole stream.
        offset: The byte of the body where that event starts.
        line: The line where it starts, from 1.
        reason: What is wrong, in one line.
    """

    rule: str
    event_index: int | None
    offset: int
    line: int
    reason: str

    @property
    def title(self) -> str:
        """What a conformant stream does."""
        return RULES[self.rule].title

    @property
    def severity(self) -> Severity:
        """`error`, or `warning` for what the specification only advises or leaves open."""
        return RULES[self.rule].severity

    @property
    def reference(self) -> str:
        """Where the specification says so."""
        return RULES[self.rule].reference

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON's own types."""
        return {**asdict(self), "title": self.title, "severity": self.severity, "reference": self.reference}


@dataclass(slots=True)
class ConformanceReport:
    """What a check of one stream found; see `or_stream.check`."""

    spec: Spec
    profile: Profile
    findings: list[Finding] = field(default_factory=list[Finding])
    totals: Counter[str] = field(default_factory=Counter[str])
    outcome: Outcome | None = None
    events: int = 0
    bytes: int = 0

    @property
    def ok(self) -> bool:
        """Whether no rule was broken; warnings do not count."""
        return all(RULES[rule].severity == "warning" for rule in self.totals)

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep it if there are not too many of its rule."""
        rule = RULES[finding.rule]
        if self.profile == "openai" and not rule.openai:
            return
        self.totals[rule.id] += 1
        if self.totals[rule.id] <= KEPT_PER_RULE:
            self.findings.append(finding)

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON's own types."""
        return {
            "ok": self.ok,
            "spec": self.spec,
            "profile": self.profile,
            "outcome": None if self.outcome is None else str(self.outcome),
            "events": self.events,
            "bytes": self.bytes,
            "totals": dict(self.totals),
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def to_json(self) -> str:
        """Give it as one line of JSON."""
        import json  # noqa: PLC0415 - only for those who print it

        return json.dumps(self.to_dict())

    def __repr__(self) -> str:
        found = ", ".join(f"{rule} x{count}" for rule, count in self.totals.items()) or "no finding"
        return f"<ConformanceReport ok={self.ok} {self.spec} {self.profile} events={self.events}: {found}>"
