"""`or-stream inspect`: a recording, or two, as one page to look at."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ..bench.captures import CaptureError, read_capture
from ..bench.inspect import inspect_capture, recordings_page
from ..bench.inspect.page import VERSION
from ..json_text import write_bytes
from .ending import complain
from .waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..bench.inspect import Inspected
    from .check import Profile, Spec

WRITTEN, DAMAGED, UNREADABLE = 0, 1, 2


def inspect(sources: Sequence[Path], out: Path | None, spec: Spec, profile: Profile, *, as_json: bool) -> int:
    """Write the page of one recording or of two.

    Args:
        sources: The recordings.
        out: Where the page goes; None for no page.
        spec: The version of the contract for the conformance.
        profile: What is allowed beyond it.
        as_json: Print what the page holds as one JSON object.

    Returns:
        The exit code: 1 where a recording is damaged and the page shows what was read of it.

    Raises:
        OSError: Raised when a file cannot be read or written.
    """
    found: list[Inspected] = []
    for source in sources:
        if out is not None and out.exists() and out.samefile(source):
            complain(f"{out}: this is a recording that is read")
            return UNREADABLE
        with waiting(f"reading {source}"):
            one = _read(source, spec, profile)
        if one is None:
            return UNREADABLE
        found.append(one)
    if out is not None:
        with waiting(f"writing {out}"):
            out.write_text(recordings_page(found), encoding="utf-8")
    if as_json:
        told = {"or_stream_inspect": VERSION, "recordings": [one.to_dict() for one in found]}
        sys.stdout.write(write_bytes(told).decode() + "\n")
    elif out is not None:
        sys.stdout.write(f"{out}: {', '.join(_summary(one) for one in found)}\n")
    return DAMAGED if any(one.facts["file_fault"] for one in found) else WRITTEN


def _read(source: Path, spec: Spec, profile: Profile) -> Inspected | None:
    fault = None
    try:
        capture = read_capture(source)
    except CaptureError as error:
        complain(str(error))
        if error.capture is None:
            return None
        capture, fault = error.capture, str(error)
    return inspect_capture(capture, name=source.name, fault=fault, spec=spec, profile=profile)


def _summary(one: Inspected) -> str:
    stalls: list[Any] = one.facts["gaps"]["stalls"] if one.facts["gaps"] else []
    found = sum(one.facts["conformance"]["totals"].values())
    return f"{one.facts['events']:,} events, {len(stalls)} stalls, {found} findings"
