"""`or-stream check`: does a stream keep the contract?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..conformance.check import check as judge
from ..errors import OrStreamError
from .ending import complain
from .waiting import waiting

if TYPE_CHECKING:
    from ..conformance.report import ConformanceReport
    from .target import Target

CONFORMANT, FINDINGS, UNREADABLE = 0, 1, 2

Spec = Literal["2026-01-15", "2026-04-24"]
Profile = Literal["open-responses", "openai"]


def check(target: Target, spec: Spec, profile: Profile, *, as_json: bool) -> int:
    """Judge a stream and print what was found.

    Args:
        target: What to read.
        spec: The version of the contract.
        profile: What is allowed beyond it.
        as_json: Print the report as one JSON object instead of a table.

    Returns:
        The exit code.

    Raises:
        OSError: Raised when a file cannot be opened.
    """
    try:
        with target.hinting(), waiting(f"reading {target.name}"), target.raw() as source:
            report = judge(source, spec=spec, profile=profile)
    except OrStreamError as error:
        complain(f"{target.name}: {error}")
        return UNREADABLE
    if as_json:
        sys.stdout.write(report.to_json() + "\n")
    else:
        _print(report)
    return CONFORMANT if report.ok else FINDINGS


def _print(report: ConformanceReport) -> None:
    console = Console()
    if report.findings:
        console.print(_table(report))
    told = sum(report.totals.values()) - len(report.findings)
    if told:
        console.print(f"and {told:,} more of the same rules")
    verdict = Text("conformant", style="green") if report.ok else Text("not conformant", style="red")
    warned = " (with warnings)" if report.ok and report.totals else ""
    console.print(
        verdict + Text(f"{warned}: {report.events:,} events, {report.bytes:,} bytes, ", style="default"),
        Text(f"contract {report.spec}, profile {report.profile}, outcome {report.outcome or 'unknown'}"),
        sep="",
        soft_wrap=True,
    )


def _table(report: ConformanceReport) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("rule", "line", "event"):
        table.add_column(name, no_wrap=True)
    table.add_column("what is wrong", overflow="fold")
    for finding in report.findings:
        style = "yellow" if finding.severity == "warning" else "red"
        event = "" if finding.event_index is None else str(finding.event_index)
        what = Text(finding.reason) + Text(f"  ({finding.title})", style="dim")
        table.add_row(Text(finding.rule, style=style), str(finding.line or ""), event, what)
    return table
