"""The `or-stream` command."""

import sys

_NEEDED = {"typer", "rich", "click", "shellingham"}


def main() -> None:
    """Run the command; without the extra `cli` say what to install and exit with 2."""
    try:
        from .app import app  # noqa: PLC0415 - may be missing
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in _NEEDED:
            raise
        sys.stderr.write("or-stream: the command needs typer and rich: pip install 'or-stream[cli]'\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    app()
