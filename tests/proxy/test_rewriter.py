"""`Rewriter`: untouched bytes stay, and new words stand wherever the old ones were told."""

import json
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import or_stream as ors
from or_stream.proxy import Abort
from tests.streams import wire
from tests.streams.answers import AGENT, EVERYTHING, HELLO, function_call, message, reasoning, refusal, text
from tests.streams.profiles import SERVERS, Profile
from tests.streams.script import Answer, events, numbered

each_server = pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)

SECRET = "tulip-42"
MASK = "[gone]"
PHRASE = f"Before {SECRET}, between, {SECRET} and after."
SECRETS = Answer(
    (
        reasoning(f"They said {SECRET} twice: {SECRET}.", f"Think of {SECRET}."),
        message(text(PHRASE, 3), text(f"{SECRET}", 1)),
        message(refusal(f"I will not say {SECRET}."), id="msg_02"),
        function_call("f", json.dumps({"word": SECRET, "n": 1}), call_id="call_7"),
    )
)


def mask(text: str) -> str:
    return text.replace(SECRET, MASK)


def masking() -> ors.Rewriter:
    return ors.Rewriter().on_text(mask, hold=len(SECRET) - 1)


def through(rewriter: ors.Rewriter, chunks: list[bytes]) -> bytes:
    return b"".join([rewriter.feed(chunk) for chunk in chunks]) + rewriter.finish()


def strict(body: bytes) -> ors.Assembler:
    """Reads what the client gets as the contract has it; deltas, dones, items and response all agree."""
    assembler = ors.Assembler(strict=True)
    assembler.feed(body)
    assembler.finish()
    return assembler


def output(body: bytes) -> list[dict[str, Any]]:
    assembler = ors.Assembler()
    assembler.feed(body)
    assembler.finish()
    items: list[dict[str, Any]] = json.loads(assembler.snapshot_json())["output"]
    return items


@each_server
@pytest.mark.parametrize("size", [1, 7, 64, 5000])
def test_without_handlers_every_byte_stays(server: Profile, size: int) -> None:
    body = server.body(HELLO if size == 1 else EVERYTHING)
    assert through(ors.Rewriter(), wire.chunks(body, size)) == body


@each_server
def test_a_guardrail_with_nothing_to_do_changes_no_byte(server: Profile) -> None:
    body = server.body(EVERYTHING)
    assert through(ors.Rewriter().on_text(mask), wire.chunks(body, 100)) == body


@pytest.mark.parametrize("step", [1, 2, 3, 5, 50])
def test_a_phrase_that_is_cut_over_deltas_leaks_nowhere(step: int) -> None:
    answer = Answer(
        (
            reasoning(f"They said {SECRET} twice: {SECRET}.", f"Think of {SECRET}."),
            message(text(PHRASE, step), text(SECRET, step)),
            message(refusal(f"I will not say {SECRET}.", step), id="msg_02"),
            function_call("f", json.dumps({"word": SECRET, "n": 1})),
        )
    )
    body = wire.body(events(answer))
    told = through(masking(), wire.chunks(body, 333))
    assert SECRET.encode() not in told
    read = strict(told)
    assert read.outcome is ors.Outcome.COMPLETED
    due = json.loads(json.dumps(answer.response("completed")["output"]).replace(SECRET, MASK))
    for item, wanted in zip(json.loads(read.snapshot_json())["output"], due, strict=True):
        for member in ("content", "summary", "arguments"):
            assert without_logprobs(item.get(member)) == without_logprobs(wanted.get(member))
    # The deltas alone tell the same as the copies.
    before_end = told[: told.index(b"event: response.completed")]
    streamed = ors.Assembler(output_source="stream")
    streamed.feed(before_end)
    assert streamed.output_text == mask(PHRASE) + MASK


def without_logprobs(value: Any) -> Any:
    if isinstance(value, list):
        return [without_logprobs(entry) for entry in value]
    if isinstance(value, dict):
        return {key: without_logprobs(entry) for key, entry in value.items() if key != "logprobs"}
    return value


@each_server
def test_a_phrase_leaks_nowhere_whatever_the_server_does(server: Profile) -> None:
    body = server.body(SECRETS)
    assert SECRET.encode() in body
    told = through(masking(), wire.chunks(body, 200))
    assert SECRET.encode() not in told
    assert joined_deltas(told) == mask(joined_deltas(body))
    ends = ors.Assembler()
    ends.feed(told)
    assert ends.finish() is ors.Outcome.COMPLETED
    assert ends.output_text == mask(PHRASE) + MASK


def joined_deltas(body: bytes) -> str:
    """The output text by its deltas alone, in the order of their coming."""
    decoder = ors.Decoder()
    told = decoder.feed(body) + decoder.finish()
    return "".join(event.delta or "" for event in told if isinstance(event, ors.OutputTextDelta))


@settings(deadline=None)
@given(st.lists(st.integers(1, 300), max_size=15))
def test_cuts_change_nothing(sizes: list[int]) -> None:
    body = wire.body(events(SECRETS))
    pieces, at = [], 0
    for size in sizes:
        pieces.append(body[at : at + size])
        at += size
    assert through(masking(), [*pieces, body[at:]]) == through(masking(), [body])


def test_logprobs_of_changed_words_go_with_them() -> None:
    event = {
        "type": "response.output_text.delta",
        "item_id": "m",
        "output_index": 0,
        "content_index": 0,
        "delta": SECRET,
        "logprobs": [{"token": SECRET, "logprob": -0.1}],
        "obfuscation": "xxxx",
    }
    told = through(ors.Rewriter().on_text(mask), [b"data: " + json.dumps(event).encode() + b"\n\n"])
    assert json.loads(told.removeprefix(b"data: ")) == {
        **{key: value for key, value in event.items() if key != "obfuscation"},
        "delta": MASK,
        "logprobs": [],
    }


def test_numbers_stay_contiguous() -> None:
    body = wire.body(events(SECRETS))
    numbers = [event.sequence_number for event in ors.Decoder().feed(through(masking(), [body]))]
    assert numbers == list(range(len(numbers)))


def test_an_event_handler_keeps_replaces_drops_and_adds() -> None:
    seen: list[str] = []

    def keep(event: ors.Created) -> None:
        seen.append(event.type)

    rewriter = (
        ors.Rewriter()
        .on("response.created", keep)
        .on("response.in_progress", lambda event: [])
        .on("response.output_item.added", lambda event: [event.data, {"type": "acme:note", "text": "hi"}])
        .on("response.completed", lambda event: {**event.data, "acme": 1})
    )
    told = ors.Decoder().feed(through(rewriter, [wire.body(events(HELLO))]))
    assert seen == ["response.created"]
    assert [event.type for event in told][:3] == ["response.created", "response.output_item.added", "acme:note"]
    assert told[-1].data["acme"] == 1
    assert [event.sequence_number for event in told] == list(range(len(told)))


def test_a_delta_handler_reaches_the_copies_too() -> None:
    rewriter = ors.Rewriter().on("response.output_text.delta", lambda event: event.delta.upper())
    told = through(rewriter, [wire.body(events(HELLO))])
    assert strict(told).output_text == "HELLO, WORLD. HOW ARE YOU TODAY?"


def test_text_that_has_no_deltas_is_rewritten_too() -> None:
    body = b"".join(
        block for block in wire.blocks(events(SECRETS)) if b".delta" not in block and b"text.done" not in block
    )
    assert SECRET.encode() in body
    assert SECRET.encode() not in through(masking(), [body])


def test_citations_tell_the_words_too() -> None:
    citation = {"type": "url_citation", "url": "http://a.b", "title": f"On {SECRET}", "start_index": 0, "end_index": 3}
    place = {"item_id": "m", "output_index": 0, "content_index": 0}
    part = {"type": "output_text", "text": "Fine.", "annotations": [citation], "logprobs": []}
    body = wire.body(
        [
            {"type": "response.output_text.annotation.added", **place, "annotation_index": 0, "annotation": citation},
            {"type": "response.content_part.done", **place, "part": part},
        ]
    )
    told = through(masking(), [body])
    assert SECRET.encode() not in told
    assert told.count(f"On {MASK}".encode()) == 2
    assert b"Fine." in told


def test_texts_of_parts_that_run_at_once_are_told_apart() -> None:
    """Each with a look-behind of its own, whatever runs beside it."""
    words = [f"One {SECRET} is", f"{SECRET[:5]} two {SECRET}"]
    told = events(Answer((message(text(words[0], 1), text(words[1], 1)),)))
    deltas = [each for each in told if each["type"] == "response.output_text.delta"]
    at_once = [each for pair in zip_longest(*(of_part(deltas, index) for index in (0, 1))) for each in pair if each]
    begins = [each for each in told if each["type"].endswith((".created", "in_progress", ".added"))]
    ends = [each for each in told if each["type"].endswith((".done", ".completed"))]
    body = wire.body(numbered([*begins, *at_once, *ends])) + b"data: [DONE]\n\n"
    assert ors.check(body).findings == []
    out = through(masking(), [body])
    assert ors.check(out).findings == []
    assert SECRET.encode() not in out
    spoken = [event.data for event in ors.Decoder().feed(out) if event.type.endswith("text.delta")]
    for index, due in enumerate(words):
        assert "".join(each["delta"] for each in of_part(spoken, index)) == mask(due)


def of_part(deltas: list[dict[str, Any]], index: int) -> list[dict[str, Any]]:
    return [each for each in deltas if each["content_index"] == index]


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_whatever_a_server_puts_anywhere_is_no_failure(data: st.DataObject) -> None:
    odd = st.sampled_from([None, True, -1, 2**31, 1.5, "x", "", [], [1], {}, {"a": SECRET}, [SECRET]])
    blocks = []
    for event in data.draw(st.lists(st.sampled_from(events(EVERYTHING)), max_size=40)):
        name = data.draw(st.sampled_from([*event, "output_index", "item_id", "item", "part", "delta"]))
        changed = {**event, name: data.draw(odd)} if name != "type" else event
        blocks.append(b"data: " + json.dumps(changed).encode() + b"\n\n")
    rewriter = masking().on("response.output_item.added", lambda event: [event, {"type": "a:b"}])
    told = b"".join(map(rewriter.feed, blocks)) + rewriter.abort("a", "b")
    ors.Decoder().feed(told)


@pytest.mark.parametrize("phrase", [b"tulip-42", b"tulip\\u002d42", b"\\u0074ulip-42"])
def test_an_undecodable_event_with_the_phrase_is_dropped(phrase: bytes) -> None:
    bad, good = b"data: {%b\n\n" % phrase, b"data: {other \\u00e4 \\x \\, \\u\n\n"
    assert through(masking(), [bad, good]) == good


def test_several_events_in_one_block_become_blocks_where_one_changes_also_without_a_type() -> None:
    body = b'data: {"type":"response.output_text.delta","delta":"a"}\ndata: {"n":1}\n\n'
    told = through(ors.Rewriter().on("response.output_text.delta", lambda _: "b"), [body])
    assert told == (
        b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"b"}\n\n'
        b'data: {"n":1}\n\n'
    )


def test_several_events_in_one_block_stay_where_nothing_changes() -> None:
    block = b'data: {"type": "a.b", "n":1}\ndata: {"type":"a.b"}\nid: 7\n\n'
    assert through(ors.Rewriter(), [block]) == block
    assert through(masking(), [block]) == block


def test_the_event_itself_in_an_answer_means_untouched() -> None:
    answer = Answer((message(text("Hello there.", 3)),))
    body = wire.body(events(answer))
    rewriter = ors.Rewriter()
    for kind in {event.type for event in ors.Decoder().feed(body)}:
        rewriter.on(kind, lambda event: event)
    assert through(rewriter, [body]) == body
    twice = ors.Rewriter().on("response.created", lambda event: [event, event])
    assert [event.type for event in ors.Decoder().feed(through(twice, [body]))][:2] == ["response.created"] * 2


def test_what_handlers_were_given_stays_as_it_was() -> None:
    body = wire.body(events(SECRETS))
    kept: list[tuple[ors.Event, str]] = []

    def keep(event: ors.Event) -> None:
        kept.append((event, json.dumps(event.data)))

    rewriter = masking()
    for kind in {event.type for event in ors.Decoder().feed(body)}:
        rewriter.on(kind, keep)
    assert SECRET.encode() not in through(rewriter, [body])
    assert len(kept) > 10
    for event, data in kept:
        assert json.dumps(event.data) == data
        assert json.loads(event.raw) == event.data


def test_what_handlers_give_may_be_given_again() -> None:
    note = {"type": "acme:note", "text": "hi"}
    rewriter = ors.Rewriter().on("response.output_text.delta", lambda event: [event.data, note, note])
    told = ors.Decoder().feed(through(rewriter, [wire.body(events(HELLO))]))
    assert note == {"type": "acme:note", "text": "hi"}
    assert [event.sequence_number for event in told] == list(range(len(told)))


def test_the_text_of_a_response_is_rewritten_where_its_items_are_missing() -> None:
    response = {**SECRETS.response("completed"), "output": [], "output_text": PHRASE}
    body = wire.body([{"type": "response.completed", "sequence_number": 0, "response": response}])
    told = through(masking(), [body])
    assert SECRET.encode() not in told
    assert json.dumps(mask(PHRASE)).encode() in told


def test_an_approval_request_tells_arguments_too() -> None:
    item = {"type": "mcp_approval_request", "id": "a", "name": "f", "arguments": json.dumps({"word": SECRET})}
    body = wire.body([{"type": "response.output_item.done", "sequence_number": 0, "output_index": 0, "item": item}])
    assert SECRET.encode() not in through(masking(), [body])


@pytest.mark.parametrize("rest", [b"data: {", b'event: x\ndata: {"type":"x"}\n', b"da"])
def test_half_an_event_can_be_dropped_before_an_end_of_ours(rest: bytes) -> None:
    blocks = list(wire.blocks(events(HELLO)))
    rewriter = masking()
    told = rewriter.feed(b"".join(blocks[:6]) + rest)
    assert rewriter.unfinished_bytes == len(rest)
    assert rewriter.drop_unfinished() == rest
    told += rewriter.finish() + rewriter.abort("upstream_closed", "cut")
    assert strict(told).outcome is ors.Outcome.FAILED


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_ids_comments_and_line_ends_stay(end: str) -> None:
    delta = {"type": "response.output_text.delta", "delta": SECRET, "output_index": 0}
    block = f": hi{end}id: 7{end}event: {delta['type']}{end}data: {json.dumps(delta)}{end}retry: 5{end}{end}"
    told = through(ors.Rewriter().on_text(mask), [block.encode()])
    data = json.dumps({**delta, "delta": MASK}, separators=(",", ":"))
    assert told.decode() == f": hi{end}id: 7{end}event: {delta['type']}{end}data: {data}{end}retry: 5{end}{end}"


@pytest.mark.parametrize("answer", [HELLO, AGENT, SECRETS], ids=["hello", "agent", "secrets"])
def test_aborting_anywhere_is_a_conformant_end(answer: Answer) -> None:
    blocks = list(wire.blocks(events(answer)))
    for count in range(1, len(blocks) - 1):
        rewriter = masking()
        told = b"".join(rewriter.feed(block) for block in blocks[:count]) + rewriter.abort("content_filter", "no more")
        read = strict(told)
        assert read.outcome is ors.Outcome.FAILED, count
        final = read.get_final_response()
        assert final.error is not None
        assert (final.error.code, final.error.message) == ("content_filter", "no more")
        assert all(item["status"] != "in_progress" for item in final.to_dict()["output"] if "status" in item)
        assert SECRET.encode() not in told
        opened = told.count(b"event: response.output_item.added")
        assert told.count(b"event: response.output_item.done") == opened, count
        assert rewriter.feed(blocks[count]) == b""
        assert rewriter.finish() == b""


def test_aborting_before_anything_is_an_error_event() -> None:
    told = ors.Rewriter().abort("upstream_error", "nobody there")
    [event] = ors.Decoder().feed(told)
    assert isinstance(event, ors.ErrorEvent)
    assert told.endswith(b"data: [DONE]\n\n")


def test_aborting_after_the_end_says_nothing() -> None:
    rewriter = ors.Rewriter()
    rewriter.feed(wire.body(events(HELLO)))
    assert rewriter.abort("late", "too late") == b""


def test_what_is_held_goes_out_at_a_cut() -> None:
    body = wire.body(events(HELLO))
    cut = body[: body.index(b"event: response.output_text.done")]
    told = through(ors.Rewriter().on_text(str, hold=1000), [cut])
    assert joined_deltas(told) == "Hello, world. How are you today?"


async def later(event: Any) -> None:
    """A handler that nobody would await."""


@pytest.mark.parametrize(
    ("set_up", "error", "says"),
    [
        (lambda rewriter: rewriter.on_text(mask, hold=-1), ValueError, "hold must be 0 or more"),
        (lambda rewriter: rewriter.on_text(mask, hold=2.5), TypeError, "float"),
        (lambda rewriter: rewriter.on_text(mask, kinds=["text"]), ValueError, "'text' is no kind of text"),
        (lambda rewriter: rewriter.on_text(None), TypeError, "plain function"),
        (lambda rewriter: rewriter.on_text(later), TypeError, "plain function"),
        (lambda rewriter: rewriter.on("response.created", later), TypeError, "plain function"),
        (lambda rewriter: rewriter.on(ors.Created, str), TypeError, "as it is sent"),
        (lambda rewriter: rewriter.on("output_text.delta", str), ValueError, "is it 'response.output_text.delta'"),
        (lambda rewriter: rewriter.on("a:b", str).on("a:b", str), ValueError, "has a handler already"),
    ],
)
def test_bad_settings_are_refused_before_anything_leaks(set_up: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        set_up(ors.Rewriter())


def test_one_kind_of_text_may_be_named_alone() -> None:
    told = through(ors.Rewriter().on_text(mask, hold=7, kinds="refusal"), [wire.body(events(SECRETS))])
    [part] = output(told)[2]["content"]
    assert part["refusal"] == mask(f"I will not say {SECRET}.")
    assert SECRET in output(told)[1]["content"][0]["text"]


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (5, TypeError, "returned int"),
        (b"x", TypeError, "returned bytes"),
        (["a"], TypeError, "returned str"),
        ({"delta": "a"}, ValueError, "without a type"),
    ],
)
def test_an_answer_that_is_none_is_refused(answer: Any, error: type[Exception], says: str) -> None:
    rewriter = ors.Rewriter().on("response.output_text.delta", lambda _: answer)
    with pytest.raises(error, match=says):
        through(rewriter, [wire.body(events(HELLO))])


def test_text_is_an_answer_for_deltas_only() -> None:
    with pytest.raises(TypeError, match=r"response.created returned a str"):
        through(ors.Rewriter().on("response.created", lambda _: "x"), [wire.body(events(HELLO))])
    with pytest.raises(TypeError, match="returns the text to be told, a str, not NoneType"):
        through(ors.Rewriter().on_text(lambda _: None), [wire.body(events(HELLO))])  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize("step", [1, 3, 50])
def test_text_handlers_work_one_behind_the_other(step: int) -> None:
    """The first sees the server's words, whatever the second makes of them, and each has its own look-behind."""
    answer = Answer((message(text(PHRASE, step)),))
    rewriter = masking().on_text(str.upper).on_text(lambda words: words.replace("GONE]", "OFF]"), hold=4)
    told = through(rewriter, wire.chunks(wire.body(events(answer)), 100))
    assert SECRET.upper().encode() not in told
    assert strict(told).output_text == mask(PHRASE).upper().replace("GONE]", "OFF]")
    assert joined_deltas(told) == strict(told).output_text


def test_what_is_put_before_a_delta_stays_before_it() -> None:
    rewriter = ors.Rewriter().on(
        "response.output_text.delta", lambda event: [{"type": "a:b"}, event.data, {"type": "c:d"}]
    )
    told = [event.type for event in ors.Decoder().feed(through(rewriter, [wire.body(events(HELLO))]))]
    at = told.index("response.output_text.delta")
    assert told[at - 1 : at + 2] == ["a:b", "response.output_text.delta", "c:d"]


def test_a_rewriter_is_for_one_stream_and_gives_others_for_more() -> None:
    body = wire.body(events(SECRETS))
    rules = masking()
    told = through(rules.fresh(), [body])
    assert SECRET.encode() not in told
    assert through(rules.fresh(), [body]) == told == through(rules, [body])
    with pytest.raises(ValueError, match="fresh"):
        rules.feed(body)
    rules.on("response.created", lambda _: [])
    assert through(rules.fresh(), [body]) != told


def stops_at(word: str) -> Callable[[str], str]:
    """A guardrail that wants no more of a stream that says a word."""

    def stop(words: str) -> str:
        if word in words:
            raise Abort("content_filter", "no more of this")
        return words

    return stop


@pytest.mark.parametrize("size", [1, 40, 1 << 20])
@pytest.mark.parametrize("step", [1, 3, 50])
def test_a_handler_ends_the_stream(size: int, step: int) -> None:
    """What came before goes out, what is held back does not, and the end is conformant."""
    body = wire.body(events(Answer((message(text(PHRASE, step)),))))
    rewriter = ors.Rewriter().on_text(stops_at(SECRET), hold=len(SECRET) - 1)
    told = b"".join(map(rewriter.feed, wire.chunks(body, size)))
    assert rewriter.is_aborted
    assert rewriter.finish() == rewriter.abort("late", "late") == b""
    assert SECRET.encode() not in told
    assert (ors.check(told).findings, ors.check(told).outcome) == ([], ors.Outcome.FAILED)
    error = strict(told).get_final_response().error
    assert error is not None
    assert (error.code, error.message) == ("content_filter", "no more of this")
    assert PHRASE.startswith(joined_deltas(told))


def test_a_handler_ends_the_stream_at_its_last_words() -> None:
    """The words that are seen only when the body ends."""
    body = wire.body(events(Answer((message(text("All is well.", 50)),))))
    rewriter = ors.Rewriter().on_text(str.upper, hold=99).on_text(stops_at("WELL"))
    cut = body[: body.index(b"event: response.output_text.done")]
    told = rewriter.feed(cut) + rewriter.finish()
    assert b"WELL" not in told
    assert (ors.check(told).findings, ors.check(told).outcome) == ([], ors.Outcome.FAILED)


def test_what_came_before_a_failure_is_given_with_the_end() -> None:
    body = wire.body(events(HELLO))

    def fail(event: Any) -> None:
        raise ZeroDivisionError

    rewriter = ors.Rewriter().on("response.output_text.done", fail)
    with pytest.raises(ZeroDivisionError):
        rewriter.feed(body)
    told = rewriter.abort("broken", "it broke")
    assert told.startswith(body[: body.index(b"event: response.output_text.done")])
    assert (ors.check(told).findings, ors.check(told).outcome) == ([], ors.Outcome.FAILED)
    limited = ors.Rewriter(limits=ors.Limits(max_event_bytes=2000))
    with pytest.raises(ors.LimitExceeded):
        limited.feed(body[: body.index(b"event: response.output_text.done")] + b"data: " + b"x" * 3000)
    assert limited.abort("broken", "it broke").startswith(body[: body.index(b"event: response.output_text.done")])


RECORDINGS = sorted((Path(__file__).parents[3] / "shared/corpus").glob("**/responses/*.sse"))


@pytest.mark.skipif(not RECORDINGS, reason="the recorded corpus is not here")
def test_recordings_pass_untouched_and_lose_a_common_word_everywhere() -> None:
    for path in RECORDINGS:
        body = path.read_bytes()
        assert through(ors.Rewriter(), wire.chunks(body, 1000)) == body, path.name
        rewriter = ors.Rewriter().on_text(lambda text: text.replace(" the ", " THE "), hold=4)
        told = through(rewriter, wire.chunks(body, 1000))
        assert " the " not in text_of(told), path.name
        assert text_of(told).lower() == text_of(body).lower(), path.name


def text_of(body: bytes) -> str:
    assembler = ors.Assembler()
    assembler.feed(body)
    assembler.finish()
    return assembler.output_text
