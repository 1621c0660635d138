"""Table E of wire-format.md: the event layer."""

import json

from tests.streams.wire import Dialect, dumps, frame

from .rows import (
    HELLO,
    HELLO_EVENTS,
    HELLO_TYPES,
    OPENING,
    Row,
    added,
    answer,
    closing,
    completed,
    created,
    delta,
    event,
    hello_with,
    item_done,
    message,
    part,
    part_added,
    part_done,
    response,
    sse,
    text_done,
    types_with,
)

ESCAPED = '<b> & 日本語 \U0001f642 "q" \\ / \t\n'
PARTIAL = message() | {"content": [part("Hel")]}
FAILED = event("response.failed", response=response("failed", output=[], error={"code": "c", "message": "m"}))


def raw(data: str | bytes) -> bytes:
    """An event of exactly this data."""
    return b"data: " + (data if isinstance(data, bytes) else data.encode()) + b"\n\n"


def numbered(*numbers: object) -> bytes:
    """The hello answer with these sequence numbers; None for none."""
    told = [dict(one) for one in HELLO_EVENTS]
    for one, number in zip(told, numbers, strict=True):
        if number is not None:
            one["sequence_number"] = number
    return sse(*told)


def erring(kind: str, data: object, error: object, findings: set[str] | None = None) -> Row:
    """A stream that breaks off with an error in one of its shapes."""
    return Row(
        "E9" if findings else "E8",
        kind,
        sse(*OPENING, delta("Hel"), raw(json.dumps(data))),
        (*HELLO_TYPES[:4], "error"),
        [PARTIAL],
        findings or set(),
        "ProtocolError" if findings else None,
        outcome="error",
        error=error if isinstance(error, dict) else None,
    )


def beating(what: str, *beats: object) -> Row:
    """The hello answer with signs of life in it."""
    told = [{"type": beat} if isinstance(beat, str) else beat for beat in beats]
    types = types_with(*(str(beat["type"]) for beat in told if isinstance(beat, dict)))
    return Row("E11", what, hello_with(*(raw(json.dumps(beat)) for beat in told)), types, [HELLO])


TABLE_E = [
    Row(
        "E1",
        "type last, after a nested type",
        sse(*HELLO_EVENTS, dialect=Dialect(key_order="last")),
        HELLO_TYPES,
        [HELLO],
    ),
    Row(
        "E1",
        "keys in alphabetical order at every depth",
        sse(*HELLO_EVENTS, dialect=Dialect(key_order="alphabetical", event_lines=False)),
        HELLO_TYPES,
        [HELLO],
    ),
    Row(
        "E1",
        "type in the middle, spaces after colons and commas",
        sse(*HELLO_EVENTS, dialect=Dialect(key_order="middle", spaces=True)),
        HELLO_TYPES,
        [HELLO],
    ),
    Row(
        "E1",
        "keys and type written with escapes",
        sse(*HELLO_EVENTS).replace(b'"type":"response.output_text', b'"\\u0074ype":"response\\u002eoutput_text'),
        HELLO_TYPES,
        [HELLO],
    ),
    Row(
        "E1",
        "no type anywhere",
        hello_with(raw('{"no_type": true}')),
        types_with(""),
        [HELLO],
        {"E1"},
        "ProtocolError",
    ),
    Row(
        "E1",
        "no type in the data, only on the event line",
        sse(*HELLO_EVENTS).replace(b'"type":"response.output_text.delta",', b""),
        HELLO_TYPES,
        [HELLO],
        {"E1"},
        "ProtocolError",
    ),
    Row(
        "E1",
        "an error whose event line alone says so",
        sse(*OPENING, delta("Hel")) + b'event: error\ndata: {"message": "overloaded", "code": "busy"}\n\n',
        (*HELLO_TYPES[:4], "error"),
        [message() | {"content": [{"type": "output_text", "text": "Hel", "annotations": []}]}],
        {"E1"},
        "ProtocolError",
        outcome="error",
        error={"message": "overloaded", "code": "busy"},
    ),
    Row(
        "E2",
        "HTML-escaped JSON",
        sse(*answer(ESCAPED), dialect=Dialect(html=True)),
        None,
        [message(ESCAPED)],
    ),
    Row(
        "E2",
        "all that is not ASCII escaped",
        sse(*answer(ESCAPED), dialect=Dialect(ascii=True, html=True, spaces=True)),
        None,
        [message(ESCAPED)],
    ),
    Row(
        "E3",
        "a character cut into two deltas is joined",
        sse(
            *OPENING,
            raw(dumps(delta("Hi \ud83d"), Dialect(ascii=True))),
            raw(dumps(delta("\ude42"), Dialect(ascii=True))),
        )
        + sse(*closing("Hi \U0001f642")),
        None,
        [message("Hi \U0001f642")],
    ),
    Row(
        "E3",
        "half a character alone becomes U+FFFD",
        sse(*OPENING, raw(dumps(delta("Hi \ud83d"), Dialect(ascii=True))), delta("!")),
        None,
        [message() | {"content": [part("Hi \ufffd!")]}],
        {"E3"},
        "ProtocolError",
        outcome="truncated",
    ),
    Row(
        "E3",
        "half a character at the end becomes U+FFFD",
        sse(*OPENING, raw(dumps(delta("Hi \ud83d"), Dialect(ascii=True)))),
        None,
        [message() | {"content": [part("Hi \ufffd")]}],
        {"E3"},
        "ProtocolError",
        outcome="truncated",
    ),
    Row(
        "E4",
        "bytes that are not UTF-8 become U+FFFD, one for each maximal part",
        sse(*answer("Hel~lo")).replace(b"~", b"\xf0\x9f\x99\xe2\x82"),
        (*HELLO_TYPES[:4], *HELLO_TYPES[5:]),
        [message("Hel\ufffd\ufffdlo")],
        {"E4"},
        "EventDecodeError",
    ),
    Row("E5", "no sequence numbers", numbered(*[None] * 9), HELLO_TYPES, [HELLO]),
    Row("E5", "numbers that start anywhere", numbered(*range(7, 16)), HELLO_TYPES, [HELLO]),
    Row("E5", "a constant number", numbered(*[1] * 9), HELLO_TYPES, [HELLO], {"E5"}, "SequenceError"),
    Row("E5", "a gap", numbered(0, 1, 2, 5, 6, 7, 8, 9, 10), HELLO_TYPES, [HELLO], {"E5"}, "SequenceError"),
    Row("E5", "going back", numbered(0, 1, 2, 1, 2, 3, 4, 5, 6), HELLO_TYPES, [HELLO], {"E5"}, "SequenceError"),
    Row("E5", "the value 0 left out", numbered(None, *range(1, 9)), HELLO_TYPES, [HELLO]),
    Row(
        "E6",
        "no output_index, no content_index",
        sse(
            *(
                {key: value for key, value in one.items() if key not in ("output_index", "content_index")}
                for one in HELLO_EVENTS
            )
        ),
        HELLO_TYPES,
        [HELLO],
        {"E6"},
        "UnknownTargetError",
    ),
    Row(
        "E6",
        "no item_id and an empty one",
        sse(created(), added(), part_added(item_id=""), delta("Hello", item_id=...), *closing("Hello")),
        None,
        [HELLO],
        {"E6"},
        "UnknownTargetError",
    ),
    Row(
        "E7",
        "output_index starts at 1",
        sse(*({**one, "output_index": 1} if "output_index" in one else one for one in HELLO_EVENTS)),
        HELLO_TYPES,
        [HELLO],
    ),
    Row(
        "E7",
        "output_index 2^31 is a name, not a length",
        sse(*({**one, "output_index": 2**31} if "output_index" in one else one for one in HELLO_EVENTS)),
        HELLO_TYPES,
        [HELLO],
    ),
    erring(
        "nested error",
        {"type": "error", "error": {"type": "t", "code": "c", "message": "m", "param": None}},
        {"type": "t", "code": "c", "message": "m", "param": None},
    ),
    erring(
        "flat error",
        {"type": "error", "code": "c", "message": "m", "param": None},
        {"code": "c", "message": "m", "param": None},
    ),
    erring("error that is a text", {"type": "error", "error": "m"}, {"message": "m"}),
    erring(
        "error inside a response",
        {"type": "error", "response": {"id": "r", "error": {"code": "c", "message": "m"}}},
        {"code": "c", "message": "m"},
    ),
    erring(
        "WebSocket error with status and headers",
        {"type": "error", "status": 429, "headers": {"a": "b"}, "error": {"code": "c", "message": "m"}},
        {"code": "c", "message": "m", "status": 429, "headers": {"a": "b"}},
    ),
    erring("error without type", {"error": {"message": "m"}}, {"message": "m"}, {"E9"}),
    erring("error text without type", {"error": "m"}, {"message": "m"}, {"E9"}),
    Row(
        "E10",
        "failed without an error event",
        sse(*OPENING, delta("Hel"), FAILED),
        None,
        [PARTIAL],
        {"R7"},
        "MismatchError",
        outcome="failed",
        also={"status": "failed", "error": {"code": "c", "message": "m"}},
    ),
    Row(
        "E10",
        "an error event, then failed that says no reason",
        sse(
            *OPENING[:1],
            event("error", error={"type": "t", "code": "c", "message": "m", "param": None}),
            event("response.failed", response=response("failed", error=None)),
        ),
        ("response.created", "error", "response.failed"),
        [],
        outcome="failed",
        also={"status": "failed", "error": {"type": "t", "code": "c", "message": "m", "param": None}},
        error={"type": "t", "code": "c", "message": "m", "param": None},
    ),
    Row(
        "E10",
        "an error event, then [DONE]",
        sse(*OPENING, delta("Hel"), event("error", message="m"), raw("[DONE]")),
        (*HELLO_TYPES[:4], "error"),
        [PARTIAL],
        outcome="error",
    ),
    beating("heartbeat events", "keepalive", "keep_alive", "ping", "response.keep_alive", "response.keepalive"),
    beating("a vendor's heartbeat", {"type": "floway:keep_alive", "n": 1}),
    beating("a state event without response", "response.in_progress", {"type": "response.queued", "response": None}),
    Row(
        "E12",
        "types of the future and of vendors",
        hello_with(
            event("response.reasoning_part.added", item_id="m", output_index=0, part=part("no")),
            event("response.output_hologram.delta", item_id="m", output_index=0, delta="no"),
            event("codex.rate_limits", left=3),
            event("acme:trace_event", span=[1, 2]),
        ),
        types_with(
            "response.reasoning_part.added",
            "response.output_hologram.delta",
            "codex.rate_limits",
            "acme:trace_event",
        ),
        [HELLO],
    ),
    Row(
        "E13",
        "a response of three fields",
        sse(
            event("response.created", response={"id": "r", "object": "response", "status": "in_progress"}),
            *HELLO_EVENTS[1:-1],
            event("response.completed", response={"id": "r", "object": "response", "status": "completed"}),
        ),
        HELLO_TYPES,
        [HELLO],
        {"R7"},
        "MismatchError",
        also={"id": "r", "status": "completed"},
    ),
    Row(
        "E13",
        "what an early response told is not lost when a later one is silent",
        sse(created(model="x"), *HELLO_EVENTS[1:-1], completed(HELLO, model=...)),
        HELLO_TYPES,
        [HELLO],
        also={"model": "x", "status": "completed"},
    ),
    Row(
        "E13",
        "the response itself as data, not wrapped",
        sse(
            raw(json.dumps(response("in_progress"))),
            *HELLO_EVENTS[1:-1],
            raw(json.dumps(response("completed", output=[HELLO]))),
        ),
        ("response.in_progress", *HELLO_TYPES[1:]),
        [HELLO],
        {"E13"},
        "ProtocolError",
    ),
    Row(
        "E13",
        "a terminal event without response",
        sse(*HELLO_EVENTS[:-1], event("response.completed")),
        HELLO_TYPES,
        [HELLO],
        {"E13"},
        "ProtocolError",
        also={"status": "completed", "model": "x"},
    ),
    Row(
        "E14",
        "times as floats and in milliseconds, usage without details",
        sse(
            created(created_at=1756892755.0),
            *HELLO_EVENTS[1:-1],
            completed(
                HELLO, created_at=1756892755123, usage={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
            ),
        ),
        HELLO_TYPES,
        [HELLO],
        also={"created_at": 1756892755123, "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}},
    ),
    Row(
        "E15",
        "null where something is due",
        sse(
            created(output=None, usage=None),
            added(message(content=None)),
            part_added(),
            delta("Hello", logprobs=None, obfuscation=None),
            delta(None),
            text_done("Hello", logprobs=None),
            part_done("Hello"),
            item_done(message("Hello")),
            completed(HELLO),
        ),
        None,
        [HELLO],
    ),
    Row(
        "E16",
        "skeleton items without fields that the schema requires",
        sse(
            created(),
            added({"type": "web_search_call", "id": "w"}),
            event("response.web_search_call.searching", item_id="w", output_index=0),
            item_done({"type": "web_search_call", "id": "w"}),
            completed({"type": "web_search_call", "id": "w"}),
        ),
        None,
        [{"type": "web_search_call", "id": "w"}],
    ),
    Row(
        "E17",
        "the first delta already stands in content_part.added",
        sse(created(), added(), part_added("Hel"), delta("Hel"), delta("lo"), *closing("Hello")),
        None,
        [HELLO],
        {"R6"},
        "ProtocolError",
    ),
    Row(
        "E18",
        "a key twice: the last one wins",
        hello_with(raw('{"type": "acme:a", "type": "ping"}')),
        types_with("ping"),
        [HELLO],
        {"E18"},
        "ProtocolError",
    ),
    Row(
        "E19",
        "indexes and numbers that are none",
        sse(created(), added(), part_added())
        + frame(dumps(delta("Hello", content_index=-1, output_index="0", sequence_number=1.0))[:-1] + "}")
        + sse(*closing("Hello")),
        None,
        [HELLO],
        {"E6", "E19"},
        "ProtocolError",
    ),
]
