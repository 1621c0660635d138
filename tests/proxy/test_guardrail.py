"""A guardrail leaks its phrase nowhere: every text, every way of cutting the phrase over deltas, every escape."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import or_stream as ors
from tests.streams import wire
from tests.streams.answers import custom_tool_call, function_call, mcp_call, message, reasoning, refusal, text
from tests.streams.script import Answer, Event, Item, events, numbered
from tests.transports.scripted_server import Exchange, ScriptedServer, eventually

from .clients import fetch
from .gateways import gateway

# No other text of a stream has these letters, so that each of them can be escaped wherever it stands.
PHRASE = "QZJXKWY"
MASK = "[gone]"
WIRE = replace(wire.OPENAI, done=True)


@dataclass(frozen=True)
class Told:
    """One place in which a model tells a text, and which contract has it."""

    name: str
    item: Callable[[str], Item]
    profile: Any = "open-responses"

    def body(self, words: str, sizes: Sequence[int]) -> bytes:
        """The stream of an answer with this text, its deltas cut into pieces of these sizes, again and again."""
        answer = Answer((message(text("Before."), id="msg_00"), self.item(words)))
        return wire.body(recut(events(answer), sizes), WIRE)


TOLD = (
    Told("text", lambda words: message(text(words, 1, logprobs=True))),
    Told("refusal", lambda words: message(refusal(words, 1))),
    Told("reasoning", reasoning),
    Told("summary", lambda words: reasoning(summary=words)),
    Told("arguments", lambda words: function_call("f", json.dumps({"word": words}))),
    Told("mcp", lambda words: mcp_call("f", json.dumps({"word": words})), "openai"),
    Told("custom", lambda words: custom_tool_call("f", words), "openai"),
)
each_text = pytest.mark.parametrize("told", TOLD, ids=lambda told: told.name)


def recut(told: list[Event], sizes: Sequence[int]) -> list[Event]:
    """The same texts in other deltas."""
    cut: list[Event] = []
    for (kind, _), group in groupby(told, lambda event: (event["type"], event.get("output_index"))):
        run = list(group)
        cut += run if not kind.endswith(".delta") else pieces(run, sizes)
    return numbered(cut)


def pieces(run: list[Event], sizes: Sequence[int]) -> Iterator[Event]:
    words, at = "".join(event["delta"] for event in run), 0
    while at < len(words):
        size = sizes[0]
        sizes = [*sizes[1:], size]
        yield {**run[0], "delta": words[at : at + size]}
        at += size


def escaped(body: bytes, letters: str = PHRASE) -> bytes:
    """The same stream with these letters as `\\uXXXX`."""
    for letter in letters:
        body = body.replace(letter.encode(), b"\\u%04X" % ord(letter))
    return body


def guarded(chunks: Sequence[bytes]) -> bytes:
    rewriter = masking()
    return b"".join(map(rewriter.feed, chunks)) + rewriter.finish()


def masking() -> ors.Rewriter:
    return ors.Rewriter().on_text(lambda words: words.replace(PHRASE, MASK), hold=len(PHRASE) - 1)


def strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from strings(entry)


def judge(told: Told, body: bytes, words: str) -> None:
    """The phrase is nowhere, the mask stands where it was, and the stream is conformant."""
    assert PHRASE.encode() not in body
    assert escaped(PHRASE.encode()) not in body
    seen = ors.Decoder().feed(body)
    assert not [text for event in seen for text in strings(event.data) if PHRASE in text]
    deltas = "".join(event.data["delta"] for event in seen if event.type.endswith(".delta"))
    assert PHRASE not in deltas
    masked = words.replace(PHRASE, MASK)
    if told.name in {"arguments", "mcp"}:
        masked = json.dumps({"word": masked})
    assert masked in deltas
    assert masked in list(strings(seen[-1].data))
    report = ors.check(body, profile=told.profile)
    assert report.findings == []


def ways(word: str) -> Iterator[list[int]]:
    """The sizes of the pieces in every way of cutting a word."""
    for mask in range(1 << (len(word) - 1)):
        cuts = [at + 1 for at in range(len(word) - 1) if mask >> at & 1]
        yield [end - start for start, end in zip([0, *cuts], [*cuts, len(word)], strict=True)]


@each_text
def test_the_source_of_these_tests_is_conformant_and_has_the_phrase(told: Told) -> None:
    body = told.body(f"a {PHRASE} b", [3])
    assert body.count(PHRASE.encode()) > 1
    assert ors.check(body, profile=told.profile).findings == []
    assert ors.check(escaped(body), profile=told.profile).findings == []


@each_text
@pytest.mark.parametrize("write", [bytes, escaped], ids=["plain", "escaped"])
def test_a_phrase_in_every_cut_leaks_nowhere(told: Told, write: Callable[[bytes], bytes]) -> None:
    lead = len('{"word": "') if told.name in {"arguments", "mcp"} else 0
    for sizes in ways(PHRASE):
        body = write(told.body(PHRASE, [lead, *sizes, 99] if lead else sizes))
        judge(told, guarded([body]), PHRASE)


@settings(deadline=None, max_examples=60)
@given(
    told=st.sampled_from(TOLD),
    words=st.lists(st.sampled_from([PHRASE, PHRASE[:-1], PHRASE[1:], " and ", "ü日🙂", "Q"]), min_size=1, max_size=9),
    sizes=st.lists(st.integers(1, 12), min_size=1, max_size=9),
    letters=st.sets(st.sampled_from(PHRASE)),
    chunk=st.integers(40, 4000),
)
def test_any_text_in_any_cut_and_any_escape_leaks_nowhere(
    told: Told, words: list[str], sizes: list[int], letters: set[str], chunk: int
) -> None:
    spoken = "".join(words)
    body = escaped(told.body(spoken, sizes), "".join(letters))
    judge(told, guarded(wire.chunks(body, chunk)), spoken)


@each_text
def test_the_phrase_leaks_through_no_relay(told: Told, upstream: ScriptedServer) -> None:
    def script(exchange: Exchange) -> None:
        exchange.chunked(*wire.chunks(body, 100))
        exchange.end()

    words = f"He said {PHRASE}, she said {PHRASE}."
    body = told.body(words, [1, 4, 2])
    with gateway("asgi-uvicorn", upstream.script(script), rewriter=masking()) as (own, ends):
        judge(told, fetch(own).content, words)
        eventually(lambda: ends)
    assert ends[0].outcome is ors.Outcome.COMPLETED


@each_text
@pytest.mark.parametrize("end", ["close", "reset"])
def test_the_phrase_leaks_at_no_break(told: Told, end: str, upstream: ScriptedServer) -> None:
    """The server breaks off behind every event."""

    def script(exchange: Exchange) -> None:
        exchange.chunked(b"".join(blocks[: cut[0]]))
        exchange.end() if end == "close" else exchange.reset()

    blocks = told.body(f"He said {PHRASE}.", [3]).split(b"\n\n")
    blocks = [block + b"\n\n" for block in blocks if block]
    cut = [0]
    url = upstream.script(script)
    with gateway("starlette-uvicorn", url, each=lambda: {"rewriter": masking()}) as (own, ends):
        for cut[0] in range(1, len(blocks) - 2):
            body = fetch(own).content
            assert PHRASE.encode() not in body
            assert PHRASE not in "".join(
                event.data["delta"] for event in ors.Decoder().feed(body) if "delta" in event.data
            )
            report = ors.check(body, profile=told.profile)
            assert report.findings == [], (cut, body[-600:])
            assert report.outcome is ors.Outcome.FAILED
        eventually(lambda: len(ends) == len(blocks) - 3)
