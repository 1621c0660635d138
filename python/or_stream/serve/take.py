"""`Take`: one stream that can be played, whatever it was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from os import PathLike
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from .._core import SSEDecoder
from ..assembly import Assembler
from ..bench.captures import Capture, CapturedChunk, CaptureError, read_capture
from ..bench.captures.capture import blocks
from ..encoding import encode, synthesize_events
from ..errors import OrStreamError
from ..json_text import read as read_json
from ..outcome import Outcome
from .cut import Beat
from .synthetic import Synthetic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..models import Response

Playable: TypeAlias = "Capture | Synthetic | str | PathLike[str] | bytes | Mapping[str, Any] | Response | Sequence[Any]"
"""What can be served: a capture or its file, a synthetic stream, a body, a finished response (which is told as events),
or a script: events (mappings, event objects, or blocks as bytes), and between them pauses in seconds."""

DONE = b"data: [DONE]\n\n"
_ENDED = (Outcome.COMPLETED, Outcome.INCOMPLETE, Outcome.FAILED, Outcome.CANCELLED)
_EVENTS = {"content-type": "text/event-stream"}


@dataclass(frozen=True)
class Take:
    """A capture, and what of it is asked for again and again.

    Args:
        capture: What to play.
        whole: False where the recording was cut off: its answer is then cut off too.
    """

    capture: Capture
    whole: bool = True

    @classmethod
    def of(cls, source: Playable) -> Take:
        """Make one.

        Raises:
            CaptureError: Raised when a file is no capture; one that is cut off is played as far as it goes.
            OSError: Raised when a file cannot be read.
            TypeError: Raised when the source is nothing that can be played.
            ValueError: Raised when a response has not ended or an event cannot be written.
        """
        if isinstance(source, Capture | Synthetic):
            return cls(source.capture() if isinstance(source, Synthetic) else source)
        if isinstance(source, str | PathLike | bytes):
            return cls._read(source)
        if isinstance(source, Mapping) or hasattr(source, "to_json"):
            told = synthesize_events(cast("Mapping[str, Any]", source))
            return cls(Capture(tuple(CapturedChunk(0, event) for event in told), status=200, headers=_EVENTS))
        if isinstance(source, Sequence):
            return cls(_scripted(source))
        message = f"{type(source).__name__} is nothing that can be played"
        raise TypeError(message)

    @classmethod
    def _read(cls, source: str | PathLike[str] | bytes) -> Take:
        try:
            return cls(read_capture(source))
        except CaptureError as error:
            if error.capture is None or not error.capture.chunks:
                raise
            return cls(error.capture, whole=False)

    @property
    def is_stream(self) -> bool:
        """Whether this is an event stream; else it is an answer of another kind, such as an error page."""
        kind = self.capture.headers.get("content-type", "text/event-stream")
        return self.capture.messages or kind.partition(";")[0].strip().lower() == "text/event-stream"

    @property
    def recorded(self) -> list[Beat]:
        """The chunks as they were recorded."""
        return [Beat(chunk.t_ns / 1e9, chunk.data) for chunk in self.capture.chunks]

    @cached_property
    def events(self) -> tuple[Beat, ...]:
        """One beat an event, as SSE; each is due when its last byte was."""
        if self.capture.messages:
            told = [Beat(chunk.t_ns / 1e9, framed(chunk.data)) for chunk in self.capture.chunks]
            return (*told, Beat(self.capture.end_ns / 1e9, DONE)) if self.whole else tuple(told)
        return tuple(_timed(self.capture))

    @cached_property
    def response(self) -> bytes | None:
        """The response that the stream tells, as JSON; None where it does not come to its end."""
        assembler = Assembler()
        try:
            for beat in self.events:
                assembler.feed(beat.data)
            outcome = assembler.finish()
        except OrStreamError:
            return None
        return assembler.snapshot().to_json() if outcome in _ENDED else None

    @cached_property
    def response_id(self) -> str | None:
        """The id of the response; None where no event names it."""
        return None if self._opening is None else str(self._opening["id"])

    @property
    def model(self) -> str | None:
        """The model that the response names; None where it names none."""
        told = None if self._opening is None else self._opening.get("model")
        return told if isinstance(told, str) else None

    @cached_property
    def _opening(self) -> dict[str, Any] | None:
        """The response as the first event tells it that names it."""
        for beat in self.events:
            for data in datas(beat.data):
                response = data.get("response")
                if isinstance(response, dict) and "id" in response:
                    return cast("dict[str, Any]", response)
        return None


def texts(block: bytes) -> list[str]:
    """Give the data of the events in a block, and of one that its server leaves open at the end of its body."""
    decoder = SSEDecoder()
    return [event.data for event in decoder.feed(block + b"\n\n")]


def datas(block: bytes) -> Iterator[dict[str, Any]]:
    """Give the objects that the events of a block carry; others are passed over."""
    for text in texts(block):
        try:
            value: Any = read_json(text)
        except ValueError:
            continue
        if isinstance(value, dict):
            yield cast("dict[str, Any]", value)


def framed(message: bytes) -> bytes:
    """Write a WebSocket message as an event."""
    try:
        return encode(message)
    except ValueError:  # no JSON object: the reader is to find what the server sent
        return b"".join(b"data: " + line + b"\n" for line in message.splitlines()) + b"\n"


def _timed(capture: Capture) -> Iterator[Beat]:
    ends = accumulate(len(chunk.data) for chunk in capture.chunks)
    chunks = zip(capture.chunks, ends, strict=True)
    chunk, chunk_end = next(chunks, (CapturedChunk(0, b""), 0))
    end = 0
    for block in blocks(capture.body):
        end += len(block)
        while chunk_end < end:
            chunk, chunk_end = next(chunks)
        yield Beat(chunk.t_ns / 1e9, block)


def _scripted(script: Sequence[Any]) -> Capture:
    now = 0.0
    chunks: list[CapturedChunk] = []
    for step in script:
        if isinstance(step, int | float):
            now += step
        else:
            chunks.append(CapturedChunk(round(now * 1e9), step if isinstance(step, bytes) else encode(step)))
    return Capture(tuple(chunks), round(now * 1e9), status=200, headers=_EVENTS)
