"""`Telemetry`: what relayed streams tell, as OpenTelemetry's spans and metrics for generative AI."""

from __future__ import annotations

from time import monotonic_ns
from typing import TYPE_CHECKING, Any

from .. import semconv
from ..errors import ServerStreamError
from ..outcome import Outcome

try:
    from opentelemetry import metrics, trace
    from opentelemetry.trace import Span, SpanKind, Status, StatusCode
except ImportError as missing:
    _message = "telemetry needs opentelemetry-api: pip install 'or-stream[otel]'"
    raise ImportError(_message) from missing

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.metrics import Histogram, Meter, MeterProvider
    from opentelemetry.trace import TracerProvider
    from opentelemetry.util.types import Attributes, AttributeValue

    from .ending import RelayEnd

_SCOPE = "or_stream"
_NS = 1_000_000_000
_REFUSED = 400
_GOOD = frozenset({Outcome.COMPLETED, Outcome.INCOMPLETE})


class Telemetry:
    """Spans and metrics of relayed streams, by the names in `or_stream.semconv`; through OpenTelemetry's API alone.

    What is recorded, and where it goes, is for the SDK that the application sets up; without one this costs nothing.
    `gen_ai.client.operation.time_per_output_chunk` is not recorded: a tap keeps no time of each event.

        telemetry = Telemetry(server_address="api.example.com")
        return SSEProxyResponse(upstream, on_end=telemetry.begin("gpt-5"))

    Args:
        provider: `gen_ai.provider.name`: whose format the server speaks.
        server_address: The server's host name; None to leave it out.
        server_port: Its port; None to leave it out.
        tracer_provider: None for the application's.
        meter_provider: None for the application's.

    Raises:
        ImportError: Raised by importing this module where `opentelemetry-api` is not installed.
    """

    def __init__(
        self,
        provider: str = "openai",
        *,
        server_address: str | None = None,
        server_port: int | None = None,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        known = {semconv.SERVER_ADDRESS: server_address, semconv.SERVER_PORT: server_port}
        self._common: dict[str, AttributeValue] = {
            semconv.OPERATION: semconv.CHAT,
            semconv.PROVIDER: provider,
            **{name: value for name, value in known.items() if value is not None},
        }
        self._tracer = trace.get_tracer(_SCOPE, tracer_provider=tracer_provider)
        self._instruments = _Instruments(metrics.get_meter(_SCOPE, meter_provider=meter_provider))

    def begin(self, request_model: str | None = None, *, context: Context | None = None) -> Observation:
        """Begin the span of one request.

        Args:
            request_model: The model that was asked for; None where it is not known.
            context: What the span belongs to; None for the current one.

        Returns:
            What ends the span: give it to a relay as `on_end`.
        """
        asked: dict[str, AttributeValue] = dict(self._common)
        if request_model is not None:
            asked[semconv.REQUEST_MODEL] = request_model
        name = f"{semconv.CHAT} {request_model}" if request_model else semconv.CHAT
        told: Attributes = {**asked, semconv.REQUEST_STREAM: True}
        span = self._tracer.start_span(name, context=context, kind=SpanKind.CLIENT, attributes=told)
        return Observation(self._instruments, span, asked)


class _Instruments:
    """The histograms that the conventions have for a client."""

    def __init__(self, meter: Meter) -> None:
        self._duration = _seconds(meter, semconv.DURATION, "How long an operation took.")
        self._first_chunk = _seconds(meter, semconv.FIRST_CHUNK, "How long the first event took.")
        self._tokens = meter.create_histogram(
            semconv.TOKENS,
            unit=semconv.TOKEN,
            description="Tokens used, as the server counted them.",
            explicit_bucket_boundaries_advisory=semconv.TOKENS_BOUNDARIES,
        )

    def record(self, asked: dict[str, AttributeValue], end: RelayEnd, seconds: float, first: float | None) -> None:
        about = dict(asked)
        if end.tap.model is not None:
            about[semconv.RESPONSE_MODEL] = end.tap.model
        counted = _usage(end)
        for kind, name in (("input", semconv.INPUT_TOKENS), ("output", semconv.OUTPUT_TOKENS)):
            if name in counted:
                self._tokens.record(counted[name], {**about, semconv.TOKEN_TYPE: kind})
        if (error := _error_type(end)) is not None:
            about[semconv.ERROR_TYPE] = error
        self._duration.record(seconds, about)
        if first is not None:
            self._first_chunk.record(first, about)


class Observation:
    """One request under way; call it with the `RelayEnd`."""

    def __init__(self, instruments: _Instruments, span: Span, asked: dict[str, AttributeValue]) -> None:
        self.span = span
        self._instruments = instruments
        self._asked = asked
        self._began_ns = monotonic_ns()

    def __call__(self, end: RelayEnd) -> None:
        """End the span with what the stream told, and record the metrics."""
        tap, span = end.tap, self.span
        now = monotonic_ns()
        first = None if tap.first_event_ns is None else (tap.first_event_ns - self._began_ns) / _NS
        self._instruments.record(self._asked, end, (now - self._began_ns) / _NS, first)
        known: dict[str, Any] = {semconv.RESPONSE_ID: tap.response_id, semconv.RESPONSE_MODEL: tap.model}
        span.set_attributes({name: value for name, value in known.items() if value is not None})
        span.set_attributes(_usage(end))
        span.set_attribute(semconv.FINISH_REASONS, [str(end.outcome)])
        if (error := _error_type(end)) is not None:
            span.set_attribute(semconv.ERROR_TYPE, error)
            span.set_status(Status(StatusCode.ERROR, f"{end.outcome}, {end.reason}"))
        span.end()


def _seconds(meter: Meter, name: str, description: str) -> Histogram:
    return meter.create_histogram(
        name,
        unit=semconv.SECONDS,
        description=description,
        explicit_bucket_boundaries_advisory=semconv.SECONDS_BOUNDARIES,
    )


def _usage(end: RelayEnd) -> dict[str, int]:
    usage = end.tap.usage
    if usage is None:
        return {}
    found = {semconv.INPUT_TOKENS: usage.input_tokens, semconv.OUTPUT_TOKENS: usage.output_tokens}
    if usage.input_tokens_details is not None:
        found[semconv.CACHED_TOKENS] = usage.input_tokens_details.cached_tokens
    if usage.output_tokens_details is not None:
        found[semconv.REASONING_TOKENS] = usage.output_tokens_details.reasoning_tokens
    return found


def _error_type(end: RelayEnd) -> str | None:
    """Why a stream is no success: the server's own code, its status, the exception, or how it ended."""
    if end.outcome in _GOOD:
        return None
    error = end.tap.error
    if error is not None:
        return str(error.get("code") or error.get("type") or end.outcome)
    if isinstance(end.error, ServerStreamError) and (code := end.error.error.code or end.error.error.type):
        return str(code)
    if end.status is not None and end.status >= _REFUSED:
        return str(end.status)
    if end.error is not None:
        return type(end.error).__qualname__
    return str(end.outcome) if end.reason == "upstream_end" else end.reason
