"""Table S of wire-format.md: the SSE layer."""

import json

from tests.streams.wire import Dialect

from .rows import (
    HELLO,
    HELLO_EVENTS,
    HELLO_TYPES,
    MALFORMED,
    OPENING,
    Row,
    answer,
    closing,
    delta,
    hello_with,
    message,
    part,
    response,
    sse,
    types_with,
)

PLAIN = sse(*HELLO_EVENTS)
DELTA = json.dumps(delta("lo")).encode()
ERROR = b'{"type": "error", "error": {"type": "server_error", "code": null, "message": "upstream", "param": null}}'
ODD = "a\u2028b\u2029c\x85d\x7fe\ufeff"

TABLE_S = [
    Row(
        "S1",
        "no event: line; type in the JSON is the truth",
        sse(*HELLO_EVENTS, dialect=Dialect(event_lines=False)),
        HELLO_TYPES,
        [HELLO],
    ),
    Row(
        "S1",
        "an event: line that says something else is only a hint",
        PLAIN.replace(b"event: response.output_text.delta", b"event: message"),
        HELLO_TYPES,
        [HELLO],
    ),
    Row("S2", "a type: field line is an unknown field", PLAIN.replace(b"event:", b"type:"), HELLO_TYPES, [HELLO]),
    Row("S3", "[DONE] after the terminal event", PLAIN + b"data: [DONE]\n\n", HELLO_TYPES, [HELLO]),
    Row("S3", "no [DONE]", PLAIN, HELLO_TYPES, [HELLO]),
    Row(
        "S3",
        "[DONE] without a terminal event is no success",
        sse(*HELLO_EVENTS[:-1], b"data: [DONE]\n\n"),
        HELLO_TYPES[:-1],
        [HELLO],
        outcome="truncated",
    ),
    Row(
        "S4",
        "comments before anything else and between events",
        b": OPENROUTER PROCESSING\n\n" + hello_with(b": OPENROUTER PROCESSING\n\n"),
        HELLO_TYPES,
        [HELLO],
    ),
    Row(
        "S4",
        "a comment inside an event does not reset it",
        PLAIN.replace(b"\ndata: ", b"\n: ping\ndata: "),
        HELLO_TYPES,
        [HELLO],
    ),
    Row(
        "S5",
        "a comment re-emitted as data is not JSON",
        hello_with(b"data: : OPENROUTER PROCESSING\n\n"),
        types_with(MALFORMED),
        [HELLO],
        {"S5"},
        "EventDecodeError",
    ),
    Row(
        "S5",
        "JSON, but no object",
        hello_with(b"data: null\n\n", b'data: [{"type": "ping"}]\n\n'),
        types_with(MALFORMED, MALFORMED),
        [HELLO],
        {"S5"},
        "EventDecodeError",
    ),
    Row("S6", "CRLF line ends", sse(*HELLO_EVENTS, dialect=Dialect(newline="\r\n")), HELLO_TYPES, [HELLO]),
    Row("S6", "CR line ends", sse(*HELLO_EVENTS, dialect=Dialect(newline="\r")), HELLO_TYPES, [HELLO]),
    Row(
        "S6",
        "mixed line ends, no space after the colon",
        sse(*HELLO_EVENTS[:3], dialect=Dialect(newline="\r", space_after_colon=False))
        + sse(*HELLO_EVENTS[3:5], dialect=Dialect(newline="\r\n"))
        + sse(*HELLO_EVENTS[5:]),
        HELLO_TYPES,
        [HELLO],
    ),
    Row("S7", "U+2028, U+2029 and U+0085 are text, no line ends", sse(*answer(ODD)), None, [message(ODD)]),
    Row(
        "S8",
        "JSON on a line of its own after data: is an unknown field",
        hello_with(b"data:\n" + DELTA + b"\n\n"),
        HELLO_TYPES,
        [HELLO],
        {"S8"},
        "ProtocolError",
    ),
    Row(
        "S8",
        "a bare JSON object in mid stream",
        hello_with(b'{"error": {"message": "overloaded"}}\n\n'),
        HELLO_TYPES,
        [HELLO],
        {"S8"},
        "ProtocolError",
    ),
    Row(
        "S8",
        "llama.cpp's error field, and the stream is cut",
        sse(*OPENING, delta("Hel")) + b'error: {"code": 500, "message": "out of memory"}\n\n',
        HELLO_TYPES[:4],
        [message() | {"content": [{"type": "output_text", "text": "Hel", "annotations": []}]}],
        {"S8"},
        "ProtocolError",
        outcome="truncated",
    ),
    Row(
        "S8",
        "a page takes the place of the rest",
        sse(*OPENING, delta("Hel")) + b"<html>\n<h1>502 Bad Gateway</h1>\n</html>",
        HELLO_TYPES[:4],
        [message() | {"content": [{"type": "output_text", "text": "Hel", "annotations": []}]}],
        {"S8"},
        "ProtocolError",
        outcome="truncated",
    ),
    Row(
        "S8",
        "fields of the server's own are none of this",
        hello_with(b"type: response.output_text.delta\nx-trace_id2: 1\nheartbeat\n\n"),
        HELLO_TYPES,
        [HELLO],
    ),
    Row(
        "S9",
        "a second data: line with an error, joined to an event that broke off",
        sse(*OPENING, delta("Hel")) + b"data: " + DELTA[:40] + b"\ndata: " + ERROR + b"\n\n",
        (*HELLO_TYPES[:4], MALFORMED, "error"),
        [message() | {"content": [{"type": "output_text", "text": "Hel", "annotations": []}]}],
        {"S5", "S9"},
        "ProtocolError",
        outcome="error",
    ),
    Row(
        "S9",
        "two whole events in one block",
        sse(*OPENING)
        + b"data: "
        + json.dumps(delta("Hel")).encode()
        + b"\ndata: "
        + DELTA
        + b"\n\n"
        + sse(*closing("Hello")),
        HELLO_TYPES,
        [HELLO],
        {"S9"},
        "ProtocolError",
    ),
    Row(
        "S9",
        "one event over several data: lines is plain WHATWG",
        hello_with(b'data: {"type":\ndata: "ping"}\n\n'),
        types_with("ping"),
        [HELLO],
    ),
    Row(
        "S10",
        "the last event has no blank line",
        PLAIN.removesuffix(b"\n"),
        HELLO_TYPES,
        [HELLO],
        {"S10"},
        "ProtocolError",
    ),
    Row(
        "S10",
        "the last event has no line end at all",
        PLAIN.removesuffix(b"\n\n"),
        HELLO_TYPES,
        [HELLO],
        {"S10"},
        "ProtocolError",
    ),
    Row(
        "S10",
        "a last event that is not whole is no event",
        PLAIN.removesuffix(b"}\n\n"),
        HELLO_TYPES[:-1],
        [HELLO],
        outcome="truncated",
    ),
    Row(
        "S11",
        "event: without data dispatches nothing and is forgotten",
        hello_with(b"event: codex.rate_limits\n\n"),
        HELLO_TYPES,
        [HELLO],
    ),
    Row(
        "S12",
        "an event beyond 64 KiB is an event",
        sse(*OPENING, delta("x" * 70_000)),
        None,
        [message() | {"content": [part("x" * 70_000)]}],
        outcome="truncated",
    ),
    Row(
        "S13",
        "byte order mark, id: and retry: lines",
        b"\xef\xbb\xbf" + hello_with(b"id: 7\nretry: 3000\n\n"),
        HELLO_TYPES,
        [HELLO],
    ),
    Row(
        "S14",
        "a response object instead of a stream",
        json.dumps(response("completed", output=[HELLO])).encode(),
        ("response.completed",),
        [HELLO],
        {"S14", "E13"},
        "ProtocolError",
    ),
    Row(
        "S14",
        "an error object instead of a stream, over several lines",
        json.dumps(
            {"error": {"message": "no", "type": "invalid_request", "code": "x", "param": None}}, indent=2
        ).encode(),
        ("error",),
        [],
        {"S14", "E9"},
        "ProtocolError",
        outcome="error",
        error={"message": "no", "type": "invalid_request", "code": "x", "param": None},
    ),
    Row(
        "S14",
        "a page instead of a stream",
        b"<!doctype html>\n<html><body>502 Bad Gateway</body></html>\n",
        (),
        [],
        strict="TransportError",
        outcome="page",
    ),
]
