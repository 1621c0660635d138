"""A run as tables on the console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO, cast

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping


def print_run(facts: Mapping[str, Any], *, file: TextIO) -> None:
    """Print what a run found.

    Args:
        facts: What `LoadResult.facts` gives.
        file: Where to.
    """
    console = Console(file=file, highlight=False)
    requests, vitals = facts["requests"], facts["client_vitals"]
    seconds = facts["seconds"]
    rate = f"{facts['events'] / seconds:,.0f} events/s" if seconds else "no time"
    console.print(
        f"{requests['succeeded']:,} of {requests['measured']:,} requests succeeded in {seconds:.2f} s, "
        f"{facts['events']:,} events, {rate}"
    )
    if facts["queueing_ms"] is not None:
        console.print(f"queueing before sending: {_spread(facts['queueing_ms'])}", style="dim")
    for defs, values in facts["metrics"].items() if requests["succeeded"] else ():
        console.print(_metrics(defs, values))
        if values["tokens_from"] == "deltas":
            console.print("the server counted no tokens: each delta was taken for one, which it is not", style="yellow")
    console.print(
        f"the client itself ({facts['client']}): loop lag {_spread(vitals['loop_lag_ms'])}; "
        f"feed lag {_spread(vitals['feed_lag_ms'])}; {vitals['busiest_process']:.0%} of a core",
        style="dim",
    )
    for warning in facts["warnings"]:
        console.print(warning, style="bold yellow")


def _metrics(defs: str, values: Mapping[str, Any]) -> Table:
    table = Table(title=defs, title_justify="left", box=None, pad_edge=False)
    table.add_column("metric", style="bold")
    table.add_column("value", justify="right")
    for name, value in _flat(values):
        if isinstance(value, float):
            table.add_row(name, f"{value:,.4g}")
        elif isinstance(value, int):
            table.add_row(name, f"{value:,}")
        elif value is None:
            table.add_row(name, "-", style="dim")
    return table


def _flat(values: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        if isinstance(value, dict):
            found += _flat(cast("dict[str, Any]", value), f"{before}{name} ")
        else:
            found.append((before + name, value))
    return found


def _spread(values: Mapping[str, float | None]) -> str:
    told = [f"{name} {value:.2f}" for name, value in values.items() if value is not None]
    return " ".join(told) + " ms" if told else "none"
