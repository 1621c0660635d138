"""A resuming stream cancelled or failing at its n-th await: nothing leaks, and the POST was sent once at most."""

import warnings

import anyio
import pytest

import or_stream as ors
from tests.streams.stepping import Stepping, check_nothing_is_left, port_of, tasks

from .kept_events import EVENTS, FINAL, UNCUT, raws
from .responses_server import ResponsesServer, cut_at

pytestmark = pytest.mark.anyio
# One that was refused in between, so that the wait and the closing of a refusal are among the awaits.
POLICY = ors.Resume(backoff_seconds=0.001, max_seconds=10)


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


class Kept(ResponsesServer):
    """Breaks the POST off, refuses the first GET, breaks off the second, and answers the third."""

    def begin(self):
        self.requests.clear()
        refusals = iter([True])

        def after_post(exchange):
            if next(refusals, False):
                exchange.whole(b"busy", 503, {"content-type": "text/plain"})
                return True
            return False

        return self.keep(EVENTS, cut_at(700), cut_at(0), cut_at(300), overlap=1, after_post=after_post)


async def read(url, seen):
    async with ors.connect(url, {}, resume=POLICY) as stream:
        seen.append(stream)
        async for event in stream:
            seen.append(event.raw)


def check(server, url, seen):
    check_nothing_is_left(port_of(url))
    assert server.posts <= 1
    assert seen[1:] == raws(UNCUT)[: len(seen[1:])]
    if seen:
        whole = ors.Assembler()
        whole.feed(b"".join(EVENTS[: len(seen) - 1]))
        assert FINAL.output_text.startswith(seen[0].output_text)
        assert seen[0].output_text.startswith(whole.output_text)


@pytest.mark.timeout(180)
async def test_cancelled_at_every_await():
    with Kept() as server, warnings.catch_warnings():
        warnings.simplefilter("error")
        before, at = tasks(), -1
        while True:
            at += 1
            seen = []
            url = server.begin()
            with anyio.CancelScope() as scope:
                run = Stepping(read(url, seen), at, scope.cancel)
                await run
            assert tasks() == before
            check(server, url, seen)
            if not scope.cancelled_caught and run.steps <= at:
                break
    assert seen[1:] == raws(UNCUT)
    assert seen[0].response == FINAL
    assert [request.method for request in server.requests] == ["POST", "GET", "GET", "GET"]


@pytest.mark.timeout(180)
async def test_failing_at_every_await():
    with Kept() as server:
        before, at, faults = tasks(), -1, 0
        while True:
            at += 1
            seen, fault = [], None
            url = server.begin()
            run = Stepping(read(url, seen), at, lambda at=at: OSError(f"await {at} failed"))
            try:
                await run
            except (ors.OrStreamError, OSError) as error:
                fault = error
            assert tasks() == before
            check(server, url, seen)
            # Where the connection of an attempt fails it is a cut as any other, and the stream goes on.
            if fault is None:
                assert seen[1:] == raws(UNCUT)
            else:
                faults += 1
                assert isinstance(fault, ors.TransportError), repr(fault)
                # httpx2 ignores a failed write, and reads what the server says to half a request.
                assert f"await {at} failed" in str(fault) or "without sending a response" in str(fault)
            if run.steps <= at:
                break
    assert fault is None
    assert faults
