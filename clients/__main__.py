"""`python -m clients [PAGE]`: every client over every vector, and the page that shows it."""

import importlib
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .adapters import NAMES
from .case import ROOT, read_cases
from .page import Column, page
from .run import run
from .server import serving
from .verdict import judge


def version_of(package: str) -> str:
    """The version of an installed package, or of ours where it is run from its sources."""
    try:
        return version(package)
    except PackageNotFoundError:
        return str(importlib.import_module("or_stream").__version__)


def main(target: Path) -> None:
    """Run them all and write the page."""
    cases = read_cases()
    columns = []
    with serving(cases) as address:
        for name in NAMES:
            adapter = importlib.import_module(f"clients.adapters.{name}")
            seen = run(name, address, len(cases))
            verdicts = [judge(case, told, adapter.NOTICES) for case, told in zip(cases, seen, strict=True)]
            columns.append(Column(adapter.NAME, adapter.PACKAGE, version_of(adapter.PACKAGE), adapter.WAY, verdicts))
            print(columns[-1].summary(), flush=True)
    target.write_text(page(cases, columns, datetime.now(UTC).date()), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "clients.md")
