"""`Assembler.arguments`: the same view, fed by what the assembler folds."""

import gc
import json
import threading

import pytest

import or_stream as ors

CALL = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "write_file", "arguments": ""}


def added(item=CALL, index=0):
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def delta(text, item_id="fc_1", index=0, kind="function_call_arguments"):
    return {"type": f"response.{kind}.delta", "item_id": item_id, "output_index": index, "delta": text}


def done(text):
    return {
        "type": "response.function_call_arguments.done",
        "item_id": "fc_1",
        "output_index": 0,
        "arguments": text,
    }


def item_done(arguments, index=0):
    item = {**CALL, "arguments": arguments, "status": "completed"}
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def completed(*items):
    return {"type": "response.completed", "response": {"id": "resp_1", "status": "completed", "output": list(items)}}


def sse(event):
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def fed(*events):
    assembler = ors.Assembler()
    for event in events:
        assembler.feed(sse(event))
    return assembler


def test_it_follows_the_stream_by_call_id_or_item_id():
    assembler = fed(added())
    by_call, by_item = assembler.arguments("call_1"), assembler.arguments("fc_1")
    assert (by_call.value, by_call.text, by_call.is_complete, by_call.is_valid) == (None, "", False, True)
    for piece in ['{"path": "/tm', 'p/a", "content": "li', 'ne\\n"', "}"]:
        assembler.feed(sse(delta(piece)))
    assert by_call.value == {"path": "/tmp/a", "content": "line\n"}
    assert by_item.value is by_call.value
    assert (by_call.is_complete, by_call.text) == (True, '{"path": "/tmp/a", "content": "line\\n"}')


@pytest.mark.parametrize("way", ["feed", "decode", "push", "feed_message"])
def test_however_the_events_come(way):
    assembler, decoder = fed(added()), ors.Decoder()
    view = assembler.arguments("call_1")
    for piece in ['{"a"', ": [1", ", 2]}"]:
        event = delta(piece)
        if way == "push":
            assembler.push(decoder.feed_message(json.dumps(event))[0])
        elif way == "feed_message":
            assembler.feed_message(json.dumps(event))
        else:
            getattr(assembler, way)(sse(event))
        _ = view.value
    assert view.value == {"a": [1, 2]}


def test_nothing_is_parsed_before_somebody_asks_nor_twice():
    text = json.dumps({"content": "x" * 1000})
    assembler = fed(added(), *(delta(text[at : at + 5]) for at in range(0, len(text), 5)))
    idle = assembler.state_bytes
    view = assembler.arguments("call_1")
    assert assembler.state_bytes - idle < 1000, "not even its text is copied"
    assert view.value == json.loads(text)
    again = assembler.arguments("fc_1")
    assert (again.value, again.text, again.bytes_parsed) == (view.value, text, len(text))
    assembler.feed(sse(done(text)))
    assembler.feed(sse(item_done(text)))
    assembler.feed(sse(completed({**CALL, "arguments": text})))
    assert (view.value, view.bytes_parsed) == (json.loads(text), len(text))


def test_parallel_calls_grow_side_by_side():
    second = {**CALL, "id": "fc_2", "call_id": "call_2"}
    assembler = fed(added(), added(second, 1))
    views = assembler.arguments("call_1"), assembler.arguments("call_2")
    for first, other in zip('{"a": 1}', '{"b": 2}', strict=True):
        assembler.feed(sse(delta(first)) + sse(delta(other, "fc_2", 1)))
        _ = views[0].value, views[1].value
    assert (views[0].value, views[1].value) == ({"a": 1}, {"b": 2})


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("mcp_call_arguments", {"type": "mcp_call", "id": "mcp_1", "name": "f", "arguments": ""}),
        ("custom_tool_call_input", {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_9", "input": ""}),
    ],
)
def test_calls_of_other_kinds(kind, item):
    assembler = fed(added(item))
    view = assembler.arguments(item["id"])
    assembler.feed(sse(delta('{"a": "x', item["id"], kind=kind)))
    assert view.value == {"a": "x"}


def test_custom_input_is_free_text():
    item = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_9", "input": ""}
    assembler = fed(added(item), delta("*** Begin ", "ctc_1", kind="custom_tool_call_input"))
    view = assembler.arguments("call_9")
    assert (view.text, view.value, view.is_valid) == ("*** Begin ", None, False)
    assembler.feed(sse(delta("Patch", "ctc_1", kind="custom_tool_call_input")))
    assert view.text == "*** Begin Patch"


def test_a_server_that_sends_an_empty_object_first():
    assembler = fed(added(), delta("{}"))
    view = assembler.arguments("call_1")
    assert view.value == {}
    for piece in ('{"path": ', '"x"}'):
        assembler.feed(sse(delta(piece)))
        assert (view.value, view.is_valid) == ({}, False)
    assembler.feed(sse(done('{"path": "x"}')))
    assert (view.value, view.is_valid, view.is_complete, view.text) == ({"path": "x"}, True, True, '{"path": "x"}')
    assert view.bytes_parsed == 2 + len('{"path": ') + len('"x"}') + 13


@pytest.mark.parametrize(
    "events",
    [
        [added({**CALL, "arguments": '{"a": 1}'})],
        [added(), done('{"a": 1}')],
        [added(), item_done('{"a": 1}')],
        [item_done('{"a": 1}')],
        [added(), delta('{"a": 0}'), item_done('{"a": 1}')],
        [added(), delta('{"a": 0}'), completed({**CALL, "arguments": '{"a": 1}'})],
        [completed({**CALL, "arguments": '{"a": 1}'})],
        [delta('{"a": 1}'), added()],
    ],
)
def test_wherever_the_server_tells_them(events):
    view = fed(*events).arguments("fc_1")
    assert (view.value, view.is_complete) == ({"a": 1}, True)


def test_a_call_that_the_server_gave_up():
    assembler = fed(added(), delta('{"path": "/tmp'))
    view = assembler.arguments("call_1")
    assert view.is_valid
    assembler.feed(sse(item_done('{"path": "/tmp')))
    assert (view.value, view.is_complete, view.is_valid) == ({"path": "/tmp"}, False, False)
    assert (view.reason, view.offset) == ("the JSON text stops too early", 14)


def test_a_cut_stream_leaves_what_was_told():
    assembler = fed(added(), delta('{"path": "/tmp'))
    assembler.finish()
    view = assembler.arguments("call_1")
    assert (view.value, view.is_complete, view.is_valid) == ({"path": "/tmp"}, False, True)


def test_surrogate_halves_join_over_two_events():
    assembler = fed(added(), delta('{"a": "'))
    view = assembler.arguments("call_1")
    for half in ("\\ud83d", "\\ude00"):
        raw = json.dumps(delta("HALF")).replace("HALF", half)
        assembler.feed(f"data: {raw}\n\n".encode())
    assert view.value == {"a": "😀"}


def test_an_unknown_id_names_the_known_ones():
    with pytest.raises(KeyError, match="no tool call 'call_7'; none has begun"):
        fed().arguments("call_7")
    calls = [added({**CALL, "id": f"fc_{n}", "call_id": f"call_{n}" + "x" * 100}, n) for n in range(20)]
    with pytest.raises(KeyError, match=r"known are 'call_0x+', .* and 12 more") as error:
        fed(*calls).arguments("y" * 10_000)
    assert len(str(error.value)) < 1000


def test_only_its_own_text_can_be_pushed():
    view = fed(added()).arguments("call_1")
    for change in (view.push, view.done):
        with pytest.raises(TypeError, match="grow with their assembler"):
            change("{}")


def test_a_view_of_a_stream_that_is_gone_stays_as_it_was():
    assembler = fed(added(), delta('{"a": "x'))
    view = assembler.arguments("call_1")
    _ = view.value
    assembler.reset()
    with pytest.raises(KeyError):
        assembler.arguments("call_1")
    assembler.feed(sse(added()) + sse(delta('{"b": 1}')))
    assert (view.value, view.text) == ({"a": "x"}, '{"a": "x')
    assert assembler.arguments("call_1").value == {"b": 1}
    del assembler
    assert view.value == {"a": "x"}


def test_a_view_keeps_its_assembler_but_no_cycle():
    class Mine(ors.Assembler):
        pass

    assembler = Mine()
    assembler.feed(sse(added()))
    assembler.view = assembler.arguments("call_1")
    gone = threading.Event()
    assembler.witness = type("Witness", (), {"__del__": lambda _: gone.set()})()
    del assembler
    gc.collect()
    assert gone.is_set()
