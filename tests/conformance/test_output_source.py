"""Whose telling of the output counts where the terminal's differs from what was streamed (rule R7)."""

from typing import Literal

import pytest

from .core import read
from .rows import HELLO, HELLO_EVENTS, OPENING, completed, delta, message, open_with, sse

Source = Literal["auto", "terminal", "stream"]

OTHER_TEXT = sse(*OPENING, delta("Hello"), completed(message("Goodbye")))
EMPTY = sse(*HELLO_EVENTS[:-1], completed())
LONGER = sse(*HELLO_EVENTS[:-1], completed(HELLO, {"type": "acme:note", "id": "n"}))


@pytest.mark.parametrize(
    ("body", "source", "output"),
    [
        (OTHER_TEXT, "auto", [message("Goodbye")]),
        (OTHER_TEXT, "terminal", [message("Goodbye")]),
        (OTHER_TEXT, "stream", [open_with("Hello")]),
        (EMPTY, "auto", [HELLO]),
        (EMPTY, "terminal", []),
        (EMPTY, "stream", [HELLO]),
        (LONGER, "auto", [HELLO, {"type": "acme:note", "id": "n"}]),
        (LONGER, "terminal", [HELLO, {"type": "acme:note", "id": "n"}]),
        (LONGER, "stream", [HELLO]),
    ],
)
def test_output_source(body: bytes, source: Source, output: list[object]) -> None:
    result = read([body], output_source=source)
    assert result.response["output"] == output
    assert result.response["status"] == "completed"
    assert result.rules == {"R7"}


@pytest.mark.parametrize("source", ["auto", "terminal", "stream"])
def test_before_the_terminal_all_are_the_stream(source: Source) -> None:
    result = read([sse(*HELLO_EVENTS[:-1])], output_source=source)
    assert result.response["output"] == [HELLO]
