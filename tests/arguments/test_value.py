"""The value of a text that is still being told: any cut, any content, nothing shown before it is certain."""

import copy
import gc
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

import or_stream as ors

TEXT = st.text(st.characters(codec="utf-8"), max_size=12) | st.text('ab"\\/\n\té漢😀', max_size=12)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)


def values(leaves):
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
        max_leaves=20,
    )


VALUES = values(st.none() | st.booleans() | TEXT | NUMBERS)


def pushed(*deltas):
    arguments = ors.PartialArguments()
    for delta in deltas:
        arguments.push(delta)
    return arguments


def value_of(*deltas):
    return pushed(*deltas).value


@given(VALUES, st.booleans(), st.sampled_from([None, 1]), st.data())
def test_every_cutting_ends_in_the_same_value(value, ascii_only, indent, data):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    arguments = ors.PartialArguments()
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        arguments.push(text[start:end])
        assert arguments.is_valid
        if data.draw(st.booleans()):
            _ = arguments.value
    arguments.done(text)
    assert (arguments.value, arguments.text, arguments.is_complete) == (value, text, True)
    assert arguments.bytes_parsed == len(text.encode())


@given(values(st.none() | st.booleans() | TEXT), st.booleans())
def test_every_beginning_has_the_value_that_pydantic_gives_it(value, ascii_only):
    text = json.dumps(value, ensure_ascii=ascii_only)
    arguments = ors.PartialArguments()
    for end in range(1, len(text) + 1):
        arguments.push(text[end - 1])
        # A literal at the top level is an error to pydantic until its last letter has come.
        if text[0] in '{["' or end == len(text):
            assert arguments.value == from_json(text[:end], allow_partial="trailing-strings")
        else:
            assert arguments.value is None


@given(VALUES)
def test_a_beginning_is_never_taken_back(value):
    text = json.dumps(value)
    arguments, before = ors.PartialArguments(), None
    for letter in text:
        arguments.push(letter)
        now = copy.deepcopy(arguments.value)
        assert before is None or is_beginning(before, now)
        before = now


def is_beginning(part, whole):
    match part, whole:
        case str(), str():
            return whole.startswith(part)
        case list(), list():
            return len(part) <= len(whole) and all(map(is_beginning, part, whole))
        case dict(), dict():
            return all(key in whole and is_beginning(member, whole[key]) for key, member in part.items())
    return part == whole


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a', {}),
        ('{"a":', {}),
        ('{"a": "', {"a": ""}),
        ('{"a": "x\\', {"a": "x"}),
        ('{"a": "x\\u00e', {"a": "x"}),
        ('{"a": "x\\u00e9', {"a": "xé"}),
        ('{"a": "x\\ud83d', {"a": "x"}),
        ('{"a": "x\\ud83d\\ud', {"a": "x"}),
        ('{"a": "x\\ud83d\\ude00', {"a": "x😀"}),
        ('{"a": "x\\ud83dy', {"a": "x\ufffdy"}),
        ('{"a": "x\\ude00\\n', {"a": "x\ufffd\n"}),
        ('{"a": {"b": [1, {"c": "d', {"a": {"b": [1, {"c": "d"}]}}),
        ('{"a": 1', {}),
        ('{"a": 1.5e3 ', {"a": 1500.0}),
        ('{"a": tru', {}),
        ('{"a": true', {"a": True}),
        ('{"a": null, "a": "x', {"a": "x"}),
        ('{"a": {"b": 1}, "a": {', {"a": {}}),
        ("[12345678901234567890123, ", [12345678901234567890123]),
        ("12", None),
        ("12 ", 12),
        ("", None),
        (" \n", None),
    ],
)
def test_what_is_shown_of_a_beginning(text, value):
    assert value_of(text) == value
    assert value_of(*text) == value
    arguments = ors.PartialArguments()
    for letter in text:
        arguments.push(letter)
        _ = arguments.value
    assert arguments.value == value
    assert arguments.is_valid


def test_deep_nesting_is_limited_and_needs_no_stack():
    arguments = pushed("[" * 100_000)
    assert (arguments.is_valid, arguments.reason, arguments.offset) == (False, "nested deeper than max_json_depth", 128)
    depth, value = 0, arguments.value
    while value is not None:
        depth, value = depth + 1, value[0] if value else None
    assert depth == 128

    unlimited = ors.PartialArguments(limits=ors.Limits(max_json_depth=None))
    unlimited.push("[" * 100_000)
    unlimited.push("]" * 100_000)
    assert unlimited.is_complete


def test_long_numbers_are_limited():
    arguments = ors.PartialArguments(limits=ors.Limits(max_number_digits=5))
    arguments.push("[12345, 123456")
    assert arguments.value == [12345]
    assert arguments.reason == "a number with more digits than max_number_digits"


def test_a_number_that_python_refuses_is_an_error_each_time():
    arguments = ors.PartialArguments(limits=ors.Limits(max_number_digits=None))
    arguments.push("[" + "1" * 5000 + "]")
    for _ in range(2):
        with pytest.raises(ValueError, match="digits"):
            _ = arguments.value
    arguments.done("[2]")
    assert arguments.value == [2]


@pytest.mark.parametrize(
    ("text", "value", "reason", "offset"),
    [
        ('{"é": "x", "b" 1}', {"é": "x"}, "a byte that cannot stand there", 15),
        ('{"a": "x\ny"}', {"a": "x"}, "a control byte in a string", 8),
        ('{"a": "x\\qy"}', {"a": "x"}, "a bad escape in a string", 9),
        ('{"a": 1}{"b": 2}', {"a": 1}, "something follows the JSON value", 8),
        ('{"a": 01}', {"a": 0}, "a byte that cannot stand there", 7),
        ("[1,]", [1], "a byte that cannot stand there", 3),
        ("not JSON", None, "a byte that cannot stand there", 1),
        ("*** Begin Patch", None, "a byte that cannot stand there", 0),
        ("{'a': 1}", {}, "a byte that cannot stand there", 1),
        ("[NaN]", [], "a byte that cannot stand there", 1),
    ],
)
def test_what_is_no_json_leaves_the_value_before_it(text, value, reason, offset):
    for arguments in (pushed(text), pushed(*text), pushed(text, '"more": 1}')):
        assert arguments.value == value
        assert not arguments.is_valid
        assert not arguments.is_complete
        assert (arguments.reason, arguments.offset) == (reason, offset)
    assert arguments.text == text + '"more": 1}'


@given(st.text('[]{}:,"\\ntruefals019.-e ', max_size=20))
def test_valid_is_what_the_standard_library_says(text):
    arguments = pushed(*text)
    arguments.done(text)
    try:
        value = json.loads(text)
    except ValueError:
        assert not arguments.is_valid
        assert not arguments.is_complete
    else:
        assert arguments.is_valid
        assert arguments.is_complete
        assert arguments.value == value


def test_the_value_grows_in_place():
    arguments = pushed('{"done": {"x": [1]}, "open": [{"text": "a')
    value = arguments.value
    done, open_list = value["done"], value["open"]
    text = open_list[0]["text"]
    arguments.push('b"}, "c')
    assert arguments.value is value
    assert value["done"] is done
    assert value["open"] is open_list
    assert value == {"done": {"x": [1]}, "open": [{"text": "ab"}, "c"]}
    assert text == "a", "a text that was taken out does not change"
    assert json.loads(json.dumps(value)) == value


def test_a_text_grows_through_every_width_of_python_strings():
    pieces = ["", "a", "b" * 100, "é", "ü" * 50, "漢", "字" * 50, "😀", "plain again", "\\u0000", "\\ud83d", "\\ude00"]
    arguments, kept, expected = pushed('["'), [], ""
    for piece in pieces:
        arguments.push(piece)
        expected += {"\\u0000": "\0", "\\ud83d": "", "\\ude00": "😀"}.get(piece, piece)
        kept.append((arguments.value[0], expected))
        assert {arguments.value[0]: 1}[expected] == 1, "it can be hashed and still grow"
    assert all(text == then for text, then in kept)
    assert arguments.text == '["' + "".join(pieces)


def test_a_value_that_its_user_spoilt_comes_back():
    arguments = pushed('{"a": ["x')
    arguments.value["a"].clear()
    arguments.push("y")
    with pytest.raises(IndexError):
        _ = arguments.value
    assert arguments.value == {"a": ["xy"]}


def test_half_characters_cannot_be_pushed():
    arguments = pushed('["')
    with pytest.raises(UnicodeEncodeError):
        arguments.push("\ud83d")
    with pytest.raises(TypeError):
        arguments.push(b"x")  # type: ignore[arg-type]
    arguments.push("x")
    assert arguments.value == ["x"]


def test_its_repr_tells_its_state_and_not_its_content():
    arguments = pushed('{"secret": "é')
    assert repr(arguments) == "<PartialArguments: 13 characters, is_complete=False, is_valid=True>"


def test_nothing_is_left_behind():
    def grow():
        arguments = ors.PartialArguments()
        for delta in ['{"a": {"b": [', '"x', 'y", ', '{"c": "', "z"] * 3:
            arguments.push(delta)
            _ = arguments.value, arguments.text

    grow()
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(100):
        grow()
    gc.collect()
    assert len(gc.get_objects()) - before < 50
