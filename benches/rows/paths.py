"""Every way from bytes to something useful, on the same bytes: the table and the picture of throughput by path."""

import asyncio
from functools import partial

from .. import ours
from ..peers import event_sources, msgspec_events, openai_client, orjson_dicts, split
from ..stopwatch import Pace, Run, race
from ..workloads import rare_words, text
from .events import DELTAS, NETWORK
from .row import Figure, Finding, micros


def paths(pace: Pace) -> list[Finding]:
    """Microseconds per event of each path, in chunks of 1,400 bytes."""
    load = text(DELTAS)
    chunks = load.chunks(NETWORK)
    with asyncio.Runner() as runner:
        reads: dict[str, Run] = {
            "openai create(stream=True)": partial(openai_client.read, chunks),
            "httpx2 EventSource + json": partial(event_sources.read_httpx2, chunks),
            "httpx-sse + json": partial(event_sources.read_httpx_sse, chunks),
            "split + orjson": partial(orjson_dicts.read, chunks),
            "split + msgspec": partial(msgspec_events.read, chunks),
            "AsyncEventStream": lambda: runner.run(ours.aiterate(chunks)),
            "AsyncEventStream.batches()": lambda: runner.run(ours.abatches(chunks)),
            "EventStream": partial(ours.iterate, chunks),
            "Decoder.feed": partial(ours.read, chunks),
        }
        times = race(reads, pace, expected=len(load.answer))
    finals: dict[str, Run] = {
        "openai stream() helper": partial(openai_client.final, chunks),
        "split + orjson": partial(orjson_dicts.final, chunks),
        "split + msgspec": partial(msgspec_events.final, chunks),
        "Assembler, response model": partial(ours.final, chunks),
        "Assembler, text": partial(ours.text, chunks),
    }
    made = race(finals, pace, expected=load.answer)
    return [
        *(Figure("paths", name, "events read", micros(timing, load.events)) for name, timing in times.items()),
        *(Figure("paths", name, "final response", micros(timing, load.events)) for name, timing in made.items()),
    ]


def small_gains(pace: Pace) -> list[Finding]:
    """Where we gain little: a caller who needs less than we do, or already has what we bring."""
    load = text(DELTAS)
    chunks, rare = load.chunks(NETWORK), rare_words(DELTAS).chunks(NETWORK)
    payloads = [line[6:] for lines in split.lines([load.body]) for line in lines if line[:1] == b"d"]
    runs: dict[str, Run] = {
        "last event decoded by hand": lambda: msgspec_events.last_only(b"".join(chunks)),
        "Assembler, response model": partial(ours.final, chunks),
        "msgspec on payloads that are framed already": partial(msgspec_events.decode_lines, payloads),
        "Decoder.feed, framing included": partial(ours.count, chunks),
        "no word told twice: split + msgspec": partial(msgspec_events.count, rare),
        "no word told twice: Decoder.feed": partial(ours.count, rare),
    }
    times = race(runs, pace)
    return [Figure("small gains", name, "us/event", micros(timing, load.events)) for name, timing in times.items()]
