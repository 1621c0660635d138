"""`Timeline`: when the events of one stream came, as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._core import Timeline as CoreTimeline

if TYPE_CHECKING:
    from ..models import Usage
    from .definitions import Defs
    from .metrics import Metrics


class Timeline(CoreTimeline):
    """Notes the time of every event, 17 bytes each and 12 a chunk, and makes no object per event.

    One stamp is taken where `feed` begins and counts for all events that the chunk completes; `chunks` tells which came
    together. The columns have one entry an event and are copied when asked for; any library that takes a buffer takes
    them (`numpy.asarray(timeline.times)`). A delta is no token: only the server's `usage` counts those.

    Args:
        limits: What the server may make it hold; None for the defaults of `Limits`.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Timeline(events={self.events_seen}, chunks={self.chunks_seen}, outcome={self.outcome!r})"

    @property
    def times(self) -> memoryview[int]:
        """When each event came, in nanoseconds of the clock that stamped it (64 bits)."""
        return memoryview(self.times_bytes).cast("Q")

    @property
    def chunks(self) -> memoryview[int]:
        """The chunk that completed each event, counted from 0 (32 bits)."""
        return memoryview(self.chunks_bytes).cast("I")

    @property
    def kinds(self) -> memoryview[int]:
        """The type of each event, as its place in `kind_names` (8 bits)."""
        return memoryview(self.kinds_bytes).cast("B")

    @property
    def output_indexes(self) -> memoryview[int]:
        """The `output_index` of each event, -1 where it names none (32 bits)."""
        return memoryview(self.items_bytes).cast("i")

    @property
    def delta_bytes(self) -> memoryview[int]:
        """UTF-8 bytes of each delta, 0 for other events: late text of a `done` event is no delta (32 bits)."""
        return memoryview(self.delta_sizes_bytes).cast("I")

    @property
    def delta_characters(self) -> memoryview[int]:
        """Unicode code points of each delta, 0 for other events (32 bits)."""
        return memoryview(self.characters_bytes).cast("I")

    @property
    def chunk_times(self) -> memoryview[int]:
        """When each chunk came, with events or without (64 bits)."""
        return memoryview(self.chunk_times_bytes).cast("Q")

    @property
    def chunk_sizes(self) -> memoryview[int]:
        """Bytes of each chunk (32 bits)."""
        return memoryview(self.chunk_sizes_bytes).cast("I")

    @property
    def types(self) -> list[str]:
        """The type of each event; kinds without a type of their own have the name of their event class."""
        names = self.kind_names
        return [names[kind] for kind in self.kinds_bytes]

    @property
    def usage(self) -> Usage | None:
        """The tokens used, once the server has told them."""
        told = self.usage_json
        if told is None:
            return None
        from ..models import Usage  # noqa: PLC0415 - pydantic is loaded when someone looks
        from ..models.unread import read_json  # noqa: PLC0415 - as above

        return read_json(Usage, told)

    def to_arrow(self) -> Any:
        """Give the columns as a table of Apache Arrow, with one row an event.

        Returns:
            A `pyarrow.Table`: `time_ns`, `type` (a dictionary), `chunk`, `output_index` (-1 where an event names none),
            `delta_bytes` and `delta_characters` (0 for events that are no delta).

        Raises:
            ImportError: Raised without pyarrow, which is the extra `arrow`.
        """
        from .arrow import arrow_table  # noqa: PLC0415 - optional

        return arrow_table(self)

    def metrics(self, defs: Defs = "vllm", *, start_ns: int) -> Metrics:
        """Measure this request by the definitions of a tool: its own names, formulas and units (docs/metrics.md).

        Late text of a `done` event is no gap and is counted nowhere. `finish` the timeline first.

        Args:
            defs: "vllm", "aiperf", "guidellm" or "otel".
            start_ns: When the request was sent, in nanoseconds of the timeline's clock (`time.monotonic_ns()`).

        Returns:
            The metrics; `tokens_from` says whether the server counted the tokens.

        Raises:
            ValueError: Raised for an unknown tool, or a start after the first event.
        """
        from .metrics import metrics_of_one  # noqa: PLC0415 - the definitions are loaded when someone asks

        return metrics_of_one(self, defs, start_ns=start_ns)
