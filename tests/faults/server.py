"""A real server with faults by plan: slices, delays, stalls, resets, truncation, wrong types, repeats, swaps."""

import random
import re
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

sys.path.insert(0, str(Path(__file__).parents[1] / "transports"))

from scripted_server import EVENT_STREAM, ScriptedServer

End = Literal["whole", "reset", "close", "stall"]


@dataclass(frozen=True)
class Plan:
    """What happens to one body. `cut` counts its bytes; None for no cut. Times are in seconds."""

    slices: tuple[int, ...] = ()
    delay: float = 0.0
    cut: int | None = None
    end: End = "whole"
    framing: Literal["chunked", "length"] = "chunked"
    content_type: str = EVENT_STREAM["content-type"]
    repeated: frozenset[int] = frozenset()
    swapped: frozenset[int] = frozenset()

    @classmethod
    def of(cls, seed, events):
        """Draw a plan for a list of events; the same seed gives the same plan."""
        draw = random.Random(seed)
        size = sum(map(len, events))
        numbers = range(len(events) - 1)
        return cls(
            slices=tuple(draw.choices((1, 2, 7, 64, 1460), k=8)),
            delay=draw.choice((0.0, 0.0, 0.0005)),
            cut=draw.choice((None, draw.randrange(size))),
            end=draw.choice(("reset", "close")),
            framing=draw.choice(("chunked", "length")),
            repeated=frozenset(draw.sample(numbers, k=draw.randrange(3))),
            swapped=frozenset(draw.sample(numbers, k=draw.randrange(2))),
        )

    def body(self, events):
        """The bytes that the plan makes of the events, before any cut."""
        events = list(events)
        for number in self.swapped & set(range(len(events) - 1)):
            events[number : number + 2] = reversed(events[number : number + 2])
        return b"".join(event * (1 + (number in self.repeated)) for number, event in enumerate(events))

    def pieces(self, body):
        """The slices of the body up to the cut."""
        sent, at, turn = body[: self.cut], 0, 0
        while at < len(sent):
            size = self.slices[turn % len(self.slices)] if self.slices else len(sent)
            yield sent[at : at + size]
            at, turn = at + size, turn + 1


WHOLE = Plan()


class FaultServer(ScriptedServer):
    """Plays events by plans: the n-th reply to a path takes the n-th plan, and the last plan goes on for the rest."""

    def __enter__(self):
        self.released = threading.Event()
        return super().__enter__()

    def __exit__(self, *error):
        self.released.set()
        super().__exit__(*error)

    def play(self, events, *plans, path="/"):
        replies = iter(plans)
        return self.script(lambda exchange: self.send(exchange, events, next(replies, plans[-1])), path)

    def send(self, exchange, events, plan):
        body = plan.body(events)
        is_chunked = plan.framing == "chunked"
        length = {"transfer-encoding": "chunked"} if is_chunked else {"content-length": str(len(body))}
        exchange.head(headers={"content-type": plan.content_type}, **length)
        for piece in plan.pieces(body):
            (exchange.piece if is_chunked else exchange.handler.wfile.write)(piece)
            time.sleep(plan.delay)
        if plan.cut is None or plan.end == "whole":
            exchange.end() if is_chunked else None
        elif plan.end == "reset":
            exchange.reset()
        elif plan.end == "close":
            exchange.close()
        else:
            self.released.wait(30)
            exchange.close()


class ResponsesServer(FaultServer):
    """A server that keeps one response: POST starts it, GET with `starting_after` replays what is behind a number."""

    def keep(self, events, *plans, overlap=0, after_post=None):
        """Serve `/v1/responses`; each request takes the next plan, and repeats `overlap` events beside."""
        todo = iter(plans)
        lock = threading.Lock()

        def answer(exchange):
            with lock:
                plan = next(todo, WHOLE)
            wanted = re.search(r"starting_after=(\d+)", exchange.request.path)
            if wanted is not None and after_post is not None and after_post(exchange):
                return
            first = 0 if wanted is None else max(0, int(wanted[1]) + 1 - overlap)
            rest = [event for event in events if number_of(event) is None or number_of(event) >= first]
            self.send(exchange, rest, plan)

        self.scripts = Anything(answer)
        return self.url("/v1/responses")

    @property
    def posts(self):
        return sum(request.method == "POST" for request in self.requests)


class Anything(dict):
    def __init__(self, script):
        super().__init__()
        self.any = script

    def __missing__(self, path):
        return self.any


def number_of(event):
    found = re.search(rb'"sequence_number": ?(\d+)', event)
    return int(found[1]) if found else None


def cut_at(byte, **more):
    return replace(Plan(cut=byte, end="reset"), **more)
