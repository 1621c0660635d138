"""A run as tables on the console: a row a metric, a column a statistic, all by the tool's own names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO, cast

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

_STATISTICS = ("avg", "mean", "median", "std", "std_dev", "sum", "min", "p50", "p90", "p99", "max")
"""What has a column, where a tool tells it; files have all."""
_WIDE = 120


def print_run(facts: Mapping[str, Any], *, file: TextIO) -> None:
    """Print what a run found.

    Args:
        facts: What `LoadResult.facts` gives, and under `selftest` what the client can do.
        file: Where to.
    """
    # Who reads a file or a pipe has no 80 columns.
    console = Console(file=file, highlight=False, markup=False, width=None if file.isatty() else _WIDE)
    requests, seconds = facts["requests"], facts["seconds"]
    rate = f"{facts['events'] / seconds:,.0f} events/s" if seconds else "no time"
    console.print(
        f"{requests['succeeded']:,} of {requests['measured']:,} requests succeeded in {seconds:.2f} s, "
        f"{facts['events']:,} events, {rate}"
    )
    if facts["queueing_ms"] is not None and facts["plan"]["kind"] != "FixedConcurrency":
        console.print(f"queueing before sending: {_spread(facts['queueing_ms'])}", style="dim")
    for defs, values in facts["metrics"].items() if requests["succeeded"] else ():
        console.print()
        _print_metrics(console, defs, values)
        if values["tokens_from"] == "deltas":
            console.print("the server counted no tokens: each delta was taken for one, which it is not", style="yellow")
    console.print()
    _print_client(console, facts)


def print_ceiling(told: Mapping[str, Any], *, console: Console) -> None:
    """Print what the client and its peers can do."""
    title = f"what clients can do, {told['connections']:,} connections at once"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in ("client", "events/s", "CPU us/event", "failed"):
        table.add_column(name, justify="left" if name == "client" else "right")
    for row in told["clients"]:
        each = f"{row['cpu_ns_per_event'] / 1000:.2f}"
        table.add_row(row["client"], f"{row['events_per_s']:,.0f}", each, f"{row['failed']:,}")
    console.print(table)
    lag = told["client_vitals"]
    console.print(
        f"loop lag {_spread(lag['loop_lag_ms'])}; feed lag {_spread(lag['feed_lag_ms'])} at that ceiling", style="dim"
    )


def _print_client(console: Console, facts: Mapping[str, Any]) -> None:
    vitals = facts["client_vitals"]
    console.print(
        f"the client itself ({facts['client']}): loop lag {_spread(vitals['loop_lag_ms'])}; "
        f"feed lag {_spread(vitals['feed_lag_ms'])}; {vitals['busiest_process']:.0%} of a core",
        style="dim",
        soft_wrap=True,
    )
    if "selftest" in facts:
        print_ceiling(facts["selftest"], console=console)
    for warning in facts["warnings"]:
        console.print(warning, style="bold yellow")


def _print_metrics(console: Console, defs: str, values: Mapping[str, Any]) -> None:
    single, spread = _sorted_out(values)
    columns = [name for name in _STATISTICS if any(name in row for row in spread.values())]
    if "median" in columns and "p50" in columns:
        columns.remove("p50")
    if "sum" in columns:
        columns.insert(0, "count")
    if columns:
        table = _table(defs, columns)
        for name, row in spread.items():
            cells = [_figure(row.get(column)) for column in columns]
            table.add_row(name, *cells, style=None if row else "dim")
        console.print(table)
    rest = _table("" if columns else defs, [""])
    for name, value in single.items():
        rest.add_row(name, _figure(value), style="dim" if value is None else None)
    console.print(rest)


def _table(title: str, columns: list[str]) -> Table:
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, show_header=any(columns))
    table.add_column("", style="bold", no_wrap=True)
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _sorted_out(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The metrics that are one value, and those that are spread, each with its statistics."""
    single: dict[str, Any] = {}
    spread: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        # vLLM has the statistic in the name: `p99_ttft_ms`.
        statistic, _, metric = name.removesuffix("_ms").partition("_")
        if name.endswith("_ms") and (statistic in _STATISTICS or statistic[1:].isdigit()):
            spread.setdefault(f"{metric} (ms)", {})[statistic] = value
        elif isinstance(value, dict):
            told = cast("dict[str, Any]", value)
            told = {**told, **told.get("percentiles", {})}
            shown = f"{name} ({told['unit']})" if "unit" in told else name
            if "max" in told:
                spread[shown] = told
            else:
                single[shown] = next((told[one] for one in ("avg", "mean") if one in told), None)
        elif name != "tokens_from":
            single[name] = value
    return single, spread


def _figure(value: object) -> str:
    if isinstance(value, float) and (abs(value) < 1000 and not value.is_integer()):
        return f"{value:.4g}"
    return f"{value:,.0f}" if isinstance(value, int | float) else "-"


def _spread(values: Mapping[str, float | None]) -> str:
    told = [f"{name} {value:.2f}" for name, value in values.items() if value is not None]
    return " ".join(told) + " ms" if told else "none"
