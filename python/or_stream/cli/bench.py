"""`or-stream bench`: a load on a live server, and what the tools' metrics say of it."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, cast

import typer
from rich.console import Console

from ..bench.definitions import definition
from ..bench.inspect import run_facts, run_page
from ..bench.load import Bounds, FixedConcurrency, FixedRate, Job, LoadRequest, Ramp, SoFar, read_requests, run_load
from ..json_text import write_text
from .bench_table import print_run
from .ending import INTERRUPTED, complain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ..bench.definitions import Defs
    from ..bench.load import LoadResult, Plan, Record
    from ..bench.load.plans import Arrivals


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is to be said of a run, and where."""

    defs: tuple[Defs, ...]
    slos: dict[str, float]
    as_json: bool
    out: tuple[Path, ...]
    html: Path | None = None


def bench(job: Job, report: Report) -> int:
    """Run a load and report it.

    Args:
        job: What to run.
        report: How to say it.

    Returns:
        The exit code: 0 when every request succeeded, 1 when some failed, 2 when none succeeded, 130 after Ctrl-C.

    Raises:
        OSError: Raised when a file cannot be written.
        ImportError: Raised when no HTTP client is installed.
    """
    with _progress(job) as shown:
        result = run_load(job, on_record=shown.record if shown else None, on_progress=shown.so_far if shown else None)
    facts = result.facts(report.defs, report.slos)
    if report.as_json:
        sys.stdout.write(write_text(facts) + "\n")
    else:
        print_run(facts, file=sys.stdout)
    for path in report.out:
        _write(result, facts, path)
    if report.html is not None:
        page = run_page(run_facts(result, facts), title=facts["url"])
        report.html.write_text(page, encoding="utf-8")
    for kind, told in facts["errors"].items():
        complain(f"{told['count']} x {kind}: {told['example']}")
    return _code(result)


def _code(result: LoadResult) -> int:
    if result.interrupted:
        return INTERRUPTED
    if not result.succeeded:
        return 2
    return 1 if result.failed else 0


def _write(result: LoadResult, facts: dict[str, Any], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            result.write_csv(file)
        elif path.suffix == ".jsonl":
            result.write_jsonl(file)
        else:
            file.write(write_text(facts) + "\n")


class _Progress:
    """A line on the terminal that says how far the run is."""

    def __init__(self, job: Job, console: Console) -> None:
        self._job = job
        self._status = console.status("starting")
        self._ended = self._failed = 0
        self._so_far = SoFar()

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def record(self, record: Record) -> None:
        """A request has ended."""
        self._ended += 1
        self._failed += bool(record.error_kind)
        self._show()

    def so_far(self, so_far: SoFar) -> None:
        """So many are under way."""
        self._so_far = so_far
        self._show()

    def _show(self) -> None:
        due = self._job.bounds.requests
        of = "" if due is None else f" of {due + self._job.bounds.warm_up:,}"
        ended = f"{self._ended:,}{of} requests ended, {self._failed:,} failed"
        self._status.update(f"{self._so_far.under_way:,} under way, {ended}, {self._so_far.events:,} events")


def _progress(job: Job) -> AbstractContextManager[_Progress | None]:
    notes = Console(stderr=True)
    return _Progress(job, notes) if notes.is_terminal else nullcontext()


def plan_of(concurrency: int | None, rate: float | None, ramp: str | None, *, even: bool, seed: int) -> Plan:
    """Give the plan that the options mean.

    Raises:
        typer.BadParameter: Raised when they name none, several, or one that makes no sense.
    """
    if sum(given is not None for given in (concurrency, rate, ramp)) > 1:
        message = "say one of --concurrency, --rate and --ramp"
        raise typer.BadParameter(message)
    arrivals: Arrivals = "constant" if even else "poisson"
    with _bad_parameters():
        if rate is not None:
            return FixedRate(rate, arrivals, seed)
        if ramp is not None:
            first, last, seconds = _numbers(ramp)
            return Ramp(first, last, seconds, arrivals, seed)
        return FixedConcurrency(concurrency or 1)


def job_of(requests: Sequence[LoadRequest], plan: Plan, bounds: Bounds | None, **more: Any) -> Job:
    """Put a job together.

    Raises:
        typer.BadParameter: Raised when its parts do not fit.
    """
    with _bad_parameters():
        return Job(tuple(requests), plan, bounds or Bounds(requests=10), **more)


def bounds_of(requests: int | None, seconds: float | None, warm_up: int) -> Bounds:
    """Give the bounds that the options mean: ten requests where they say nothing.

    Raises:
        typer.BadParameter: Raised when they make no sense.
    """
    with _bad_parameters():
        return Bounds(requests if requests or seconds else 10, seconds, warm_up)


def requests_of(url: str, request: str | None, model: str, text: str, headers: dict[str, str]) -> list[LoadRequest]:
    """Give the requests that are sent in turn: of a file or an object, or made of model and input.

    Raises:
        typer.BadParameter: Raised when they cannot be read.
        OSError: Raised when the file cannot be read.
    """
    with _bad_parameters():
        found = [{"model": model, "input": text}] if request is None else read_requests(request)
    return [LoadRequest.make(url, members, headers) for members in found]


def defs_of(names: Sequence[str]) -> tuple[Defs, ...]:
    """Check the names of definitions.

    Raises:
        typer.BadParameter: Raised when there is no such tool.
    """
    with _bad_parameters():
        for name in names:
            definition(cast("Defs", name))
    return tuple(cast("list[Defs]", names))


def slos_of(told: Sequence[str]) -> dict[str, float]:
    """Read objectives, each as `name:number`.

    Raises:
        typer.BadParameter: Raised when one is something else.
    """
    found: dict[str, float] = {}
    for one in told:
        name, colon, number = one.partition(":")
        try:
            found[name] = float(number)
        except ValueError:
            colon = ""
        if not (name and colon):
            message = f"an objective is a name and a number, such as ttft:500, not {one!r}"
            raise typer.BadParameter(message)
    return found


def _numbers(ramp: str) -> Iterator[float]:
    first, arrow, rest = ramp.partition("-")
    last, slash, seconds = rest.partition("/")
    if not (arrow and slash):
        message = f"a ramp is FIRST-LAST/SECONDS, such as 1-50/60, not {ramp!r}"
        raise ValueError(message)
    yield from map(float, (first, last, seconds))


class _bad_parameters:  # noqa: N801 - reads as a function
    """Says a `ValueError` as the command line says it."""

    def __enter__(self) -> None:
        """Nothing to begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, ValueError):
            raise typer.BadParameter(str(error)) from error
