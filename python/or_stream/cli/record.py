"""`or-stream record`: a stream into a capture file, or one capture format into another."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..bench.captures import CaptureError, read_capture, write_capture
from ..bench.captures.recorded import RecordedSource, Tape
from ..bench.timeline import Timeline
from ..errors import OrStreamError
from ..json_text import write_text
from ..stream.sources import open_source
from ..stream.sources.faults import transport_error
from .ending import code_of, complain
from .waiting import waiting

if TYPE_CHECKING:
    from ..bench.captures import Capture
    from .target import Target

UNREADABLE = 2


def record(target: Target, path: Path, *, compress: bool, as_json: bool) -> int:
    """Write a stream into a file.

    Args:
        target: A URL or standard input, of which every chunk gets the time when it came; or a file, which is converted.
        path: Its name chooses the format.
        compress: Compress an `.orx`.
        as_json: Say what was recorded as one JSON object on standard output.

    Returns:
        The exit code: of the stream's end, or 1 where a file was cut off or could not be written to its end.

    Raises:
        OrStreamError: Raised when nothing could be read.
        OSError: Raised when a file cannot be read or made.
    """
    if not target.is_live:
        return _convert(Path(target.source), path, compress=compress, as_json=as_json)
    reply = target.raw()
    tape = Tape(path, compress=compress)
    try:
        with waiting(f"recording {target.name}"), target.hinting(), reply as source:
            code = _read(RecordedSource(open_source(source), tape), target.name)
    finally:
        tape.close()
    if tape.fault is None:
        return _tell(path, code, as_json=as_json)
    complain(f"{path}: the rest could not be written: {tape.fault}")
    return 1


def _read(source: RecordedSource, name: str) -> int:
    """Read to the end of the body, whatever is in it."""
    timeline = Timeline()
    try:
        source.open()
        while (chunk := source.read()) is not None:
            timeline.feed(chunk)
    except OrStreamError:
        raise
    except Exception as cause:
        complain(f"{name}: {transport_error(cause)}")
        return 1
    finally:
        source.close()
    outcome = timeline.finish()
    if code_of(outcome):
        complain(f"{name}: the response is {outcome}")
    return code_of(outcome)


def _convert(source: Path, path: Path, *, compress: bool, as_json: bool) -> int:
    if path.exists() and path.samefile(source):
        complain(f"{path}: this is the file that is read")
        return UNREADABLE
    try:
        capture, code = read_capture(source), 0
    except CaptureError as error:
        complain(str(error))
        if error.capture is None:
            return UNREADABLE
        capture, code = error.capture, 1
    write_capture(capture, path, compress=compress)
    return _tell(path, code, as_json=as_json)


def _tell(path: Path, code: int, *, as_json: bool) -> int:
    try:
        capture, whole = read_capture(path), True
    except CaptureError as error:
        if error.capture is None:
            complain(str(error))
            return code or UNREADABLE
        capture, whole = error.capture, False
    told = _facts(path, capture, whole=whole)
    if as_json:
        sys.stdout.write(write_text(told) + "\n")
    else:
        cut = "" if whole else ", cut off"
        sys.stdout.write(f"{path}: {told['chunks']:,} chunks, {told['bytes']:,} bytes, {told['seconds']:.3f} s{cut}\n")
    return code


def _facts(path: Path, capture: Capture, *, whole: bool) -> dict[str, Any]:
    timeline = capture.timeline()
    return {
        "path": str(path),
        "chunks": len(capture.chunks),
        "bytes": sum(len(chunk.data) for chunk in capture.chunks),
        "events": timeline.events_seen,
        "seconds": capture.end_ns / 1e9,
        "outcome": timeline.outcome,
        "whole": whole,
    }
