"""What must hold of the Python layer for any input: each target takes bytes and raises where it does not hold.

The first byte of an input says how the rest is cut, and which settings are used. The core has targets of its own
(`rust/fuzz`), so nothing of framing or folding is looked at here but that the layers above tell the same of it.
"""

import asyncio
import json
import pickle
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from or_stream import (
    Assembler,
    AsyncEventStream,
    BaseEvent,
    Decoder,
    Event,
    EventStream,
    Limits,
    OrStreamError,
    Rewriter,
    Tap,
    UnknownEvent,
    check,
    encode,
)
from or_stream.bench.captures import CaptureError, read_capture, write_capture
from or_stream.models import Response, load_field, violations

CUTS = (1 << 20, 1, 7, 64)


def chunks_of(data: bytes) -> tuple[int, list[bytes]]:
    """The settings byte, and the body cut as it says."""
    settings, body = (data[0], data[1:]) if data else (0, b"")
    size = CUTS[settings % 4]
    return settings >> 2, [body[at : at + size] for at in range(0, len(body), size)]


def streams(data: bytes) -> None:
    """The iterators tell what the assembler tells: the same events, end, error and response."""
    settings, chunks = chunks_of(data)
    options: dict[str, Any] = {"strict": bool(settings & 1), "require_terminal": bool(settings & 2)}
    if settings & 4:
        options["limits"] = Limits(max_event_bytes=200, max_json_depth=6, max_items=3)
    one = _read(EventStream(list(chunks), **options))
    other = asyncio.run(_read_async(AsyncEventStream(list(chunks), **options)))
    assert one == other
    assembler = Assembler(limits=options.get("limits"), strict=options["strict"])
    try:
        for chunk in chunks:
            assembler.feed(chunk)
        assembler.finish()
    except OrStreamError:
        return
    # A stream reads nothing behind the terminal event, which the assembler counts and passes.
    assert one[2] == assembler.outcome
    assert one[3] is None or one[3] == assembler.output_text


def _read(stream: EventStream) -> tuple[object, ...]:
    told: list[object] = []
    error: OrStreamError | None = None
    with stream:
        try:
            told.extend(map(_told, stream))
        except OrStreamError as raised:
            error = raised
    return told, _error(error), stream.outcome, _partial(error, stream)


async def _read_async(stream: AsyncEventStream) -> tuple[object, ...]:
    told: list[object] = []
    error: OrStreamError | None = None
    async with stream:
        try:
            async for event in stream:
                told.append(_told(event))  # noqa: PERF401 - what came before an error counts too
        except OrStreamError as raised:
            error = raised
    return told, _error(error), stream.outcome, _partial(error, stream)


def _error(error: OrStreamError | None) -> object:
    return None if error is None else (type(error), str(error), error.partial_json)


def _partial(error: OrStreamError | None, stream: EventStream | AsyncEventStream) -> str | None:
    return stream.output_text if error is None else None


OF_STREAMS = frozenset({"snapshot", "arguments"})
"""What only the deltas have that a stream has taken into its response."""


def _told(event: Event) -> object:
    """Everything that an event can be asked for."""
    public = [name for name in dir(event) if not name.startswith("_")]
    values = {name: getattr(event, name) for name in public if hasattr(event, name) or name not in OF_STREAMS}
    assert repr(event)
    copy = pickle.loads(pickle.dumps(event))
    assert isinstance(copy, BaseEvent)
    assert (copy.raw, type(copy)) == (event.raw, type(event))
    if not isinstance(event, UnknownEvent) and isinstance(values.get("data"), dict):
        assert encode(event)
    return type(event).__name__, event.raw, event.index


def models(data: bytes) -> None:
    """Any JSON object is a response, one that loses nothing; anything else is a `ValidationError`."""
    try:
        response = Response.model_validate_json(data)
    except ValidationError:
        return
    assert repr(response)
    assert isinstance(violations(response), list)
    assert isinstance(response.output_text, str)
    assert response.to_dict() == json.loads(data)
    assert Response.model_validate_json(response.to_json()) == response
    unread = load_field("response", data)
    assert isinstance(unread, Response)
    assert (unread.output_text, unread.to_dict()) == (response.output_text, response.to_dict())
    assert unread == response


def judgement(data: bytes) -> None:
    """`check` judges whatever a server sends, and its report is JSON."""
    _, chunks = chunks_of(data)
    report = check(list(chunks))
    assert isinstance(json.loads(report.to_json()), dict)
    assert isinstance(report.ok, bool)


def captures(data: bytes) -> None:
    """A capture is read or refused with what was read before; what was read can be written and read again."""
    try:
        capture = read_capture(data)
    except CaptureError as error:
        _told_in_one_line(error)
        return
    again = read_capture(write_bytes(capture))
    assert [chunk.data for chunk in again.chunks] == [chunk.data for chunk in capture.chunks]


def _told_in_one_line(error: Exception) -> None:
    assert "\n" not in str(error)


def proxies(data: bytes) -> None:
    """A tap never raises, and tells the same whenever it is asked; a rewriter without rules changes no byte."""
    _, chunks = chunks_of(data)
    tap, asked = Tap("items"), Tap("items")
    for at, chunk in enumerate(chunks):
        for each in (tap, asked):
            each.feed(chunk, at)
        _facts(asked)
    assert _facts(tap) == _facts(asked)
    assert tap.finish() is asked.finish()
    assert _facts(tap) == _facts(asked)
    rewriter, out = Rewriter(), b""
    try:
        for chunk in chunks:
            out += rewriter.feed(chunk)
        out += rewriter.finish()
    except OrStreamError:
        return  # beyond a limit of its own
    # A block that holds several events becomes several blocks.
    assert out == b"".join(chunks) or _raws(out) == _raws(b"".join(chunks))


def _facts(tap: Tap) -> tuple[Any, ...]:
    times = (tap.first_byte_ns, tap.first_event_ns, tap.first_token_ns, tap.first_output_ns, tap.last_event_ns)
    counts = (tap.events_seen, tap.event_counts, tap.diagnostic_counts, tap.bytes, tap.delta_bytes)
    return *times, *counts, tap.outcome, repr(tap.fault), tap.at_boundary, tap.boundary, tap.partial_json("incomplete")


def _raws(body: bytes) -> list[bytes]:
    decoder = Decoder()
    return [event.raw for event in (*decoder.feed(body), *decoder.finish())]


def write_bytes(capture: Any) -> bytes:
    """The bytes of a capture in the compact format."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "capture.orx"
        write_capture(capture, path)
        return path.read_bytes()


TARGETS: dict[str, Callable[[bytes], None]] = {
    "streams": streams,
    "models": models,
    "judgement": judgement,
    "captures": captures,
    "proxies": proxies,
}
