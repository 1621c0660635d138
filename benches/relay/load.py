"""One load on one relay, and what it cost."""

import asyncio
from dataclasses import dataclass
from itertools import pairwise

from ..sockets.server import workload
from ..stopwatch import NANO
from .gateways import Gateway
from .readers import open_readers, until_ended, until_events
from .upstream import serving


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


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU of one run."""

    event: float
    """For each event, up to the last one."""
    stream: float
    """For each stream, its opening and its end."""


async def measure(relay: Gateway, framework: str, kind: str, load: Load) -> Cost:
    """One run: all streams opened, then all sent and read, then all ended.

    An event is sent when everybody has the one before. So each is a read of its own, whatever else the machine does.
    """
    sent = workload(load.events)
    async with serving(load.events) as upstream:
        times = [await relay.cpu()]
        query = f"{upstream.address}/stream"
        readers = await open_readers(load.streams, relay.ports[framework], f"/{framework}/{kind}?{query}")
        times.append(await relay.cpu())
        for event in range(sent.events if load.single else 0):
            upstream.send(event)
            await until_events(readers, event + 1)
        if not load.single:
            upstream.send_all()
            await until_events(readers, sent.events)
        times.append(await relay.cpu())
        upstream.end()
        await until_ended(readers)
        times.append(await relay.cpu())
        for reader in readers:
            if reader.body() != sent.body:
                message = f"{framework} {kind} gave other bytes than it got"
                raise ValueError(message)
            reader.transport.close()
        await asyncio.sleep(0.2)
    opening, sending, ending = (after - before for before, after in pairwise(times))
    return Cost(sending * NANO / (load.streams * sent.events), (opening + ending) * NANO / load.streams)
