"""A server for tests of resuming: each request has a plan of its own.

All other faults: `or_stream.serve`. It keeps to the protocol where it resumes; this one also repeats events that were
not asked for and refuses what a test wants refused.
"""

import re
import threading
from dataclasses import dataclass, replace
from typing import Literal

from tests.transports.scripted_server import ScriptedServer

End = Literal["whole", "reset", "close", "stall"]


@dataclass(frozen=True)
class Plan:
    """What happens to one body. `cut` counts its bytes; None for no cut."""

    cut: int | None = None
    end: End = "whole"
    framing: Literal["chunked", "length"] = "chunked"

    def pieces(self, body):
        """The body up to the cut."""
        sent = body[: self.cut]
        yield from [sent] if sent else []


WHOLE = Plan()


class FaultServer(ScriptedServer):
    """Sends events by a plan."""

    def __enter__(self):
        self.released = threading.Event()
        return super().__enter__()

    def __exit__(self, *error):
        self.released.set()
        super().__exit__(*error)

    def send(self, exchange, events, plan):
        body = b"".join(events)
        is_chunked = plan.framing == "chunked"
        length = {"transfer-encoding": "chunked"} if is_chunked else {"content-length": str(len(body))}
        exchange.head(**length)
        for piece in plan.pieces(body):
            (exchange.piece if is_chunked else exchange.handler.wfile.write)(piece)
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
