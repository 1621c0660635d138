"""Acting at the n-th await of a coroutine, and seeing what that leaves behind."""

import asyncio
import gc
import time

import psutil


class Stepping:
    """Awaits a coroutine, and acts when it has suspended for the n-th time.

    `act` is called while the coroutine is suspended. An error that it returns is raised there, once the wait is over;
    not at a checkpoint of trio's, which waits for nothing that could fail and stands where locks are half taken, but at
    the next wait.
    """

    def __init__(self, coroutine, at, act):
        self._coroutine = coroutine
        self._at = at
        self._act = act
        self.steps = 0

    def __await__(self):
        inner = self._coroutine.__await__()
        resume, value, failure = inner.send, None, None
        while True:
            try:
                waited_for = resume(value)
            except StopIteration as stop:
                return stop.value
            if self.steps == self._at:
                failure = self._act()
            self.steps += 1
            try:
                resume, value = inner.send, (yield waited_for)
            except BaseException as error:
                resume, value = inner.throw, error
            else:
                if failure is not None and getattr(waited_for, "__name__", "") != "CancelShieldedCheckpoint":
                    resume, value, failure = inner.throw, failure, None


def connections_to(port):
    mine = psutil.Process().net_connections("tcp")
    return [one for one in mine if one.raddr and one.raddr.port == port and one.status == psutil.CONN_ESTABLISHED]


def check_nothing_is_left(port):
    """No socket of ours to that port is open, at once or as soon as the collector has run."""
    gc.collect()
    deadline = time.monotonic() + 2
    while (left := connections_to(port)) and time.monotonic() < deadline:
        time.sleep(0.005)
    assert left == []


def tasks():
    """The tasks of this event loop; none on trio, which has a nursery for each."""
    return asyncio.all_tasks() if asyncio._get_running_loop() is not None else set()


def port_of(url):
    return int(url.split(":")[2].split("/")[0])
