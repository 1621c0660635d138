"""What a stream amounted to: the final response and the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from ..models import Response
    from ..stream.progress import Progress
    from .timing import Timing


def print_table(stream: Progress[Any], timing: Timing | None, *, file: TextIO) -> None:
    """Print the counts of a stream, its times where they mean something, and how it ended.

    Args:
        stream: One that has ended, or failed.
        timing: When its content came; None for a source that is not live.
        file: Where to.
    """
    stats = stream.stats
    table = _grid()
    table.add_row("events", f"{stats.events:,}")
    table.add_row("bytes", f"{stats.bytes:,} in {stats.chunks:,} chunks")
    if timing is not None:
        table.add_row("time to first token", _ms(timing.first_token))
        table.add_row("gaps p50 / p99", f"{_ms(timing.gap(0.5))} / {_ms(timing.gap(0.99))}")
        table.add_row("total", f"{timing.total:.2f} s")
    if stream.diagnostics:
        rules = sorted({found.rule for found in stream.diagnostics})
        table.add_row("findings", f"{len(stream.diagnostics)} ({', '.join(rules)})")
    outcome = stream.outcome
    style = "green" if outcome == "completed" else "yellow" if outcome == "incomplete" else "red"
    table.add_row("outcome", Text(str(outcome or "none"), style=style))
    Console(file=file).print(table)


def print_response(response: Response, *, file: TextIO) -> None:
    """Print what a finished response is, without its text."""
    table = _grid()
    table.add_row("response", response.id)
    table.add_row("status", str(response.status))
    table.add_row("model", response.model)
    usage = response.usage
    if usage is not None:
        table.add_row("usage", f"{usage.input_tokens} in, {usage.output_tokens} out, {usage.total_tokens} tokens")
    for index, item in enumerate(response.output):
        table.add_row(f"output[{index}]", Text(_item(item.to_dict())))
    Console(file=file).print(table)


def _grid() -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _item(item: dict[str, Any]) -> str:
    match item:
        case {"type": "function_call", "name": name, "arguments": arguments}:
            return f"function_call  {name}({arguments})"
        case {"type": "message", "content": [*parts]}:
            return f"message  {sum(len(part.get('text', '')) for part in parts):,} characters"
        case {"type": "reasoning", "summary": [*parts]}:
            return f"reasoning  {sum(len(part.get('text', '')) for part in parts):,} characters of summary"
        case _:
            return str(item.get("type"))


def _ms(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * 1000:.1f} ms"
