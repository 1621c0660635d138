"""`exact_loop`: an event loop whose timers are not rounded up to a millisecond."""

from __future__ import annotations

import asyncio
import select
import selectors
import sys

_SELECT_FDS = 1024
"""FD_SETSIZE: `select()` takes no descriptor from here on."""


class ExactLoop(asyncio.SelectorEventLoop):
    """A loop that is known to wake a tenth of a millisecond after a timer is due, and seldom later."""


def exact_loop() -> asyncio.AbstractEventLoop:
    """Make a loop for a server that has its own: `asyncio.Runner(loop_factory=exact_loop)`.

    Where there is no epoll it is the usual one: kqueue is as exact as this already, and Windows has nothing better.
    """
    return ExactLoop(_ExactSelector()) if sys.platform == "linux" else asyncio.new_event_loop()


if sys.platform == "linux":

    class _ExactSelector(selectors.EpollSelector):
        # epoll counts in milliseconds and selectors rounds up to them: 0.2 ms become 1.0. `select()` counts in
        # microseconds, and an epoll descriptor is a file that it can wait for: one more system call for each wait.

        def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            if timeout is not None and timeout > 0 and self.fileno() < _SELECT_FDS:
                select.select((self.fileno(),), (), (), timeout)
                timeout = 0
            return super().select(timeout)
