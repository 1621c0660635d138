"""One load on relays of one framework, and what it cost."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from ..sockets.server import workload
from .gateways import Gateway
from .readers import Reader, open_readers, until_ended, until_events
from .upstream import Upstream, serving

SETTLED_SECONDS = 0.004


@dataclass(frozen=True)
class Load:
    """How many streams of how many events; each event by itself, or all of a stream at once."""

    streams: int
    events: int
    single: bool

    def __str__(self) -> str:
        """For tables."""
        return f"{self.streams:,} streams, " + (
            "one event a read" if self.single else f"all {self.events} events at once"
        )


@dataclass
class Cost:
    """Seconds of CPU of one relay."""

    events: list[float] = field(default_factory=list)
    """For an event, each time that every stream got some."""
    streams: list[float] = field(default_factory=list)
    """For a stream, its opening and its end."""


@dataclass
class Streams:
    """The streams of one relay: who sends them, and who reads them."""

    upstream: Upstream
    readers: list[Reader]


async def measure(relay: Gateway, framework: str, kinds: Sequence[str], load: Load) -> dict[str, Cost]:
    """One run: the streams of every relay opened, then sent and read, then ended.

    An event goes to all streams of one relay, then to all of the next, and only when everybody has the one before: so
    each is a read of its own, and what else the machine does meets all relays alike. Nobody reads until the gateway has
    nothing left to do: to wake a reader is no cost of a relay.
    """
    sent = workload(load.events)
    costs = {kind: Cost() for kind in kinds}
    async with AsyncExitStack() as stack:
        streams: dict[str, Streams] = {}
        for kind in kinds:
            upstream = await stack.enter_async_context(serving(load.events))
            began = settled(relay)
            target = f"/{framework}/{kind}?{upstream.address}/stream"
            readers = await open_readers(load.streams, relay.ports[framework], target)
            costs[kind].streams.append((settled(relay) - began) / load.streams)
            streams[kind] = Streams(upstream, readers)
        for event, order in turns(kinds, sent.events if load.single else 1):
            for kind in order:
                to, began = streams[kind], settled(relay)
                if load.single:
                    to.upstream.send(event)
                else:
                    to.upstream.send_all()
                events = 1 if load.single else sent.events
                costs[kind].events.append((settled(relay) - began) / load.streams / events)
                await until_events(to.readers, event + events)
        for kind, of in streams.items():
            began = settled(relay)
            of.upstream.end()
            await until_ended(of.readers)
            costs[kind].streams[-1] += (settled(relay) - began) / load.streams
            for reader in of.readers:
                if reader.body() != sent.body:
                    message = f"{framework} {kind} gave other bytes than it got"
                    raise ValueError(message)
                reader.transport.close()
        await asyncio.sleep(0.2)
    return costs


def turns(kinds: Sequence[str], events: int) -> Iterator[tuple[int, list[str]]]:
    """Every event, and who gets it first: each in its turn."""
    for event in range(events):
        first = event % len(kinds)
        yield event, [*kinds[first:], *kinds[:first]]


def settled(relay: Gateway) -> float:
    """Seconds of CPU that the gateway has used when it waits for something to do.

    It blocks on purpose: a loop that waits for its sockets would be woken by each of them.
    """
    before = relay.cpu()
    while True:
        time.sleep(SETTLED_SECONDS)
        now = relay.cpu()
        if now == before and relay.is_waiting():
            return now
        before = now
