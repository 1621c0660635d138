"""`Books`: what every request used and how it ended, as lines of JSON and as metrics for Prometheus."""

from __future__ import annotations

from dataclasses import dataclass
from time import time
from typing import IO, TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from ...json_text import write_text
from ..rewrite.shapes import as_object

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..ending import RelayEnd

_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a request before it is answered.

    Attributes:
        path: The path that was asked for.
        model: The model in its body, if it has one.
        stream: Whether it asks for a stream.
        began_ns: When it came, by `time.monotonic_ns()`.
    """

    path: str
    model: str | None
    stream: bool
    began_ns: int


def usage_record(asked: Asked, end: RelayEnd) -> dict[str, Any]:
    """Give one line of the usage log for a relayed stream.

    Args:
        asked: The request.
        end: How its stream ended.

    Returns:
        A dict of JSON values: `time` (seconds since 1970), `path`, `stream`, `model`, `response_id`, `status` (the
        server's, of HTTP; None where it did not answer), `outcome`, `reason`, `usage` as the server told it or None,
        `ttft_ms` to the first text, reasoning or arguments, `seconds`, `bytes_in`, `bytes_out`, `client_gone`, `error`,
        and `log_error`: why those who come back will miss the rest.
    """
    tap = end.tap
    first = tap.first_token_ns
    # Nothing was cut off where nothing began.
    was_refused = end.reason == "upstream_error" and not tap.events_seen
    return {
        "time": round(time(), 3),
        "path": asked.path,
        "stream": asked.stream,
        "model": tap.model or asked.model,
        "response_id": tap.response_id,
        "status": end.status,
        "outcome": "error" if was_refused else str(end.outcome),
        "reason": end.reason,
        "usage": tap.usage.to_dict() if tap.usage is not None else None,
        "ttft_ms": None if first is None else round((first - asked.began_ns) / 1e6, 3),
        "seconds": round(end.seconds, 6),
        "bytes_in": end.bytes_in,
        "bytes_out": end.bytes_out,
        "client_gone": end.client_gone,
        "error": " ".join(str(end.error).split()) if end.error is not None else None,
        "log_error": " ".join(str(end.log_error).split()) if end.log_error is not None else None,
    }


class Books:
    """The usage log and the metrics of one gateway.

    Args:
        log: Where lines of JSON go, one a request, each flushed; None for no log.
        on_record: Called with each record too.
    """

    def __init__(self, log: IO[str] | None = None, on_record: Callable[[dict[str, Any]], None] | None = None) -> None:
        self._log = log
        self._on_record = on_record
        # A registry of its own: two gateways in one process must not share their numbers.
        self.registry = registry = CollectorRegistry()
        self.in_flight = Gauge("or_stream_requests_in_flight", "Requests under way.", registry=registry)
        self._requests = Counter(
            "or_stream_requests", "Requests that ended.", ("outcome", "reason", "stream"), registry=registry
        )
        self._tokens = Counter("or_stream_tokens", "Tokens that servers counted.", ("type", "model"), registry=registry)
        self._bytes = Counter("or_stream_bytes", "Bytes relayed.", ("direction",), registry=registry)
        self._seconds = Histogram(
            "or_stream_request_seconds", "How long requests took.", ("stream",), buckets=_BUCKETS, registry=registry
        )
        self._ttft = Histogram(
            "or_stream_time_to_first_token_seconds",
            "From the request to the first text, reasoning or arguments.",
            buckets=_BUCKETS,
            registry=registry,
        )

    def note(self, record: dict[str, Any]) -> None:
        """Enter one record: see `usage_record`."""
        streamed = str(record["stream"]).lower()
        self._requests.labels(record["outcome"], record["reason"], streamed).inc()
        self._seconds.labels(streamed).observe(record["seconds"])
        if record["ttft_ms"] is not None:
            self._ttft.observe(record["ttft_ms"] / 1000)
        for direction in ("in", "out"):
            self._bytes.labels(direction).inc(record[f"bytes_{direction}"])
        for kind in ("input", "output"):
            count = as_object(record["usage"]).get(f"{kind}_tokens")
            if isinstance(count, int) and count > 0:
                self._tokens.labels(kind, record["model"] or "").inc(count)
        if self._log is not None:
            self._log.write(write_text(record) + "\n")
            self._log.flush()
        if self._on_record is not None:
            self._on_record(record)

    def metrics(self) -> tuple[bytes, str]:
        """Give the metrics in Prometheus's text format, and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST
