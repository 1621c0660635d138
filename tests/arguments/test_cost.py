"""The cost of a delta does not grow with what came before it: every byte is parsed once."""

import json
import tracemalloc

import pytest

import or_stream as ors

TEXTS = {
    "one long string": json.dumps({"path": "/tmp/x", "content": "word of text\n" * 2000}),
    "many members": json.dumps({f"key_{n}": n for n in range(2000)}),
    "many elements": json.dumps([{"name": f"n{n}", "ok": True, "note": "é\\n"} for n in range(500)]),
    "one long number": "[" + "1" * 4000 + "]",
    "deep": '{"a":[' * 60 + "]}" * 60,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("size", [1, 5, 64])
def test_every_byte_is_parsed_once(text, size):
    arguments, pushed = ors.PartialArguments(), 0
    for at in range(0, len(text), size):
        arguments.push(text[at : at + size])
        pushed += len(text[at : at + size])
        _ = arguments.value
        assert arguments.bytes_parsed == pushed
    assert arguments.value == json.loads(text)


def test_reading_again_costs_nothing():
    arguments = ors.PartialArguments()
    arguments.push('{"a": "x')
    for _ in range(3):
        _ = arguments.value, arguments.text, arguments.is_complete, arguments.is_valid
    assert arguments.bytes_parsed == 8


def test_finished_values_are_not_touched_again():
    arguments = ors.PartialArguments()
    arguments.push('{"first": {"big": [1, 2, 3]}, "second": "')
    value, first = arguments.value, arguments.value["first"]
    for _ in range(100):
        arguments.push("word ")
        assert arguments.value is value
        assert value["first"] is first
    assert value["second"] == "word " * 100


@pytest.mark.parametrize("attribute", ["value", "text"])
@pytest.mark.parametrize("kept", [False, True], ids=["texts dropped", "texts kept"])
def test_a_long_string_is_copied_only_where_its_user_keeps_it(attribute, kept):
    size = 1_000_000
    arguments, last = ors.PartialArguments(), None

    def read():
        found = getattr(arguments, attribute)
        return found["a"] if attribute == "value" else found

    tracemalloc.start()
    try:
        arguments.push('{"a": "' + "x" * size)
        last = read() if kept else len(read())
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        for _ in range(20):
            arguments.push("word ")
            last = read() if kept else len(read())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    copies = (peak - before) // (size // 2)
    assert copies >= 1 if kept else copies == 0
    assert read().endswith("xword " + "word " * 19)
    assert last is not None
