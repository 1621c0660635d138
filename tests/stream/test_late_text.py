"""Output text that no delta brought: `text_deltas()` gives it once, when it is told (rule R9)."""

from collections.abc import AsyncIterator, Iterable

import anyio
import pytest
from tests.conformance.rows import (
    HELLO,
    HELLO_EVENTS,
    OPENING,
    added,
    completed,
    created,
    delta,
    event,
    item_done,
    message,
    open_with,
    part,
    part_added,
    part_done,
    sse,
    text_done,
)
from tests.streams.wire import Dialect

from or_stream import AsyncEventStream, EventStream, ReadAhead, ServerStreamError

TWO_PARTS = message("Hello") | {"content": [part("Hello"), part(" you")]}
THINKING = {"type": "reasoning", "id": "q", "summary": [], "content": [{"type": "output_text", "text": "hm"}]}


def pieces(*told: dict[str, object]) -> list[str]:
    body = sse(*told)
    with EventStream([body[place : place + 7] for place in range(0, len(body), 7)]) as stream:
        return list(stream.text_deltas())


TELLINGS: list[tuple[str, Iterable[dict[str, object]], list[str]]] = [
    ("deltas", HELLO_EVENTS, ["Hel", "lo"]),
    ("text done", (*OPENING, text_done("Hello"), part_done("Hello"), item_done(HELLO), completed(HELLO)), ["Hello"]),
    ("part done", (*OPENING, part_done("Hello"), item_done(HELLO), completed(HELLO)), ["Hello"]),
    ("item done", (created(), added(), item_done(HELLO), completed(HELLO)), ["Hello"]),
    ("item done, never added", (created(), item_done(HELLO), completed(HELLO)), ["Hello"]),
    ("terminal", (created(), completed(HELLO)), ["Hello"]),
    ("terminal of an announced item", (*OPENING, completed(HELLO)), ["Hello"]),
    ("done, then a delta", (*OPENING, text_done("Hel"), delta("lo"), completed(HELLO)), ["Hel", "lo"]),
    ("another text is no late text", (*OPENING, delta("Hello"), completed(message("Goodbye"))), ["Hello"]),
    (
        "one part by deltas, one by the item",
        (*OPENING, delta("Hello"), text_done("Hello"), item_done(TWO_PARTS), completed(TWO_PARTS)),
        ["Hello", " you"],
    ),
    (
        "one item by deltas, one by the terminal",
        (*OPENING, delta("Hello"), item_done(HELLO), completed(HELLO, message(" you", id="n"))),
        ["Hello", " you"],
    ),
    (
        "one item done without deltas before one with",
        (
            created(),
            added(),
            item_done(HELLO),
            added(message(id="n"), output_index=1),
            part_added(item_id="n", output_index=1),
            delta(" you", item_id="n", output_index=1),
            completed(HELLO, message(" you", id="n")),
        ),
        ["Hello", " you"],
    ),
    (
        "deltas without text",
        (*OPENING, delta(""), text_done("Hello"), part_done("Hello"), item_done(HELLO), completed(HELLO)),
        ["Hello"],
    ),
    (
        "the rest in the text's done event",
        (*OPENING, delta("Hel"), text_done("Hello"), part_done("Hello"), item_done(HELLO), completed(HELLO)),
        ["Hel", "lo"],
    ),
    ("the rest in the part's", (*OPENING, delta("Hel"), part_done("Hello"), completed(HELLO)), ["Hel", "lo"]),
    ("the rest in the item's", (*OPENING, delta("Hel"), item_done(HELLO), completed(HELLO)), ["Hel", "lo"]),
    ("the rest in the terminal", (*OPENING, delta("Hel"), completed(HELLO)), ["Hel", "lo"]),
    (
        "the rest once",
        (*OPENING, delta("Hel"), text_done("Hell"), item_done(HELLO), completed(HELLO)),
        ["Hel", "l", "o"],
    ),
    (
        "deltas of an item announced without a type",
        (created(), added({"id": "m"}), delta("Hel"), delta("lo"), completed(HELLO)),
        ["Hel", "lo"],
    ),
    (
        "only the announcement",
        (created(), added(), part_added("Hello"), completed(HELLO)),
        ["Hello"],
    ),
    (
        "an announcement that the deltas repeat",
        (created(), added(), part_added("Hel"), delta("Hel"), delta("lo"), text_done("Hello"), completed(HELLO)),
        ["Hel", "lo"],
    ),
    (
        "content that is a text",
        (*OPENING, delta("Hello"), completed(HELLO | {"content": "Hello"})),
        ["Hello"],
    ),
    (
        "an announcement that the deltas go on from",
        (created(), added(), part_added("Hel"), delta("lo"), delta("!"), text_done("Hello!"), completed()),
        ["Hello", "!"],
    ),
    (
        "an item's announcement that the deltas go on from",
        (created(), added(open_with("Hel")), delta("lo"), item_done(HELLO), completed(HELLO)),
        ["Hello"],
    ),
    (
        "an announcement that the deltas repeat letter by letter",
        (created(), added(), part_added("He"), delta("H"), delta("e"), delta("llo"), completed(HELLO)),
        ["H", "e", "llo"],
    ),
    ("content that is a text, in the terminal alone", (created(), completed(HELLO | {"content": "Hello"})), ["Hello"]),
    (
        "content that is a text, twice",
        (created(), item_done(HELLO | {"content": "Hello"}), completed(HELLO | {"content": "Hello", "x": 1})),
        ["Hello"],
    ),
    ("reasoning is no output text", (created(), item_done(THINKING), completed(THINKING)), []),
]


@pytest.mark.parametrize(("told", "due"), [row[1:] for row in TELLINGS], ids=[row[0] for row in TELLINGS])
def test_text_is_told_once(told: tuple[dict[str, object], ...], due: list[str]) -> None:
    assert pieces(*told) == due


@pytest.mark.parametrize("status", [429, None, "429", True])
def test_error_status_is_that_of_the_event(status: object) -> None:
    failing = event("error", status=status, error={"code": "c", "message": "m"})
    with EventStream([sse(created(), failing)]) as stream, pytest.raises(ServerStreamError) as caught:
        stream.get_final_response()
    assert caught.value.status == (429 if status == 429 else None)


SMILE = "\U0001f642"
HALVES = [delta("Hi \ud83d"), delta("\ude42!")]
CUT_ENDS = [
    ("deltas", [*HALVES, completed()], ["Hi ", f"{SMILE}!"]),
    ("told again", [*HALVES, text_done(f"Hi {SMILE}!"), completed(message(f"Hi {SMILE}!"))], ["Hi ", f"{SMILE}!"]),
    ("another id for each", [HALVES[0], delta("\ude42!", item_id="x"), completed()], ["Hi ", f"{SMILE}!"]),
    ("a half alone", [HALVES[0], delta("x"), completed()], ["Hi ", "\ufffdx"]),
    ("a half within a delta", [delta("a\ud83db"), completed()], ["a\ufffdb"]),
    ("U+FFFD itself", [delta("a\ufffd"), delta("b"), completed()], ["a\ufffd", "b"]),
    ("only halves", [delta("\ud83d"), delta("\ude42"), completed()], [SMILE]),
    ("the rest by the done", [HALVES[0], text_done(f"Hi {SMILE}"), completed()], ["Hi ", SMILE]),
    ("all by the done", [delta("\ud83d"), text_done(SMILE), completed()], [SMILE]),
    ("the rest by the item", [HALVES[0], item_done(message(f"Hi {SMILE}")), completed()], ["Hi ", SMILE]),
    ("a half at the end of a part", [HALVES[0], part_done("Hi \ufffd"), completed()], ["Hi ", "\ufffd"]),
    ("a half at the end", [HALVES[0], completed()], ["Hi ", "\ufffd"]),
]


@pytest.mark.parametrize("coalesced", [False, True])
@pytest.mark.parametrize(("told", "due"), [row[1:] for row in CUT_ENDS], ids=[row[0] for row in CUT_ENDS])
def test_a_character_cut_into_two_deltas_is_told_whole(
    told: list[dict[str, object]], due: list[str], coalesced: bool
) -> None:
    """Rule E3: what is printed piece by piece is what `output_text` says."""
    body = sse(*OPENING, *told, dialect=Dialect(ascii=True))
    with EventStream([body]) as stream:
        assert list(stream.text_deltas()) == due
        assert stream.output_text == "".join(due)
    assert anyio.run(joined, body, coalesced) == "".join(due)


async def joined(body: bytes, coalesced: bool) -> str:
    """The same text over the asynchronous stream, neighbouring deltas merged or not."""

    async def chunks() -> AsyncIterator[bytes]:
        yield body

    ahead = ReadAhead() if coalesced else None
    async with AsyncEventStream(chunks(), read_ahead=ahead, coalesce=coalesced) as stream:
        return "".join([text async for text in stream.text_deltas()])
