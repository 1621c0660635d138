"""Captures: a stream as it came, every chunk with its time. docs/recordings.md has the formats."""

from .capture import Capture, CapturedChunk
from .errors import CaptureError
from .files import MARKS, CaptureWriter, framed, open_writer, read_capture, write_capture
from .recorded import recorded, recorded_async

__all__ = [
    "MARKS",
    "Capture",
    "CaptureError",
    "CaptureWriter",
    "CapturedChunk",
    "framed",
    "open_writer",
    "read_capture",
    "recorded",
    "recorded_async",
    "write_capture",
]
