"""What a stream has taken in so far, in numbers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Counts of one stream, from its first byte until now.

    Args:
        bytes: Bytes of the body that were decoded; what follows the terminal event is not.
        events: Events decoded, those that nobody has iterated over yet included.
        chunks: Reads that brought bytes.
        comments: SSE comment lines and events without data, which servers send as a sign of life (rule S4).
    """

    bytes: int
    events: int
    chunks: int
    comments: int
