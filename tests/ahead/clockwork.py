"""Sources that take their time, and event loops whose time passes by itself: nothing here really sleeps."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import anyio
import trio.testing

from or_stream.stream.sources import AsyncSource


class JumpingLoop(asyncio.SelectorEventLoop):
    """An asyncio loop that jumps to the next timer whenever nothing else is to be done."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 1000.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        waiting = [timer.when() for timer in self._scheduled if not timer.cancelled()]
        if waiting and not self._ready:
            self._now = max(self._now, min(waiting))
        super()._run_once()


def run(backend: str, main: Callable[[], Awaitable[Any]]) -> Any:
    """Run a coroutine function on a loop of fake time."""
    options: dict[str, Any] = {"loop_factory": JumpingLoop}
    if backend == "trio":
        options = {"clock": trio.testing.MockClock(autojump_threshold=0)}
    return anyio.run(main, backend=backend, backend_options=options)


class TimedSource(AsyncSource):
    """Chunks, each after so many seconds; after the last one it is silent for ever, or ends."""

    def __init__(self, steps: Iterable[tuple[float, bytes]], *, ends: bool = False) -> None:
        self._steps = iter(steps)
        self._ends = ends
        self.closed = 0
        self.reads = 0

    async def read(self) -> bytes | None:
        self.reads += 1
        seconds, chunk = next(self._steps, (None, b""))
        if seconds is None:
            if self._ends:
                return None
            await anyio.sleep_forever()
        else:
            await anyio.sleep(seconds)
        return chunk

    async def aclose(self) -> None:
        self.closed += 1
