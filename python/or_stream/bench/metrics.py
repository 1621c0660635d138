"""`Metrics` of one request and `Summary` of many, by the definitions of a tool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .definitions import Defs, definition
from .definitions.definition import Measured, Run
from .definitions.moments import Moments, TokensFrom

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .definitions.definition import Definition
    from .definitions.moments import Told
    from .timeline import Timeline


@dataclass(frozen=True, slots=True)
class Metrics:
    """What a tool says of one request; docs/metrics.md has the formulas.

    Args:
        defs: Whose definitions.
        values: By the tool's own names and in its units; None for what this request does not have.
        tokens_from: "usage" where the server counted the tokens. "deltas" where it did not, and each delta was taken
            for one, which it is not: TPOT and token rates are then guesses.
        succeeded: Whether the request counts in a summary: it was completed or incomplete, and had content.
    """

    defs: Defs
    values: dict[str, Any]
    tokens_from: TokensFrom
    succeeded: bool

    def __getitem__(self, name: str) -> Any:
        """One value."""
        return self.values[name]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a tool says of many requests, pooled and ranked as it does.

    Args:
        defs: Whose definitions.
        values: By the tool's own names.
        tokens_from: "usage" only where the server counted the tokens of every request that succeeded.
        succeeded: How many requests are in it.
        failed: How many are not.
        duration_s: What rates are divided by, in seconds.
    """

    defs: Defs
    values: dict[str, Any]
    tokens_from: TokensFrom
    succeeded: int
    failed: int
    duration_s: float

    def __getitem__(self, name: str) -> Any:
        """One value."""
        return self.values[name]


def metrics_of_one(timeline: Timeline, defs: Defs, *, start_ns: int) -> Metrics:
    """Measure one request; see `Timeline.metrics`."""
    tool = definition(defs)
    moments = Moments.of(timeline, start_ns, tool.content)
    return Metrics(defs, tool.of_request(moments), moments.tokens_from, moments.succeeded)


def metrics_of(
    requests: Iterable[tuple[Told, int]],
    defs: Defs = "vllm",
    *,
    duration_s: float | None = None,
    slos: Mapping[str, float] | None = None,
) -> Summary:
    """Measure a run: many requests by the definitions of a tool, pooled and ranked as it does.

    Args:
        requests: The timeline of each, finished, and when it was sent, in nanoseconds of the timeline's clock. All
            must be of one clock.
        defs: Whose definitions.
        duration_s: How long the run took, in seconds; None for the time from the first start to the last end.
        slos: Objectives for goodput, by the tool's own names: `ttft`, `tpot`, `e2el` in milliseconds for vllm,
            `ttft_ms`, `tpot_ms`, `e2el_ms` for guidellm, metric names in their display units for aiperf.

    Returns:
        The summary.

    Raises:
        ValueError: Raised for an unknown tool or objective, or a start after the first event.
    """
    tool = definition(defs)
    check_objectives(defs, slos or {})
    measured: list[Measured] = []
    for timeline, start_ns in requests:
        moments = Moments.of(timeline, start_ns, tool.content)
        measured.append(Measured(moments, tool.of_request(moments)))
    succeeded = [one for one in measured if one.moments.succeeded]
    run = Run(
        succeeded,
        len(measured) - len(succeeded),
        _duration(tool, measured) if duration_s is None else duration_s,
        sum(tool.is_good(one.values, slos) for one in succeeded) if slos else None,
    )
    counted = all(one.moments.tokens_from == "usage" for one in succeeded)
    tokens_from: TokensFrom = "usage" if counted else "deltas"
    return Summary(defs, tool.of_run(run), tokens_from, len(succeeded), run.failed, run.duration_s)


def _duration(tool: Definition, measured: list[Measured]) -> float:
    if not measured:
        return 0.0
    start = min(one.moments.start_ns for one in measured)
    return (max(tool.end_ns(one.moments) for one in measured) - start) / 1e9


def check_objectives(defs: Defs, slos: Mapping[str, float]) -> None:
    """Refuse objectives that a tool does not know, before anything is run for them.

    Raises:
        ValueError: Raised for an unknown tool or objective; the message names those that there are.
    """
    tool = definition(defs)
    unknown = sorted(set(slos) - set(tool.objectives))
    if unknown:
        known = ", ".join(tool.objectives) or "none"
        message = f"{defs} has no objective {', '.join(map(repr, unknown))}; it knows: {known}"
        raise ValueError(message)
