"""A stream that ends at any byte: the fold is that of the events which were whole by then, as the twin has it."""

import pytest

from tests.streams.answers import HELLO
from tests.streams.profiles import SERVERS, Profile
from tests.twin import framing
from tests.twin.body import fold_all
from tests.twin.events import Event, decode

from .core import read

NAMES = ("openai", "old-mac", "azure")


@pytest.mark.parametrize("server", [s for s in SERVERS if s.name in NAMES], ids=lambda server: server.name)
def test_every_prefix(server: Profile) -> None:
    body = server.body(HELLO)
    known: dict[tuple[int, bool], tuple[object, object, object]] = {}
    for end in range(len(body) + 1):
        events, salvaged = events_in(body[:end])
        key = (len(events), salvaged)
        if key not in known:
            reading = fold_all(events)
            known[key] = (reading.fold.snapshot(), reading.findings, reading.fold.outcome)
        result = read([body[:end]])
        assert (result.response, result.rules, result.outcome) == known[key], f"cut at {end}"
    assert len(known) > 16


def events_in(prefix: bytes) -> tuple[list[Event], bool]:
    """The events of a prefix, and whether the last of them was taken without its blank line (S10)."""
    framed = framing.parse(prefix)
    events = [event for block in framed.events for event in decode(block.data)]
    last = decode(framed.pending.data, whole_body=True) if framed.pending else []
    for event in last:
        event.findings.append("S10")
    return [*events, *last], bool(last)
