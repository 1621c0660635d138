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
        high_water_events: Most events that waited in the buffer of `read_ahead`; 0 without one, as the following.
        high_water_bytes: Most bytes of the stream that waited there.
        producer_held_seconds: How long reading was paused because the buffer was full: the consumer is the slow one.
        consumer_waited_seconds: How long the consumer waited for an empty buffer: the server is the slow one.
    """

    bytes: int
    events: int
    chunks: int
    comments: int
    high_water_events: int = 0
    high_water_bytes: int = 0
    producer_held_seconds: float = 0.0
    consumer_waited_seconds: float = 0.0
