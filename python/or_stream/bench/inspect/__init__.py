"""What a recording or a run looks like: gathered here, shown by one HTML page. docs/inspecting.md shows it."""

from .gather import Inspected, inspect_capture
from .page import recordings_page, run_page
from .run import run_facts

__all__ = ["Inspected", "inspect_capture", "recordings_page", "run_facts", "run_page"]
