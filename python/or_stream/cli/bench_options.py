"""What the options of `or-stream bench` mean together; whatever makes no sense is said before anything is sent."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import typer

from ..bench.definitions import definition
from ..bench.load import Bounds, FixedConcurrency, FixedRate, Job, LoadRequest, Ramp, read_requests
from ..bench.metrics import check_objectives

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from pathlib import Path

    from ..bench.definitions import Defs
    from ..bench.load import Plan
    from ..bench.load.plans import Arrivals


@contextmanager
def _as_usage() -> Generator[None]:
    """Say a `ValueError` as the command line says it."""
    try:
        yield
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def plan_of(concurrency: int | None, rate: float | None, ramp: str | None, *, even: bool, seed: int) -> Plan:
    """Give the plan that the options mean.

    Raises:
        typer.BadParameter: Raised when they name none, several, or one that makes no sense.
    """
    if sum(given is not None for given in (concurrency, rate, ramp)) > 1:
        message = "say one of --concurrency, --rate and --ramp"
        raise typer.BadParameter(message)
    arrivals: Arrivals = "constant" if even else "poisson"
    with _as_usage():
        if rate is not None:
            return FixedRate(rate, arrivals, seed)
        if ramp is not None:
            first, last, seconds = _numbers(ramp)
            return Ramp(first, last, seconds, arrivals, seed)
        return FixedConcurrency(concurrency or 1)


def _numbers(ramp: str) -> tuple[float, float, float]:
    first, _, rest = ramp.partition("-")
    last, _, seconds = rest.partition("/")
    try:
        return float(first), float(last), float(seconds)
    except ValueError:
        message = f"a ramp is FIRST-LAST/SECONDS, such as 1-50/60, not {ramp!r}"
        raise ValueError(message) from None


def bounds_of(requests: int | None, seconds: float | None, warm_up: int) -> Bounds:
    """Give the bounds that the options mean: ten requests where they say nothing.

    Raises:
        typer.BadParameter: Raised when they make no sense.
    """
    with _as_usage():
        return Bounds(requests if requests or seconds else 10, seconds, warm_up)


def requests_of(url: str, request: str | None, model: str, text: str, headers: dict[str, str]) -> list[LoadRequest]:
    """Give the requests that are sent in turn: of a file or an object, or made of model and input.

    Raises:
        typer.BadParameter: Raised when they cannot be read, or the URL is none of HTTP.
        OSError: Raised when the file cannot be read.
    """
    if not url.startswith(("http://", "https://")):
        message = f"{url!r} is no URL of HTTP" + ("" if "://" in url else f": write http://{url}")
        raise typer.BadParameter(message)
    with _as_usage():
        found = [{"model": model, "input": text}] if request is None else read_requests(request)
    return [LoadRequest.make(url, members, headers) for members in found]


def job_of(requests: Sequence[LoadRequest], plan: Plan, bounds: Bounds, **more: Any) -> Job:
    """Put a job together.

    Raises:
        typer.BadParameter: Raised when its parts do not fit.
    """
    with _as_usage():
        return Job(tuple(requests), plan, bounds, **more)


def defs_of(names: Sequence[str]) -> tuple[Defs, ...]:
    """Check the names of definitions; each counts once.

    Raises:
        typer.BadParameter: Raised when there is no such tool.
    """
    found = tuple(cast("list[Defs]", dict.fromkeys(names)))
    with _as_usage():
        for name in found:
            definition(name)
    return found


def slos_of(told: Sequence[str], defs: Defs) -> dict[str, float]:
    """Read objectives, each as `name:number`.

    Args:
        told: As the user wrote them.
        defs: Whose objectives they are.

    Raises:
        typer.BadParameter: Raised when one is something else, or unknown to that tool.
    """
    found: dict[str, float] = {}
    for one in told:
        name, _, number = one.partition(":")
        try:
            found[name] = float(number)
        except ValueError:
            message = f"an objective is a name and a number, such as ttft:500, not {one!r}"
            raise typer.BadParameter(message) from None
    with _as_usage():
        check_objectives(defs, found)
    return found


def check_files(paths: Iterable[Path]) -> None:
    """Open what will be written, and leave it as it is: nobody wants to hear of it when the load is over.

    Raises:
        OSError: Raised when one cannot be written.
    """
    for path in paths:
        path.open("ab").close()
