"""What can be wrong with a capture."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .capture import Capture


class CaptureError(ValueError):
    """Raised for a capture that cannot be read to its end; `capture` is what was read before, None for nothing."""

    def __init__(self, message: str, capture: Capture | None = None) -> None:
        super().__init__(message)
        self.capture = capture
