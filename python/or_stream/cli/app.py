"""The application: every command by its name, with its exit codes."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated

import typer

from .commands.load import bench
from .commands.servers import proxy, serve
from .commands.streams import cat, check, demo, inspect, record

if TYPE_CHECKING:
    from collections.abc import Callable

OF_A_STREAM = (
    "0 completed or incomplete; 1 failed, cancelled, error or cut short; 2 wrong usage, or nothing to read; "
    "130 interrupted; 141 the reader of our output went away."
)
COMMANDS: dict[Callable[..., None], str] = {
    demo: OF_A_STREAM,
    cat: OF_A_STREAM,
    check: "0 conformant, warnings or none; 1 not conformant; 2 wrong usage, or it could not be read; 130 interrupted.",
    record: OF_A_STREAM,
    inspect: (
        "0 written; 1 a recording is damaged or cut off, and the page shows what was read; 2 wrong usage, or it could "
        "not be read at all; 130 interrupted."
    ),
    serve: (
        "0 after SIGTERM; 2 wrong usage, a recording that cannot be read, or an address that cannot be had; "
        "130 interrupted."
    ),
    bench: (
        "0 every request succeeded; 1 some failed, or a file could not be written; 2 none succeeded, or wrong usage; "
        "130 interrupted, with what was measured until then."
    ),
    proxy: (
        "0 after SIGTERM; 2 wrong usage, a usage log that cannot be written, or an address that cannot be had; "
        "130 interrupted. Streams that are under way then have --drain-seconds to end; a second signal ends them."
    ),
}
"""The commands in the order of the help, each with its exit codes."""

app = typer.Typer(
    name="or-stream",
    help="Read, show and measure Open Responses event streams.",
    epilog="Try: or-stream demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for _command, _codes in COMMANDS.items():
    app.command(epilog=f"Exit codes: {_codes}")(_command)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"or-stream {version('or_stream')}")
        raise typer.Exit


@app.callback()
def common(
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Read, show and measure Open Responses event streams."""
