"""Waiting until a moment: on both event loops, and what asyncio's timer owes to others who cancel."""

import asyncio

import anyio
import anyio.lowlevel
import pytest

from or_stream.stream.deadline import Late, ScopeDeadline, TimerDeadline, make_deadline

pytestmark = pytest.mark.anyio
SOON, LONG = 0.02, 30.0
ONLY_ASYNCIO = pytest.mark.parametrize("anyio_backend", ["asyncio"])


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


async def after(seconds, log=None, value="value"):
    try:
        await anyio.sleep(seconds)
    except BaseException as error:
        if log is not None:
            log.append(type(error))
        raise
    return value


async def test_each_loop_gets_its_own(anyio_backend):
    assert isinstance(make_deadline(), TimerDeadline if anyio_backend == "asyncio" else ScopeDeadline)


async def test_what_comes_in_time_is_given():
    deadline = make_deadline()
    assert await deadline.wait(after(0), deadline.now() + LONG) == "value"
    assert await deadline.wait(after(SOON), deadline.now() + LONG) == "value"
    deadline.close()


async def test_what_is_late_is_cancelled():
    deadline, log = make_deadline(), []
    began = deadline.now()
    with pytest.raises(Late):
        await deadline.wait(after(LONG, log), began + SOON)
    assert SOON <= deadline.now() - began < 1
    assert log == [anyio.get_cancelled_exc_class()]
    # And that was all: nothing of it is left to strike the next wait, or the task.
    assert await deadline.wait(after(SOON), deadline.now() + LONG) == "value"
    await anyio.lowlevel.checkpoint()
    deadline.close()


async def test_the_moment_may_move_both_ways():
    deadline = make_deadline()
    assert await deadline.wait(after(0), deadline.now() + LONG) == "value"
    with pytest.raises(Late):
        await deadline.wait(after(LONG), deadline.now() + SOON)
    for _ in range(5):
        began = deadline.now()
        assert await deadline.wait(after(SOON * 2), began + SOON * 4) == "value"
    with pytest.raises(Late):
        await deadline.wait(after(LONG), deadline.now() + SOON)
    deadline.close()


async def test_others_may_cancel():
    deadline, log = make_deadline(), []
    with anyio.move_on_after(SOON) as scope:
        await deadline.wait(after(LONG, log), deadline.now() + LONG)
    assert scope.cancelled_caught
    assert log == [anyio.get_cancelled_exc_class()]
    assert await deadline.wait(after(SOON), deadline.now() + LONG) == "value"
    deadline.close()


async def test_a_scope_that_ends_at_the_same_moment_is_obeyed_too():
    deadline = make_deadline()
    for _ in range(20):
        until = deadline.now() + SOON / 10
        with anyio.CancelScope(deadline=until) as scope:
            with pytest.raises((Late, anyio.get_cancelled_exc_class())) as raised:
                await deadline.wait(after(LONG), until)
            if raised.type is not Late:
                raise raised.value
            await anyio.sleep(LONG)
        assert scope.cancelled_caught
        await anyio.lowlevel.checkpoint()
    deadline.close()


async def test_an_error_while_being_cancelled_is_the_error_and_leaves_no_cancellation():
    async def stubborn():
        try:
            await anyio.sleep(LONG)
        except anyio.get_cancelled_exc_class():
            raise ValueError("stubborn") from None

    deadline = make_deadline()
    with pytest.raises(ValueError, match="stubborn"):
        await deadline.wait(stubborn(), deadline.now() + SOON)
    await anyio.sleep(SOON)
    deadline.close()


@ONLY_ASYNCIO
async def test_nothing_is_left_in_the_task():
    deadline, task = make_deadline(), asyncio.current_task()
    with pytest.raises(Late):
        await deadline.wait(after(LONG), deadline.now() + SOON)
    assert task.cancelling() == 0
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(SOON):
            await deadline.wait(after(LONG), deadline.now() + LONG)
    assert task.cancelling() == 0
    deadline.close()


@ONLY_ASYNCIO
async def test_a_cancelled_task_stays_cancelled_though_it_was_late_as_well():
    deadline = make_deadline()

    async def wait():
        await deadline.wait(after(LONG), deadline.now() + SOON)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    # Both in one turn of the loop.
    deadline.now = lambda: float("inf")
    deadline._ring()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@ONLY_ASYNCIO
async def test_a_thousand_waits_need_one_timer():
    loop, set_ = asyncio.get_running_loop(), []
    call_at = loop.call_at
    loop.call_at = lambda *call, **more: set_.append(call[0]) or call_at(*call, **more)
    try:
        deadline = make_deadline()
        for _ in range(1000):
            await deadline.wait(after(0), deadline.now() + LONG)
        assert len(set_) == 1
        timer = deadline._timer
        deadline.close()
        assert timer.cancelled()
    finally:
        del loop.call_at
