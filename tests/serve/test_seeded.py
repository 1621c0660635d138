"""Streams under seeded faults, over real sockets, against the sans-IO assembler on the same bytes."""

import asyncio

import httpx2
import pytest

import or_stream as ors
from or_stream.cli.demo import recording
from or_stream.serve import AT_ONCE, Cut, Program, RandomFaults, ServerThread, Staging

DEMO = recording()
SEEDS = range(60)
STAGING = Staging(pace=AT_ONCE, faults=RandomFaults(11, stops=("close",)), cut=Cut("random", 300), seed=11)


def told(response):
    """A response that was named, as a dict; nothing for one that never was."""
    return response.to_dict() if response is not None and response.id else None


def due(number):
    """What the assembler makes of the bytes of the n-th answer."""
    score = STAGING.score(DEMO, number)
    assembler = ors.Assembler()
    for beat in score.beats:
        assembler.feed(beat.data)
    outcome = "truncated"
    if score.end == "whole":
        outcome = assembler.finish()
    partial = told(assembler.snapshot())
    return outcome, partial


def read(source):
    with ors.EventStream(source) as stream:
        try:
            for _ in stream:
                pass
            return stream.until_done(), told(stream.get_final_response())
        except ors.OrStreamError as error:
            return "truncated", told(error.partial)


async def read_async(source):
    async with ors.AsyncEventStream(source) as stream:
        try:
            async for _ in stream:
                pass
            return await stream.until_done(), told(await stream.get_final_response())
        except ors.OrStreamError as error:
            return "truncated", told(error.partial)


def test_a_thread_reads_what_the_assembler_reads():
    with ServerThread(Program([DEMO], STAGING)) as server, httpx2.Client() as client:
        for number in SEEDS:
            with client.stream("POST", server.url, json={"stream": True}) as response:
                assert read(response) == due(number), f"answer {number}"


def test_a_task_reads_what_the_assembler_reads():
    async def all_of_them():
        with ServerThread(Program([DEMO], STAGING)) as server:
            async with httpx2.AsyncClient() as client:
                for number in SEEDS:
                    async with client.stream("POST", server.url, json={"stream": True}) as response:
                        assert await read_async(response) == due(number), f"answer {number}"

    asyncio.run(all_of_them())


def test_the_seeds_are_worth_it():
    outcomes = [due(number)[0] for number in SEEDS]
    assert {str(outcome) for outcome in outcomes} == {"completed", "truncated"}


@pytest.mark.parametrize("number", range(20))
def test_a_reset_leaves_a_beginning(number, responses_server):
    faults = RandomFaults(number, stops=("reset",))
    url = responses_server.serve(DEMO.capture, staging=Staging(pace=AT_ONCE, faults=faults))
    sent = b"".join(beat.data for beat in Staging(pace=AT_ONCE, faults=faults).score(DEMO, 0).beats)
    seen = []
    with httpx2.Client() as client:
        try:
            with client.stream("POST", url, json={"stream": True}) as response:
                seen.extend(response.iter_raw())
        except httpx2.TransportError:
            pass
    assert sent.startswith(b"".join(seen))
