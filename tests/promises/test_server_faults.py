"""Faults F12-F20: what a server can do wrong in the events themselves, each in lenient and in strict."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import or_stream as ors
from tests.streams import wire
from tests.streams.answers import AGENT, HELLO
from tests.streams.script import events
from tests.transports.scripted_server import ScriptedServer


def stream_of(told: list[dict[str, Any]]) -> bytes:
    return wire.body(told)


def lenient(told: list[dict[str, Any]]) -> ors.Assembler:
    assembler = ors.Assembler()
    assembler.feed(stream_of(told))
    assembler.finish()
    return assembler


def strictly(told: list[dict[str, Any]]) -> ors.OrStreamError:
    assembler = ors.Assembler(strict=True)
    with pytest.raises(ors.OrStreamError) as caught:
        assembler.feed(stream_of(told))
        assembler.feed(b"")
        assembler.finish()
    return caught.value


def due(told: list[dict[str, Any]]) -> str:
    return lenient(told).output_text


@given(st.integers(1, 13), st.sampled_from(["gap", "repeat", "back"]))
def test_f12_sequence_numbers(at: int, how: str) -> None:
    told = [dict(event) for event in events(HELLO)]
    told[at]["sequence_number"] += {"gap": 5, "repeat": -1, "back": -at}[how]
    read = lenient(told)
    assert read.diagnostic_counts["E5"] >= 1
    assert (read.output_text, read.outcome) == (due(events(HELLO)), ors.Outcome.COMPLETED)
    assert isinstance(strictly(told), ors.SequenceError)
    for event in told:
        del event["sequence_number"]
    assert lenient(told).diagnostic_counts == {}


def test_f13_a_delta_for_an_item_never_added() -> None:
    delta = {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "lost?"}
    told = [*events(HELLO)[:2], {**delta, "item_id": "nobody", "sequence_number": 2}]
    read = lenient(told)
    assert read.output_text == "lost?"
    assert set(read.diagnostic_counts) & {"R1", "R3"}
    assert isinstance(strictly(told), ors.UnknownTargetError)


@pytest.mark.parametrize("index", [2**31, 2**53, 2**63, -1])
def test_f14_an_index_is_no_size(index: int) -> None:
    added = {
        "type": "response.output_item.added",
        "output_index": index,
        "item": {"type": "message", "id": "m", "role": "assistant", "status": "in_progress", "content": []},
    }
    assembler = ors.Assembler()
    assembler.feed(stream_of([*events(HELLO)[:2], added]))
    assert len(json.loads(assembler.snapshot_json())["output"]) == 1
    assert assembler.state_bytes < 64_000


def test_f15_without_output_index() -> None:
    told = [
        {key: value for key, value in event.items() if key not in ("output_index", "content_index")}
        for event in events(AGENT)
    ]
    read = lenient(told[:-1])
    assert read.output_text == due(events(AGENT)[:-1])
    assert read.diagnostic_counts["E6"] > 0
    assert isinstance(strictly(told), ors.UnknownTargetError)


def test_f16_the_first_terminal_event_counts() -> None:
    failed = {
        "type": "response.failed",
        "sequence_number": len(events(HELLO)),
        "response": {**events(HELLO)[-1]["response"]},
    }
    failed["response"] |= {"status": "failed", "output": []}
    told = [*events(HELLO), failed]
    read = lenient(told)
    assert (read.outcome, read.output_text) == (ors.Outcome.COMPLETED, due(events(HELLO)))
    assert read.diagnostic_counts["R11"] == 1
    assert isinstance(strictly(told), ors.LateEventError)


def test_f16_what_follows_is_drained_so_that_the_connection_serves_again() -> None:
    body = stream_of(events(HELLO)) + b"data: [DONE]\n\n: bye\n\n"
    with ScriptedServer() as server:
        url = server.script(lambda exchange: exchange.whole(body))
        import httpx2

        with httpx2.Client(limits=httpx2.Limits(max_connections=1)) as client:
            for _ in range(3):
                with ors.connect_sync(url, {"model": "m"}, client=client) as stream:
                    stream.until_done()
        assert server.connections == 1


def test_f17_done_has_the_last_word() -> None:
    told = json.loads(json.dumps(events(HELLO)).replace('are you today?"', 'were you?"'))
    deltas_say = "".join(event["delta"] for event in told if event["type"].endswith("text.delta"))
    read = lenient(told)
    assert read.output_text.endswith("were you?")
    assert deltas_say != read.output_text
    assert read.diagnostic_counts["R4"] >= 1
    assert isinstance(strictly(told), ors.MismatchError)


@pytest.mark.parametrize(
    "error",
    [
        {"type": "error", "error": {"type": "server_error", "code": "boom", "message": "broke", "param": None}},
        {"type": "error", "code": "boom", "message": "broke", "param": None},
    ],
    ids=["wrapped", "flat"],
)
def test_f18_an_error_event_is_told_and_then_raised(error: dict[str, Any]) -> None:
    seen: list[Any] = []
    told = [*events(HELLO)[:6], {**error, "sequence_number": 6}]
    with pytest.raises(ors.ServerStreamError, match="broke") as caught, ors.EventStream(stream_of(told)) as stream:
        seen.extend(stream)
    assert caught.value.partial is not None
    assert caught.value.partial.output_text
    assert caught.value.events_seen == 7
    told_last = list(ors.Decoder().feed(stream_of(told)))[-1]
    assert isinstance(told_last, ors.ErrorEvent)
    assert (told_last.code, told_last.message) == ("boom", "broke")


def test_f19_the_response_id_changes() -> None:
    told = json.loads(json.dumps(events(HELLO)))
    told[1]["response"]["id"] = "resp_other"
    read = lenient(told)
    assert read.diagnostic_counts["R12"] >= 1
    assert read.output_text == due(events(HELLO))
    assert isinstance(strictly(told), ors.ProtocolError)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html>502 Bad Gateway</html>", "text/html"),
        (b'{"choices":[]}', "application/json"),
        (b"plain words", "text/plain"),
    ],
)
def test_f20_no_event_stream_at_all(body: bytes, kind: str) -> None:
    with ScriptedServer() as server:
        url = server.script(lambda exchange: exchange.whole(body, 200, {"content-type": kind}))
        with pytest.raises(ors.TransportError) as caught, ors.connect_sync(url, {"model": "m"}) as stream:
            stream.until_done()
    assert caught.value.body[:10] == body[:10]
