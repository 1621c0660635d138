"""jiter's partial mode: the arguments so far parsed anew after every delta, as a live view of a call needs it."""

from collections.abc import Sequence
from typing import Any

import jiter


def follow(deltas: Sequence[str]) -> Any:
    """Parse after each delta; the last value."""
    value, received = None, b""
    for delta in deltas:
        received += delta.encode()
        value = jiter.from_json(received, partial_mode="trailing-strings")
    return value
