"""`or-stream bench`: a load on a live server, and what the tools' metrics say of it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ..bench.inspect import run_facts, run_page
from ..bench.load import FixedConcurrency, run_load
from ..json_text import write_text
from .bench_progress import progress
from .bench_table import print_run
from .ending import INTERRUPTED, complain, told
from .selftest import ceiling

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..bench.definitions import Defs
    from ..bench.load import Job, LoadResult

_MOST_CONNECTIONS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is to be said of a run, and where."""

    defs: tuple[Defs, ...]
    slos: dict[str, float]
    as_json: bool
    out: tuple[Path, ...]
    html: Path | None = None


def bench(job: Job, report: Report, *, selftest: bool = False) -> int:
    """Run a load and report it.

    Args:
        job: What to run.
        report: How to say it.
        selftest: Measure afterwards what the client can do on as many connections, and tell it beside the result.

    Returns:
        The exit code: 0 when every request succeeded, 1 when some failed or a file could not be written, 2 when none
        succeeded, 130 after Ctrl-C.

    Raises:
        ImportError: Raised when no HTTP client is installed.
    """
    with progress(job.bounds) as shown:
        result = run_load(job, on_record=shown.record if shown else None, on_progress=shown.so_far if shown else None)
    facts = result.facts(report.defs, report.slos)
    interrupted = result.interrupted
    if selftest and not interrupted:
        interrupted = not _tell_ceiling(facts, result)
    if report.as_json:
        sys.stdout.write(write_text(facts) + "\n")
    else:
        print_run(facts, file=sys.stdout)
    writers: list[tuple[Path, Callable[..., None]]] = [(path, _write) for path in report.out]
    if report.html is not None:
        writers.append((report.html, _write_page))
    kept = [_kept(path, partial(write, result, facts, path)) for path, write in writers]
    for kind, error in facts["errors"].items():
        complain(f"{error['count']} x {kind}: {error['example']}")
    return INTERRUPTED if interrupted else _code(result) or int(not all(kept))


def _tell_ceiling(facts: dict[str, Any], result: LoadResult) -> bool:
    """Measure the client beside its result, which must not be lost with it. False after Ctrl-C."""
    try:
        facts["selftest"] = ceiling(_connections(result))
    except KeyboardInterrupt:
        return False
    except OSError as error:
        complain(told(error))
    return True


def _connections(result: LoadResult) -> int:
    """How many connections the run had at once: the users of a closed loop, else the most requests under way."""
    if isinstance(result.job.plan, FixedConcurrency):
        return min(result.job.plan.users, _MOST_CONNECTIONS)
    moments = sorted(
        [(record.start_ns, 1) for record in result.records] + [(record.end_ns, -1) for record in result.records]
    )
    most = under_way = 0
    for _, step in moments:
        under_way += step
        most = max(most, under_way)
    return max(1, min(most, _MOST_CONNECTIONS))


def _code(result: LoadResult) -> int:
    if not result.succeeded:
        return 2
    return 1 if result.failed else 0


def _kept(path: Path, write: Callable[[], None]) -> bool:
    """Write one file; a fault of it takes nothing away from the others."""
    try:
        write()
    except OSError as error:
        complain(told(error) if error.filename else f"{path}: {error.strerror}")
        return False
    return True


def _write(result: LoadResult, facts: dict[str, Any], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            result.write_csv(file)
        elif path.suffix == ".jsonl":
            result.write_jsonl(file)
        else:
            file.write(write_text(facts) + "\n")


def _write_page(result: LoadResult, facts: dict[str, Any], path: Path) -> None:
    path.write_text(run_page(run_facts(result, facts), title=facts["url"]), encoding="utf-8")
