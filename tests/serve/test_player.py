"""When beats are sent, on loops that wake late as real ones do."""

import asyncio
import heapq
import selectors
import socket
import sys
from itertools import count
from math import ceil
from time import monotonic

import pytest

from or_stream.serve import exact
from or_stream.serve.cut import Beat
from or_stream.serve.player import Player
from or_stream.serve.score import Score

TURN_S = 20e-6


class LateLoop:
    """A clock that jumps from call to call, and sleeps too long: by `slack` of its time, and to a whole `tick`."""

    def __init__(self, slack, tick):
        self.now, self.slack, self.tick = 1000.0, slack, tick
        self.calls, self.numbers, self.turns = [], count(), 0

    def time(self):
        return self.now

    def call_at(self, when, call):
        heapq.heappush(self.calls, (when, next(self.numbers), call))

    def call_soon(self, call):
        self.call_at(self.now, call)

    def run(self):
        while self.calls:
            when, _, call = heapq.heappop(self.calls)
            if when > self.now:
                slept = when - self.now
                self.now += ceil(slept * (1 + self.slack) / self.tick) * self.tick
            self.now += TURN_S
            self.turns += 1
            call()


class ExactLateLoop(LateLoop, exact.ExactLoop):
    def __init__(self, slack, tick):
        LateLoop.__init__(self, slack, tick)

    def __del__(self):
        """Nothing of a real loop was made."""


def played(loop, due):
    sent = []
    score = Score(tuple(Beat(at, b"x") for at in due), due[-1])
    player = Player(loop, score, lambda beats: sent.extend((loop.now, beat) for beat in beats), lambda: None, loop.now)
    start = loop.now
    player.play()
    loop.run()
    return [at - start - beat for (at, _), beat in zip(sent, due, strict=True)]


DUE = (0.0, 0.0, 0.02, 0.0205, 0.11, 2.0, 2.02, 4.0, 34.0, 34.003)


@pytest.mark.parametrize("slack", [1 / 1000, 1 / 250])
@pytest.mark.parametrize(("make", "tick"), [(LateLoop, 0.001), (ExactLateLoop, 1e-6)])
def test_a_long_pause_makes_nothing_late(make, tick, slack):
    loop = make(slack, tick)
    late = played(loop, DUE)
    assert min(late) >= 0
    assert max(late) < 2 * TURN_S
    # Most of the time it sleeps: at most 1.2 ms a beat are turns, and a few more.
    assert loop.turns < len(DUE) * (0.0012 / TURN_S + 3)


def test_a_late_beat_shifts_none_behind_it():
    loop = LateLoop(0, 0.001)
    loop.call_at(loop.now + 0.0199, lambda: setattr(loop, "now", loop.now + 0.03))  # somebody holds the loop
    late = played(loop, (0.01, 0.02, 0.04, 0.06))
    assert [round(value, 3) for value in late] == [0, 0.03, 0.01, 0]


def test_many_do_not_turn_the_loop(monkeypatch):
    monkeypatch.setattr(Player, "playing", 16)
    loop = ExactLateLoop(1 / 1000, 1e-6)
    late = played(loop, DUE)
    assert min(late) >= 0
    assert max(late) < 0.0003
    assert loop.turns < 3 * len(DUE)


def test_very_many_are_woken_together(monkeypatch):
    monkeypatch.setattr(Player, "playing", 64)
    loop, sent = ExactLateLoop(0, 1e-6), []
    for late in (0.0101, 0.0102, 0.0104):
        score = Score((Beat(late, b"x"),), late)
        start = loop.now
        Player(loop, score, lambda _: sent.append(loop.now), lambda: None, start).play()
    loop.run()
    assert sent[-1] - sent[0] <= 3 * TURN_S
    assert 0.0104 <= sent[0] - 1000.0 < 0.0106


@pytest.mark.skipif(sys.platform != "linux", reason="the usual loop is used")
@pytest.mark.parametrize("fds", [1024, 0])
def test_the_selector_of_an_exact_loop(fds, monkeypatch):
    monkeypatch.setattr(exact, "_SELECT_FDS", fds)
    one, other = socket.socketpair()
    with one, other, exact._ExactSelector() as selector:
        selector.register(one, selectors.EVENT_READ, "one")
        assert selector.select(0) == selector.select(-1) == selector.select(0.0002) == []
        slept = []
        for _ in range(100):
            start = monotonic()
            selector.select(0.0002)
            slept.append(monotonic() - start)
        assert (0.0002 <= min(slept) < 0.0009) if fds else (min(slept) >= 0.0009)
        other.send(b"x")
        assert [[key.data for key, _ in selector.select(timeout)] for timeout in (None, 0, 5)] == [["one"]] * 3


def test_an_exact_loop_runs_as_any_other():
    with asyncio.Runner(loop_factory=exact.exact_loop) as runner:
        assert runner.run(asyncio.sleep(0.001, "done")) == "done"
        assert isinstance(runner.get_loop(), exact.ExactLoop) == (sys.platform == "linux")
