"""`python -m benches.report`: every row measured, printed, and written to `docs/`.

It takes up to ten minutes; `--quick` takes one and a half and only prints. Name rows to run only those.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from time import monotonic

from . import drawing
from .build import machine, refuse_debug_build
from .page import bars_table, figures_table, page
from .rows import EXTRAS, ROWS
from .rows.row import Check, Figure, Finding
from .stopwatch import FULL, QUICK, Pace

DOCS = Path(__file__).parent.parent / "docs"
RESULTS = Path(__file__).parent / "results.json"

OURS = ("or_stream", "AsyncEventStream", "EventStream", "Decoder", "Assembler")


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benches.report", description=__doc__.partition("\n")[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help="measure only these")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds; writes nothing")
    options = parser.parse_args()
    refuse_debug_build()
    if unknown := set(options.rows) - {*ROWS, *EXTRAS}:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    names = options.rows or [*ROWS, *EXTRAS]
    findings = measure(names, QUICK if options.quick else FULL)
    show(findings)
    if not options.quick and not options.rows:
        write(findings)


def measure(names: list[str], pace: Pace) -> list[Finding]:
    """Run rows one by one, telling which."""
    findings: list[Finding] = []
    for name in names:
        start = monotonic()
        print(f"{name} …", end=" ", file=sys.stderr, flush=True)
        findings += (ROWS | EXTRAS)[name](pace)
        print(f"{monotonic() - start:.0f} s", file=sys.stderr)
    return findings


def show(findings: list[Finding]) -> None:
    """Print the bars, those not met beginning with the farthest, then all that has none."""
    print("\n".join(bars_table(findings)))
    missed = [finding for finding in findings if isinstance(finding, Check) and finding.verdict == "missed"]
    for check in sorted(missed, key=lambda check: check.share):
        print(f"not met, {check.share:4.0%} of the bar: {check.row} {check.what}")
    for group in dict.fromkeys(figure.group for figure in findings if isinstance(figure, Figure)):
        print("\n" + "\n".join(figures_table(findings, group, group)))


def write(findings: list[Finding]) -> None:
    """Write the page, its pictures and the figures themselves."""
    about = machine()
    DOCS.mkdir(exist_ok=True)
    (DOCS / "benchmarks.md").write_text(page(findings, about), encoding="utf-8")
    (DOCS / "benchmarks-paths.svg").write_text(paths_picture(findings), encoding="utf-8")
    (DOCS / "benchmarks-growth.svg").write_text(growth_picture(findings), encoding="utf-8")
    rows = [{**asdict(finding), **_verdict(finding)} for finding in findings]
    RESULTS.write_text(json.dumps({"about": about, "findings": rows}, indent=1), encoding="utf-8")


def paths_picture(findings: list[Finding]) -> str:
    """Throughput by path."""
    groups: dict[str, list[drawing.Bar]] = {}
    for figure in findings:
        if isinstance(figure, Figure) and figure.group == "paths":
            bar = drawing.Bar(figure.series, 1 / figure.y, figure.series.startswith(OURS))
            groups.setdefault(str(figure.x), []).append(bar)
    ordered = {name: sorted(group, key=lambda bar: bar.value) for name, group in groups.items()}
    return drawing.bars("Throughput by path", "million events per second of CPU time, logarithmic", ordered)


def growth_picture(findings: list[Finding]) -> str:
    """Cost of an event against the length of the stream."""
    series: dict[str, dict[float, float]] = {}
    for figure in findings:
        if isinstance(figure, Figure) and figure.group == "growth":
            series.setdefault(figure.series, {})[float(figure.x)] = figure.y
    ours = [name for name in series if name.startswith(OURS)]
    axes = ("number of deltas in the stream", "microseconds of CPU time per event")
    return drawing.lines("Cost of an event in longer and longer streams", axes, series, ours)


def _verdict(finding: Finding) -> dict[str, object]:
    return {"verdict": finding.verdict, "share": finding.share} if isinstance(finding, Check) else {}


if __name__ == "__main__":
    main()
