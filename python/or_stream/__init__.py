"""Open Responses event streams: bytes in, typed events and finished responses out.

    import or_stream as ors

Everything public is a name of this module. The core, the event classes and the errors are there at once; what needs
pydantic, anyio or an HTTP client (`models`, the streams, `connect`) is imported when it is first touched.
"""

from typing import TYPE_CHECKING

from . import events
from ._core import Decoder, Diagnostic, Histogram, Limits, PartialArguments, ServerSentEvent, SSEDecoder, __version__
from .assembly import Assembler
from .errors import (
    ConcurrentUse,
    EventDecodeError,
    EventTimeout,
    IdleTimeout,
    InternalError,
    LateEventError,
    LimitExceeded,
    MismatchError,
    OrStreamError,
    OutputIncomplete,
    OutputParseError,
    OutputRefused,
    ProgressTimeout,
    ProtocolError,
    ResumeFailed,
    SequenceError,
    ServerStreamError,
    StreamClosed,
    StreamStalled,
    StreamTruncated,
    TotalTimeout,
    TransportError,
    UnknownTargetError,
)
from .events import *  # noqa: F403 - `events` lists its names; all of them are public here
from .outcome import Outcome

if TYPE_CHECKING:
    from . import models
    from .bench.metrics import Metrics, Summary, metrics_of
    from .bench.timeline import Timeline
    from .conformance.check import check
    from .conformance.report import ConformanceReport, Finding
    from .encoding import encode, synthesize
    from .proxy.rewrite import Rewriter
    from .proxy.tap import Tap
    from .recordings import Recording, parse_many
    from .stream.async_event_stream import AsyncEventStream
    from .stream.event_stream import EventStream
    from .stream.gather import Gathered, gather_streams
    from .stream.read_ahead import ReadAhead
    from .stream.stats import Stats
    from .transports.connect import connect, connect_sync
    from .transports.resume import Resume
    from .transports.websocket import ResponsesWebSocket

__all__ = [
    "Assembler",
    "AsyncEventStream",
    "ConcurrentUse",
    "ConformanceReport",
    "Decoder",
    "Diagnostic",
    "EventDecodeError",
    "EventStream",
    "EventTimeout",
    "Finding",
    "Gathered",
    "Histogram",
    "IdleTimeout",
    "InternalError",
    "LateEventError",
    "LimitExceeded",
    "Limits",
    "Metrics",
    "MismatchError",
    "OrStreamError",
    "Outcome",
    "OutputIncomplete",
    "OutputParseError",
    "OutputRefused",
    "PartialArguments",
    "ProgressTimeout",
    "ProtocolError",
    "ReadAhead",
    "Recording",
    "ResponsesWebSocket",
    "Resume",
    "ResumeFailed",
    "Rewriter",
    "SSEDecoder",
    "SequenceError",
    "ServerSentEvent",
    "ServerStreamError",
    "Stats",
    "StreamClosed",
    "StreamStalled",
    "StreamTruncated",
    "Summary",
    "Tap",
    "Timeline",
    "TotalTimeout",
    "TransportError",
    "UnknownTargetError",
    "__version__",
    "check",
    "connect",
    "connect_sync",
    "encode",
    "gather_streams",
    "metrics_of",
    "models",
    "parse_many",
    "synthesize",
]
__all__ += events.__all__

# Hidden from type checkers, which would otherwise take every misspelt name for one that `__getattr__` provides.
if not TYPE_CHECKING:
    _LAZY = {
        "AsyncEventStream": "stream.async_event_stream",
        "ConformanceReport": "conformance.report",
        "EventStream": "stream.event_stream",
        "Gathered": "stream.gather",
        "Metrics": "bench.metrics",
        "Summary": "bench.metrics",
        "metrics_of": "bench.metrics",
        "gather_streams": "stream.gather",
        "Recording": "recordings",
        "Finding": "conformance.report",
        "ResponsesWebSocket": "transports.websocket",
        "Rewriter": "proxy.rewrite",
        "ReadAhead": "stream.read_ahead",
        "Stats": "stream.stats",
        "Tap": "proxy.tap",
        "Timeline": "bench.timeline",
        "check": "conformance.check",
        "Resume": "transports.resume",
        "connect": "transports.connect",
        "connect_sync": "transports.connect",
        "encode": "encoding",
        "models": "models",
        "parse_many": "recordings",
        "synthesize": "encoding",
    }

    def __getattr__(name: str) -> object:
        """Import what `name` stands for, once."""
        from importlib import import_module  # noqa: PLC0415 - not needed by those who only decode

        if name not in _LAZY:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        module = import_module(f".{_LAZY[name]}", __name__)
        value = module if name == "models" else getattr(module, name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
