"""A thousand clients at once on one loop."""

import asyncio
import resource

import pytest

import or_stream as ors
from or_stream.serve import Pace, Synthetic

from .clients import fetch, serving

CLIENTS = 1000


@pytest.mark.skipif(
    resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 2 * CLIENTS + 100, reason="too few file descriptors are allowed"
)
def test_all_are_served_right():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * CLIENTS + 100), hard))
    sources = [Synthetic(tokens=20, rate=10.0, ttft=1.0, number=number) for number in range(3)]
    most = []

    async def one(server):
        answer = await fetch(server)
        most.append(len(server._house.transports))
        return answer

    async def all_of_them():
        async with serving(*sources, pace=Pace()) as server:
            return await asyncio.gather(*(one(server) for _ in range(CLIENTS)))

    answers = asyncio.run(all_of_them())
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert max(most) > CLIENTS // 2
    assert all(answer.how == "whole" for answer in answers)
    due = {source.capture().body for source in sources}
    bodies = [answer.body for answer in answers]
    assert set(bodies) == due
    assert sorted(map(bodies.count, due)) == [333, 333, 334]
    assert ors.check(bodies[0]).findings == []
