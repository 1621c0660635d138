import asyncio

import pytest

from or_stream.stream.suspension import Watched


async def at_once():
    return 3


async def after_a_turn(log):
    try:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        log.append("cancelled")
        raise
    finally:
        log.append("left")
    return 4


def test_tells_whether_it_gave_way():
    async def main():
        first, second = Watched(at_once()), Watched(after_a_turn([]))
        return await first, first.suspended, await second, second.suspended

    assert asyncio.run(main()) == (3, False, 4, True)


def test_errors_and_cancellation_go_through():
    log = []

    async def main():
        task = asyncio.ensure_future(wait(log))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async def wait(log):
        await Watched(after_a_turn(log))

    asyncio.run(main())
    assert log == ["cancelled", "left"]


def test_closing_reaches_the_coroutine():
    log = []
    watched = Watched(after_a_turn(log))

    async def outer():
        await watched

    coroutine = outer()
    coroutine.send(None)
    coroutine.close()
    assert log == ["left"]
