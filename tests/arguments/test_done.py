"""Arguments told twice: in deltas, and in full by their done event (rule R4)."""

import pytest

import or_stream as ors


def streamed(*deltas):
    arguments = ors.PartialArguments()
    for delta in deltas:
        arguments.push(delta)
        _ = arguments.value
    return arguments


def test_the_same_text_changes_nothing():
    arguments = streamed('{"a"', ": 1}")
    value = arguments.value
    arguments.done('{"a": 1}')
    assert arguments.value is value
    assert arguments.bytes_parsed == 8


def test_a_longer_text_is_read_on():
    arguments = streamed('{"a": "x')
    value = arguments.value
    arguments.done('{"a": "xy"}')
    assert arguments.value is value
    assert (value, arguments.is_complete, arguments.bytes_parsed) == ({"a": "xy"}, True, 11)


@pytest.mark.parametrize("full", ["", "{", '{"a"'])
def test_a_shorter_text_is_no_better_one(full):
    arguments = streamed('{"a": 1}')
    arguments.done(full)
    assert (arguments.value, arguments.is_complete, arguments.bytes_parsed) == ({"a": 1}, True, 8)


@pytest.mark.parametrize(
    "deltas",
    [["{}"], ["{}", '{"path": "x"}'], ["{}", '{"pa', 'th": "x"}'], ["nonsense"], ['{"path": "y"}'], ['{"path": "x", ']],
)
def test_another_text_is_parsed_anew_and_once(deltas):
    """One server sends `{}` as the first delta, then the whole object."""
    arguments = streamed(*deltas)
    before, parsed, text = arguments.value, arguments.bytes_parsed, arguments.text
    frozen = repr(before)
    arguments.done('{"path": "x"}')
    assert (arguments.value, arguments.text) == ({"path": "x"}, '{"path": "x"}')
    assert (arguments.is_complete, arguments.is_valid, arguments.reason, arguments.offset) == (True, True, None, None)
    assert arguments.bytes_parsed == parsed + 13
    assert text == "".join(deltas)
    assert repr(before) == frozen, "the value of the replaced text stays with whoever holds it"


def test_done_is_not_a_lock():
    arguments = streamed('{"a": ')
    arguments.done('{"a": ')
    assert (arguments.is_valid, arguments.is_complete) == (False, False)
    assert (arguments.reason, arguments.offset) == ("the JSON text stops too early", 6)
    arguments.push("1}")
    assert (arguments.value, arguments.is_valid, arguments.is_complete) == ({"a": 1}, True, True)


def test_a_number_that_is_the_whole_text_is_known_at_its_end():
    arguments = streamed("12")
    assert arguments.value is None
    arguments.done("12")
    assert (arguments.value, arguments.is_complete) == (12, True)
    arguments.push("3 ")
    assert (arguments.value, arguments.is_complete) == (123, True)


def test_done_alone_is_enough():
    arguments = ors.PartialArguments()
    arguments.done('{"a": [1]}')
    assert (arguments.value, arguments.is_complete) == ({"a": [1]}, True)
