"""The compiled core. Hand-checked; `make check` compares it with the built module (stubtest)."""

import builtins
from collections.abc import Coroutine, Generator, Iterable
from os import PathLike
from typing import Any, ClassVar, Literal, Self, TypeAlias, final

from typing_extensions import Buffer

from .errors import OrStreamError
from .models import Annotation, ContentPart, ErrorPayload, Item, LogProb, Response
from .outcome import Outcome

__version__: str
build_profile: Literal["debug", "release"]

@final
class Limits:
    """What a peer may make us hold. `None` switches a limit off; crossing one raises `LimitExceeded`."""
    def __new__(
        cls,
        *,
        max_line_bytes: int | None = 67108864,
        max_event_bytes: int | None = 67108864,
        max_response_bytes: int | None = 268435456,
        max_items: int | None = 4096,
        max_parts_per_item: int | None = 4096,
        max_annotations_per_part: int | None = 65536,
        max_json_depth: int | None = 128,
        max_number_digits: int | None = 4300,
        max_id_bytes: int | None = 65536,
        max_event_name_bytes: int | None = 65536,
    ) -> Self: ...
    @property
    def max_line_bytes(self) -> int | None: ...
    @property
    def max_event_bytes(self) -> int | None: ...
    @property
    def max_response_bytes(self) -> int | None: ...
    @property
    def max_items(self) -> int | None: ...
    @property
    def max_parts_per_item(self) -> int | None: ...
    @property
    def max_annotations_per_part(self) -> int | None: ...
    @property
    def max_json_depth(self) -> int | None: ...
    @property
    def max_number_digits(self) -> int | None: ...
    @property
    def max_id_bytes(self) -> int | None: ...
    @property
    def max_event_name_bytes(self) -> int | None: ...

@final
class ServerSentEvent:
    """One dispatched event of any server (WHATWG). `event` is "message" when the server named none."""
    def __new__(cls, event: str, data: str, id: str = "", retry: int | None = None) -> Self: ...
    @property
    def event(self) -> str: ...
    @property
    def data(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def retry(self) -> int | None: ...

@final
class SSEDecoder:
    """Plain WHATWG event-stream framing, for any server and any cutting of the bytes."""
    def __new__(cls, *, limits: Limits | None = None) -> Self: ...
    def feed(self, chunk: Buffer, /) -> list[ServerSentEvent]: ...
    def finish(self) -> None: ...
    def reset(self) -> None: ...
    @property
    def last_event_id(self) -> str: ...
    @property
    def retry(self) -> int | None: ...
    @property
    def bytes_seen(self) -> int: ...
    @property
    def events_seen(self) -> int: ...
    @property
    def comments_seen(self) -> int: ...

@final
class Diagnostic:
    """One thing a server did wrong: `rule` is a stable id, `event_index` counts from 0, `offset` is in stream bytes."""
    @property
    def rule(self) -> str: ...
    @property
    def event_index(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def message(self) -> str: ...

class _Reader:
    """What `Decoder` and `Assembler` share: the state of one stream, its counters and findings."""

    def reset(self) -> None: ...
    @property
    def outcome(self) -> Outcome | None: ...
    @property
    def diagnostics(self) -> list[Diagnostic]: ...
    @property
    def diagnostic_counts(self) -> dict[str, int]: ...
    @property
    def phase(self) -> Literal[0, 1, 2, 3]:
        """Where the stream is: 0 running, 1 near its end, 2 the server told its end, 3 a fault waits.

        Near its end is a stream in which the server told an error, or the sentinel before any end.
        """
    @property
    def idle_events_seen(self) -> int:
        """Events that are no progress: heartbeats, unknown and malformed ones."""
    @property
    def bytes_seen(self) -> int: ...
    @property
    def chunks_seen(self) -> int: ...
    @property
    def events_seen(self) -> int: ...
    @property
    def comments_seen(self) -> int: ...
    @property
    def last_sequence_number(self) -> int | None: ...
    @property
    def last_event_id(self) -> str: ...
    @property
    def retry(self) -> int | None: ...
    @property
    def response_id(self) -> str | None: ...
    @property
    def done_seen(self) -> bool: ...
    @property
    def state_bytes(self) -> int: ...

@final
class Decoder(_Reader):
    """Bytes of one stream in, typed events out.

    A fault found after good events in the same chunk is raised by the next call, so that no event is lost. Within a
    chunk of more than 4 MiB a signal handler may raise (Ctrl-C): what was decoded until then comes with the next call,
    and `bytes_seen` tells how much of the chunk was taken.
    """
    def __new__(cls, *, limits: Limits | None = None, strict: bool = False) -> Self: ...
    def feed(self, chunk: Buffer, /) -> list[Event]: ...
    def feed_message(self, message: str | Buffer, /) -> list[Event]: ...
    def finish(self) -> list[Event]: ...

class Passage:
    """What a relay notes of one stream with every chunk."""
    def __new__(cls, tap: Tap, /) -> Self: ...
    def take(self, chunk: Buffer, /) -> builtins.bytes | None:
        """Tell the tap of a chunk; give it back where it may be sent as it is, and note that this begins."""
    def sends(self, bytes: int, /) -> None:
        """Note that so many bytes are on their way to the client, from now on."""
    def sent(self) -> None:
        """Note that the client's server has taken them."""
    def unsent(self) -> None:
        """Note that it has not."""
    straight: bool
    """Whether chunks that are whole events go out as they came."""
    @property
    def bytes_out(self) -> int:
        """What the client's server has taken."""
    @property
    def last_sent(self) -> float:
        """When the latest bytes for the client were given to its server, in seconds of `time.monotonic`."""
    @property
    def send_began(self) -> float | None:
        """Since when a write waits for the client; None while none does."""

class Tap(_Reader):
    """The facts of one stream that passes by. Never raises on what a server sends."""
    def __new__(
        cls, level: Literal["terminal", "usage", "timing", "items"] = "usage", *, limits: Limits | None = None
    ) -> Self: ...
    def feed(self, chunk: Buffer, /, t_ns: int | None = None) -> None:
        """Take note of the next bytes of the body.

        Args:
            chunk: The bytes, cut anywhere.
            t_ns: When they came, in nanoseconds of any clock; None for `time.monotonic_ns()`.
        """
    def feed_message(self, message: str | Buffer, /, t_ns: int | None = None) -> None:
        """Take note of one WebSocket message or JSON line, which is one event without framing."""
    def finish(self) -> Outcome:
        """Fix the outcome at the end of the body (rule R10)."""
    def partial_json(self, status: str) -> builtins.bytes: ...
    @property
    def usage_json(self) -> builtins.bytes | None: ...
    @property
    def error_json(self) -> builtins.bytes | None:
        """The server's error, normalised, as JSON; None where it reported none."""
    @property
    def model(self) -> str | None:
        """The model as the server names it."""
    @property
    def status(self) -> str | None:
        """The response's status as the server told it last, such as "in_progress"; None before it told one."""
    @property
    def bytes(self) -> int:
        """All bytes that passed, also those behind a `fault` that were not read."""
    @property
    def malformed(self) -> int:
        """Events whose data could not be decoded."""
    @property
    def at_boundary(self) -> bool:
        """Whether the bytes so far end behind a blank line, where a proxy may put a comment or an event."""
    @property
    def boundary(self) -> int:
        """How many bytes of the last chunk stand before its last blank line: passing them on cuts no event in two."""
    @property
    def output_started(self) -> bool:
        """Whether anything of the output was seen, so that another attempt would repeat something."""
    @property
    def tool_call_started(self) -> bool:
        """Whether a tool call was announced."""
    @property
    def event_counts(self) -> dict[str, int]:
        """How often each event type came, by the contract's name; other types by the name of their event class."""
    @property
    def deltas(self) -> int:
        """Delta events, empty ones too. They are not tokens."""
    @property
    def delta_bytes(self) -> int:
        """Bytes of all deltas as sent."""
    @property
    def first_byte_ns(self) -> int | None:
        """When the first byte came, be it a comment."""
    @property
    def first_event_ns(self) -> int | None:
        """When the first event came."""
    @property
    def first_token_ns(self) -> int | None:
        """When the first piece of text, reasoning or arguments came."""
    @property
    def first_output_ns(self) -> int | None:
        """When the first piece came that is no reasoning."""
    @property
    def last_event_ns(self) -> int | None:
        """When the latest event came."""
    @property
    def fault(self) -> OrStreamError | None:
        """Why the rest of the stream passes unread: what a reader would have raised; None while it is read."""

class Timeline(_Reader):
    """When the events of one stream came, as columns of numbers. Never raises on what a server sends."""
    def __new__(cls, *, limits: Limits | None = None) -> Self: ...
    def feed(self, chunk: Buffer, /, t_ns: int | None = None) -> None:
        """Take note of the next bytes of the body; all events that they complete get one time.

        Args:
            chunk: The bytes, cut anywhere.
            t_ns: When they came, in nanoseconds of any monotonic clock; None for `time.monotonic_ns()`.
        """
    def feed_message(self, message: str | Buffer, /, t_ns: int | None = None) -> None:
        """Take note of one WebSocket message or JSON line, which is one event without framing."""
    def finish(self) -> Outcome:
        """Fix the outcome at the end of the body (rule R10)."""
    @property
    def times_bytes(self) -> bytes: ...
    @property
    def chunks_bytes(self) -> bytes: ...
    @property
    def kinds_bytes(self) -> bytes: ...
    @property
    def items_bytes(self) -> bytes: ...
    @property
    def delta_sizes_bytes(self) -> bytes: ...
    @property
    def characters_bytes(self) -> bytes: ...
    @property
    def chunk_times_bytes(self) -> bytes: ...
    @property
    def chunk_sizes_bytes(self) -> bytes: ...
    @property
    def kind_names(self) -> list[str]:
        """The event type that each number in `kinds` stands for; other types have the name of their event class."""
    @property
    def usage_json(self) -> bytes | None: ...
    @property
    def model(self) -> str | None:
        """The model as the server names it."""
    @property
    def column_bytes(self) -> int:
        """Bytes of memory that the columns take."""
    @property
    def fault(self) -> OrStreamError | None:
        """Why the rest of the stream was not read; None while it is."""

@final
class Histogram:
    """Counts of whole numbers, such as nanoseconds, each known to 0.1 %; mergeable over streams and processes."""

    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __new__(cls) -> Self: ...
    def record(self, value: int, times: int = 1, /) -> None:
        """Count a value, `times` times.

        Args:
            value: From 0 to 2^64 - 1.
            times: How often.
        """
    def record_all(self, values: Iterable[int], /) -> None:
        """Count each of several values."""
    def merge(self, other: Histogram, /) -> None:
        """Add all values of another histogram."""
    def quantile(self, share: float, /) -> int | None:
        """Give the smallest value that at least this share of the values does not exceed, to 0.1 % (nearest rank).

        Args:
            share: From 0 to 1; 0.5 is the median.

        Raises:
            ValueError: Raised for another share.
        """
    @property
    def count(self) -> int: ...
    @property
    def sum(self) -> int: ...
    @property
    def min(self) -> int | None: ...
    @property
    def max(self) -> int | None: ...
    @property
    def mean(self) -> float | None: ...
    def buckets(self) -> list[tuple[int, int, int]]:
        """Give every bucket that is not empty: its smallest value, its width, its count."""
    def to_bytes(self) -> bytes:
        """Write the histogram for another process; `from_bytes` reads it."""
    @staticmethod
    def from_bytes(data: bytes, /) -> Histogram:
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: Raised for bytes that are no histogram.
        """
    def __eq__(self, other: object, /) -> bool: ...

class Assembler(_Reader):
    """The fold of one stream's events into a response, without a Python object per event."""
    def __new__(
        cls,
        *,
        limits: Limits | None = None,
        strict: bool = False,
        output_source: Literal["auto", "terminal", "stream"] = "auto",
    ) -> Self: ...
    def feed(self, chunk: Buffer, /) -> None: ...
    def feed_message(self, message: str | Buffer, /) -> None: ...
    def decode(self, chunk: Buffer, /) -> list[Event]: ...
    def decode_message(self, message: str | Buffer, /) -> list[Event]: ...
    def decode_end(self) -> list[Event]: ...
    def push(self, event: Event, /) -> None: ...
    def finish(self) -> Outcome: ...
    def arguments(self, call_id: str, /) -> PartialArguments:
        """Give the arguments so far of a running tool call: a view that follows the stream.

        Nothing is parsed unless somebody asks here; all views of a call share one parse. Finding the call looks into
        the items, so keep the view rather than asking for it after every delta.

        Args:
            call_id: The call's `call_id` or its item's id; the latest call where several have it. An id that only the
                terminal response tells is found too.

        Raises:
            KeyError: Raised when no such call has begun; the message names the calls that have.
        """
    def snapshot_json(self) -> bytes: ...
    @property
    def audio_base64(self) -> str: ...
    @property
    def transcript(self) -> str:
        """What the sound so far says, from the deltas of its transcript."""
    def late_text(self, event_index: int, /) -> str | None: ...
    @property
    def has_response(self) -> bool: ...
    @property
    def output_text(self) -> str: ...
    @property
    def error_json(self) -> bytes | None: ...

class Intake:
    """Decodes and folds the chunks of one body up to its end (rules R10, R11)."""
    def __new__(cls, assembler: Assembler, *, messages: bool) -> Self: ...
    def decode(self, chunk: str | Buffer | None, /) -> list[Event]: ...
    def fold(self, chunk: str | Buffer | None, /) -> None: ...
    def settle(self) -> None: ...
    @property
    def ending(self) -> bool: ...
    @property
    def ended(self) -> bool: ...
    @property
    def chunks(self) -> int: ...

class Stream:
    """The native part of a stream: the events that are there, and who reads."""

    _over: bool
    _closed: bool
    _ends_empty: bool
    _intake: Any
    def _acquire(self) -> bool: ...
    def _release(self) -> None: ...
    def _take_ready(self) -> list[Event]: ...

class Events(Stream):
    """What makes a stream an iterator."""
    def __new__(cls, *args: Any, **keywords: Any) -> Self: ...
    def __next__(self) -> Event: ...

class AsyncEvents(Stream):
    """What makes a stream an asynchronous iterator."""

    _YIELD_BYTES: ClassVar[int]
    _READ_COST: ClassVar[int]
    def __new__(cls, *args: Any, **keywords: Any) -> Self: ...
    def __anext__(self) -> Coroutine[Any, Any, Event]: ...
    def _next_chunk(self) -> Coroutine[Any, Any, list[Event]]: ...
    def _to_end(self) -> Coroutine[Any, Any, None]: ...

@final
class AsyncBatches:
    """Lists of events, none empty: one for each chunk that completed any."""
    def __new__(cls, stream: AsyncEvents, /) -> Self: ...
    def __aiter__(self) -> Self: ...
    def __anext__(self) -> Coroutine[Any, Any, list[Event]]: ...

@final
class _Step(Coroutine[Any, Any, Any]):
    """The coroutine that brings the next event, or the next batch of them."""
    @property
    def cr_frame(self) -> Any: ...
    @property
    def cr_await(self) -> Any: ...
    def __await__(self) -> Generator[Any, Any, Any]: ...
    def __next__(self) -> Any: ...
    def send(self, value: Any, /) -> Any: ...
    def throw(self, *error: Any) -> Any: ...
    def close(self) -> None: ...

@final
class PartialArguments:
    """The arguments of a tool call while they are told: the text so far and its value so far.

    The value is built as the text comes, each byte parsed once, whatever the cuts: a delta costs the same at the end of
    a long call as at its beginning. Open objects, arrays and strings are shown as far as they are told; half an escape
    and half a surrogate pair are held back; a member is shown with the first byte of its value; a number, which more
    digits may change, with the byte behind it, and `true`, `false` and `null` with their last letter. Of a key told
    twice the later value counts.

    Push deltas yourself, or have an assembler do it: `Assembler.arguments`. Not for two threads at once.

    Args:
        limits: Of these, `max_json_depth` and `max_number_digits` count; text that crosses one is not valid.
    """
    def __new__(cls, *, limits: Limits | None = None) -> Self: ...
    def push(self, delta: str, /) -> None:
        """Take the next delta. Nothing is parsed before the value is read.

        Raises:
            TypeError: Raised when these arguments belong to an assembler.
            UnicodeEncodeError: Raised for half a surrogate pair.
        """
    def done(self, arguments: str, /) -> None:
        """Take the arguments in full, as their done event tells them (rule R4).

        A text that continues the deltas is read on, one that is less than they are is ignored, any other replaces them
        and is parsed from its start. Deltas may still follow.

        Raises:
            TypeError: Raised when these arguments belong to an assembler.
            UnicodeEncodeError: Raised for half a surrogate pair.
        """
    @property
    def text(self) -> str:
        """The text so far. Reading it costs what was added since it was last read."""
    @property
    def value(self) -> Any:
        """The value so far, as plain Python; None while there is none.

        It is live: the same dict or list, which grows in place when attributes of this object are read. Look, do not
        change it; take `copy.deepcopy` to keep a moment. An open string is a new `str` each time and costs what was
        added, as long as nobody keeps the one before it; a copy if somebody does. Text that replaces what was told
        makes a new value and leaves the old one as it was.
        """
    @property
    def is_complete(self) -> bool:
        """Whether the text so far is one whole JSON value. A server may still replace it: some send `{}` first."""
    @property
    def is_valid(self) -> bool:
        """Whether the text so far is JSON or its beginning. Where it is not, the value stays as it was before."""
    @property
    def reason(self) -> str | None:
        """Why the text is not valid; None while it is."""
    @property
    def offset(self) -> int | None:
        """The character of `text` at which it stops being valid; None while it is."""
    @property
    def bytes_parsed(self) -> int:
        """Bytes of UTF-8 text parsed so far, those of replaced texts included."""

@final
class Recording:
    """What a recorded stream came to: plain values, no reader behind them."""
    @property
    def has_response(self) -> bool: ...
    def snapshot_json(self) -> bytes: ...
    @property
    def error_json(self) -> bytes | None: ...
    @property
    def fault(self) -> Exception | None: ...
    @property
    def outcome(self) -> Outcome | None: ...
    @property
    def diagnostics(self) -> list[Diagnostic]: ...
    @property
    def diagnostic_counts(self) -> dict[str, int]: ...
    @property
    def events_seen(self) -> int: ...
    @property
    def bytes_seen(self) -> int: ...
    @property
    def last_sequence_number(self) -> int | None: ...
    @property
    def last_event_id(self) -> str: ...

def read_many(
    sources: list[str | PathLike[str] | Buffer],
    /,
    *,
    threads: int | None = None,
    limits: Limits | None = None,
    strict: bool = False,
    output_source: Literal["auto", "terminal", "stream"] = "auto",
) -> list[Recording]: ...
def encode(event: Event | Buffer, /) -> bytes: ...
def synthesize(
    response: Buffer, /, *, chunk: Literal["words", "characters"] | int = "words", done: bool = True
) -> bytes: ...
def synthesize_events(
    response: Buffer, /, *, chunk: Literal["words", "characters"] | int = "words", done: bool = True
) -> list[bytes]: ...
def open_json(json: bytes, /) -> Any:
    """One level of a JSON text that the core has checked: an object's members or an array's elements as dict or list.

    Objects, arrays and longer strings among them stay JSON text (`bytes`).
    """

def rebuild_event(name: str, raw: bytes, index: int, offset: int, last: Event | None = None, /) -> Event: ...

class BaseEvent:
    """What every event has; each concrete class adds the fields of its type."""
    @property
    def sequence_number(self) -> int | None: ...
    @property
    def first_sequence_number(self) -> int | None: ...
    @property
    def index(self) -> int: ...
    @property
    def raw(self) -> bytes: ...
    @property
    def data(self) -> dict[str, Any]: ...

@final
class Created(BaseEvent):
    type: Literal["response.created"]
    @property
    def response(self) -> Response | None: ...

@final
class Queued(BaseEvent):
    type: Literal["response.queued"]
    @property
    def response(self) -> Response | None: ...

@final
class InProgress(BaseEvent):
    type: Literal["response.in_progress"]
    @property
    def response(self) -> Response | None: ...

@final
class Completed(BaseEvent):
    type: Literal["response.completed"]
    @property
    def response(self) -> Response | None: ...

@final
class Failed(BaseEvent):
    type: Literal["response.failed"]
    @property
    def response(self) -> Response | None: ...

@final
class Incomplete(BaseEvent):
    type: Literal["response.incomplete"]
    @property
    def response(self) -> Response | None: ...

@final
class OutputItemAdded(BaseEvent):
    type: Literal["response.output_item.added"]
    @property
    def output_index(self) -> int | None: ...
    @property
    def item(self) -> Item | None: ...

@final
class OutputItemDone(BaseEvent):
    type: Literal["response.output_item.done"]
    @property
    def output_index(self) -> int | None: ...
    @property
    def item(self) -> Item | None: ...

@final
class ContentPartAdded(BaseEvent):
    type: Literal["response.content_part.added"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def content_index(self) -> int | None: ...
    @property
    def part(self) -> ContentPart | None: ...

@final
class ContentPartDone(BaseEvent):
    type: Literal["response.content_part.done"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def content_index(self) -> int | None: ...
    @property
    def part(self) -> ContentPart | None: ...

@final
class OutputTextDelta(BaseEvent):
    type: Literal["response.output_text.delta"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def content_index(self) -> int | None: ...
    @property
    def delta(self) -> str: ...
    @property
    def logprobs(self) -> list[LogProb] | None: ...
    @property
    def obfuscation(self) -> str | None: ...
    @property
    def snapshot(self) -> str:
        """The text up to and with this delta, read from the stream when it is asked for: its cost is its length.

        Where the server has told the text otherwise since (rules R4, R5), as much of that.

        Raises:
            AttributeError: Raised for an event of no stream: of a bare `Decoder`, unpickled, or copied.
        """

@final
class OutputTextDone(BaseEvent):
    type: Literal["response.output_text.done"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def content_index(self) -> int | None: ...
    @property
    def text(self) -> str: ...
    @property
    def logprobs(self) -> list[LogProb] | None: ...

@final
class OutputTextAnnotationAdded(BaseEvent):
    type: Literal["response.output_text.annotation.added"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def content_index(self) -> int | None: ...
    @property
    def annotation_index(self) -> int | None: ...
    @property
    def annotation(self) -> Annotation | None: ...

@final
class RefusalDelta(BaseEvent):
    type: Literal["response.refusal.delta"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def content_index(self) -> int | None: ...
    @property
    def delta(self) -> str: ...
    @property
    def obfuscation(self) -> str | None: ...
    @property
    def snapshot(self) -> str:
        """The text up to and with this delta, read from the stream when it is asked for: its cost is its length.

        Where the server has told the text otherwise since (rules R4, R5), as much of that.

        Raises:
            AttributeError: Raised for an event of no stream: of a bare `Decoder`, unpickled, or copied.
        """

@final
class RefusalDone(BaseEvent):
    type: Literal["response.refusal.done"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def content_index(self) -> int | None: ...
    @property
    def refusal(self) -> str: ...

@final
class ReasoningDelta(BaseEvent):
    type: Literal["response.reasoning.delta", "response.reasoning_text.delta"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def content_index(self) -> int | None: ...
    @property
    def delta(self) -> str: ...
    @property
    def obfuscation(self) -> str | None: ...
    @property
    def snapshot(self) -> str:
        """The text up to and with this delta, read from the stream when it is asked for: its cost is its length.

        Where the server has told the text otherwise since (rules R4, R5), as much of that.

        Raises:
            AttributeError: Raised for an event of no stream: of a bare `Decoder`, unpickled, or copied.
        """

@final
class ReasoningDone(BaseEvent):
    type: Literal["response.reasoning.done", "response.reasoning_text.done"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def content_index(self) -> int | None: ...
    @property
    def text(self) -> str: ...

@final
class ReasoningSummaryPartAdded(BaseEvent):
    type: Literal["response.reasoning_summary_part.added"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def summary_index(self) -> int | None: ...
    @property
    def part(self) -> ContentPart | None: ...

@final
class ReasoningSummaryPartDone(BaseEvent):
    type: Literal["response.reasoning_summary_part.done"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def summary_index(self) -> int | None: ...
    @property
    def part(self) -> ContentPart | None: ...
    @property
    def status(self) -> str | None: ...

@final
class ReasoningSummaryTextDelta(BaseEvent):
    type: Literal["response.reasoning_summary_text.delta"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def summary_index(self) -> int | None: ...
    @property
    def delta(self) -> str: ...
    @property
    def obfuscation(self) -> str | None: ...
    @property
    def snapshot(self) -> str:
        """The text up to and with this delta, read from the stream when it is asked for: its cost is its length.

        Where the server has told the text otherwise since (rules R4, R5), as much of that.

        Raises:
            AttributeError: Raised for an event of no stream: of a bare `Decoder`, unpickled, or copied.
        """

@final
class ReasoningSummaryTextDone(BaseEvent):
    type: Literal["response.reasoning_summary_text.done"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def summary_index(self) -> int | None: ...
    @property
    def text(self) -> str: ...

@final
class FunctionCallArgumentsDelta(BaseEvent):
    type: Literal["response.function_call_arguments.delta"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def delta(self) -> str: ...
    @property
    def obfuscation(self) -> str | None: ...
    @property
    def snapshot(self) -> str:
        """The text up to and with this delta, read from the stream when it is asked for: its cost is its length.

        Where the server has told the text otherwise since (rules R4, R5), as much of that.

        Raises:
            AttributeError: Raised for an event of no stream: of a bare `Decoder`, unpickled, or copied.
        """
    @property
    def arguments(self) -> PartialArguments:
        """The call's arguments so far: the view that the stream's `arguments(call_id)` gives, found without a name.

        Raises:
            AttributeError: Raised as by `snapshot`.
        """

@final
class FunctionCallArgumentsDone(BaseEvent):
    type: Literal["response.function_call_arguments.done"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def arguments(self) -> str: ...

@final
class ErrorEvent(BaseEvent):
    type: Literal["error"]
    @property
    def error(self) -> ErrorPayload: ...
    @property
    def code(self) -> str | int | None: ...
    @property
    def message(self) -> str: ...
    @property
    def param(self) -> str | None: ...
    @property
    def status(self) -> int | None: ...
    @property
    def headers(self) -> dict[str, str] | None: ...

@final
class AudioDelta(BaseEvent):
    type: Literal["response.audio.delta"]
    @property
    def delta(self) -> str: ...

@final
class AudioDone(BaseEvent):
    type: Literal["response.audio.done"]

@final
class AudioTranscriptDelta(BaseEvent):
    type: Literal["response.audio.transcript.delta"]
    @property
    def delta(self) -> str: ...

@final
class AudioTranscriptDone(BaseEvent):
    type: Literal["response.audio.transcript.done"]

@final
class CodeInterpreterCallInProgress(BaseEvent):
    type: Literal["response.code_interpreter_call.in_progress"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class CodeInterpreterCallInterpreting(BaseEvent):
    type: Literal["response.code_interpreter_call.interpreting"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class CodeInterpreterCallCompleted(BaseEvent):
    type: Literal["response.code_interpreter_call.completed"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class FileSearchCallInProgress(BaseEvent):
    type: Literal["response.file_search_call.in_progress"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class FileSearchCallSearching(BaseEvent):
    type: Literal["response.file_search_call.searching"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class FileSearchCallCompleted(BaseEvent):
    type: Literal["response.file_search_call.completed"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class WebSearchCallInProgress(BaseEvent):
    type: Literal["response.web_search_call.in_progress"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class WebSearchCallSearching(BaseEvent):
    type: Literal["response.web_search_call.searching"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class WebSearchCallCompleted(BaseEvent):
    type: Literal["response.web_search_call.completed"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class ImageGenerationCallInProgress(BaseEvent):
    type: Literal["response.image_generation_call.in_progress"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class ImageGenerationCallGenerating(BaseEvent):
    type: Literal["response.image_generation_call.generating"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class ImageGenerationCallCompleted(BaseEvent):
    type: Literal["response.image_generation_call.completed"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class McpCallInProgress(BaseEvent):
    type: Literal["response.mcp_call.in_progress"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class McpCallCompleted(BaseEvent):
    type: Literal["response.mcp_call.completed"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class McpCallFailed(BaseEvent):
    type: Literal["response.mcp_call.failed"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class McpListToolsInProgress(BaseEvent):
    type: Literal["response.mcp_list_tools.in_progress"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class McpListToolsCompleted(BaseEvent):
    type: Literal["response.mcp_list_tools.completed"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class McpListToolsFailed(BaseEvent):
    type: Literal["response.mcp_list_tools.failed"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...

@final
class CodeInterpreterCallCodeDelta(BaseEvent):
    type: Literal["response.code_interpreter_call_code.delta"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def delta(self) -> str: ...
    @property
    def obfuscation(self) -> str | None: ...
    @property
    def snapshot(self) -> str:
        """The text up to and with this delta, read from the stream when it is asked for: its cost is its length.

        Where the server has told the text otherwise since (rules R4, R5), as much of that.

        Raises:
            AttributeError: Raised for an event of no stream: of a bare `Decoder`, unpickled, or copied.
        """

@final
class CodeInterpreterCallCodeDone(BaseEvent):
    type: Literal["response.code_interpreter_call_code.done"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def code(self) -> str: ...

@final
class ImageGenerationCallPartialImage(BaseEvent):
    type: Literal["response.image_generation_call.partial_image"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def partial_image_index(self) -> int | None: ...
    @property
    def partial_image_b64(self) -> str: ...
    @property
    def size(self) -> str | None: ...
    @property
    def quality(self) -> str | None: ...
    @property
    def background(self) -> str | None: ...
    @property
    def output_format(self) -> str | None: ...

@final
class McpCallArgumentsDelta(BaseEvent):
    type: Literal["response.mcp_call_arguments.delta"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def delta(self) -> str: ...
    @property
    def obfuscation(self) -> str | None: ...
    @property
    def snapshot(self) -> str:
        """The text up to and with this delta, read from the stream when it is asked for: its cost is its length.

        Where the server has told the text otherwise since (rules R4, R5), as much of that.

        Raises:
            AttributeError: Raised for an event of no stream: of a bare `Decoder`, unpickled, or copied.
        """
    @property
    def arguments(self) -> PartialArguments:
        """The call's arguments so far: the view that the stream's `arguments(call_id)` gives, found without a name.

        Raises:
            AttributeError: Raised as by `snapshot`.
        """

@final
class McpCallArgumentsDone(BaseEvent):
    type: Literal["response.mcp_call_arguments.done"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def arguments(self) -> str: ...

@final
class CustomToolCallInputDelta(BaseEvent):
    type: Literal["response.custom_tool_call_input.delta"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def delta(self) -> str: ...
    @property
    def obfuscation(self) -> str | None: ...
    @property
    def snapshot(self) -> str:
        """The text up to and with this delta, read from the stream when it is asked for: its cost is its length.

        Where the server has told the text otherwise since (rules R4, R5), as much of that.

        Raises:
            AttributeError: Raised for an event of no stream: of a bare `Decoder`, unpickled, or copied.
        """

@final
class CustomToolCallInputDone(BaseEvent):
    type: Literal["response.custom_tool_call_input.done"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def input(self) -> str: ...

@final
class ShellCallCommandAdded(BaseEvent):
    type: Literal["response.shell_call_command.added"]
    @property
    def output_index(self) -> int | None: ...
    @property
    def command_index(self) -> int | None: ...
    @property
    def command(self) -> str: ...

@final
class ShellCallCommandDelta(BaseEvent):
    type: Literal["response.shell_call_command.delta"]
    @property
    def output_index(self) -> int | None: ...
    @property
    def command_index(self) -> int | None: ...
    @property
    def delta(self) -> str: ...
    @property
    def obfuscation(self) -> str | None: ...
    @property
    def snapshot(self) -> str:
        """The text up to and with this delta, read from the stream when it is asked for: its cost is its length.

        Where the server has told the text otherwise since (rules R4, R5), as much of that.

        Raises:
            AttributeError: Raised for an event of no stream: of a bare `Decoder`, unpickled, or copied.
        """

@final
class ShellCallCommandDone(BaseEvent):
    type: Literal["response.shell_call_command.done"]
    @property
    def output_index(self) -> int | None: ...
    @property
    def command_index(self) -> int | None: ...
    @property
    def command(self) -> str: ...

@final
class ShellCallOutputContentDelta(BaseEvent):
    type: Literal["response.shell_call_output_content.delta"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def command_index(self) -> int | None: ...
    @property
    def delta(self) -> dict[str, Any]: ...

@final
class ShellCallOutputContentDone(BaseEvent):
    type: Literal["response.shell_call_output_content.done"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def command_index(self) -> int | None: ...
    @property
    def output(self) -> list[dict[str, Any]]: ...

@final
class ApplyPatchCallOperationDiffDelta(BaseEvent):
    type: Literal["response.apply_patch_call_operation_diff.delta"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def delta(self) -> str: ...
    @property
    def obfuscation(self) -> str | None: ...
    @property
    def snapshot(self) -> str:
        """The text up to and with this delta, read from the stream when it is asked for: its cost is its length.

        Where the server has told the text otherwise since (rules R4, R5), as much of that.

        Raises:
            AttributeError: Raised for an event of no stream: of a bare `Decoder`, unpickled, or copied.
        """

@final
class ApplyPatchCallOperationDiffDone(BaseEvent):
    type: Literal["response.apply_patch_call_operation_diff.done"]
    @property
    def item_id(self) -> str | None: ...
    @property
    def output_index(self) -> int | None: ...
    @property
    def diff(self) -> str: ...

@final
class Heartbeat(BaseEvent):
    """A sign of life in any of the shapes servers use (rule E11); never changes the response."""

    # At run time what the server sent. The literal, which no server sends, keeps this class out of the way when a
    # type checker narrows `event.type == "response.…"`; for a `str` say `event.data["type"]`.
    type: Literal["or_stream.heartbeat"]

@final
class UnknownEvent(BaseEvent):
    """A vendor's `slug:name` event or a type of the future; `raw` and `data` hold all of it."""

    type: Literal["or_stream.unknown"]  # as above: at run time what the server sent

@final
class MalformedEvent(BaseEvent):
    """Data that is not one JSON object: `raw` as sent, why, and the byte offset within the stream."""

    type: Literal["or_stream.malformed"]
    @property
    def reason(self) -> str: ...
    @property
    def offset(self) -> int: ...

Event: TypeAlias = (
    Created
    | Queued
    | InProgress
    | Completed
    | Failed
    | Incomplete
    | OutputItemAdded
    | OutputItemDone
    | ContentPartAdded
    | ContentPartDone
    | OutputTextDelta
    | OutputTextDone
    | OutputTextAnnotationAdded
    | RefusalDelta
    | RefusalDone
    | ReasoningDelta
    | ReasoningDone
    | ReasoningSummaryPartAdded
    | ReasoningSummaryPartDone
    | ReasoningSummaryTextDelta
    | ReasoningSummaryTextDone
    | FunctionCallArgumentsDelta
    | FunctionCallArgumentsDone
    | ErrorEvent
    | AudioDelta
    | AudioDone
    | AudioTranscriptDelta
    | AudioTranscriptDone
    | CodeInterpreterCallInProgress
    | CodeInterpreterCallInterpreting
    | CodeInterpreterCallCompleted
    | FileSearchCallInProgress
    | FileSearchCallSearching
    | FileSearchCallCompleted
    | WebSearchCallInProgress
    | WebSearchCallSearching
    | WebSearchCallCompleted
    | ImageGenerationCallInProgress
    | ImageGenerationCallGenerating
    | ImageGenerationCallCompleted
    | McpCallInProgress
    | McpCallCompleted
    | McpCallFailed
    | McpListToolsInProgress
    | McpListToolsCompleted
    | McpListToolsFailed
    | CodeInterpreterCallCodeDelta
    | CodeInterpreterCallCodeDone
    | ImageGenerationCallPartialImage
    | McpCallArgumentsDelta
    | McpCallArgumentsDone
    | CustomToolCallInputDelta
    | CustomToolCallInputDone
    | ShellCallCommandAdded
    | ShellCallCommandDelta
    | ShellCallCommandDone
    | ShellCallOutputContentDelta
    | ShellCallOutputContentDone
    | ApplyPatchCallOperationDiffDelta
    | ApplyPatchCallOperationDiffDone
    | Heartbeat
    | UnknownEvent
    | MalformedEvent
)
