"""docs/reference.md is up to date and names every public name once."""

from collections import Counter

import pytest

import or_stream as ors

from .members import members
from .reference import PATH, page

READERS = [ors.EventStream, ors.AsyncEventStream, ors.Assembler, ors.Decoder, ors.SSEDecoder]
WRITE = "write it anew: make reference"


def named(text):
    headings = [line.removeprefix("### ").strip("`") for line in text.splitlines() if line.startswith("### ")]
    events, _, models = text.partition("\n## Events\n")[2].partition("\n## Models\n")
    cells = [line.split("`")[1] for line in events.splitlines() if line.startswith(("| `", "- `"))]
    return Counter(headings + cells), Counter(
        line.split("`")[1] for line in models.splitlines() if line.startswith("| `")
    )


def test_it_is_what_the_docstrings_say():
    assert PATH.read_text() == page(), WRITE


def test_every_public_name_is_there_once():
    public, models = named(PATH.read_text())
    assert public == Counter(ors.__all__), WRITE
    assert models == Counter(ors.models.__all__), WRITE


@pytest.mark.parametrize("cls", [*READERS, ors.ResponsesWebSocket])
def test_members_are_those_that_a_user_sees(cls):
    visible = {name for name in dir(cls) if not name.startswith("_")}
    assert {member.name for member in members(cls)} == visible


@pytest.mark.parametrize("cls", [*READERS, ors.Limits])
def test_every_member_is_documented(cls):
    assert [member.name for member in members(cls) if not member.doc] == []
