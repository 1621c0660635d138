"""Ctrl-C that waits until it is asked for."""

import signal
import threading

import pytest

from or_stream.bench.load.interrupts import HeldInterrupts


def press():
    signal.raise_signal(signal.SIGINT)


def test_the_first_is_noted_and_the_second_raises():
    before = signal.getsignal(signal.SIGINT)
    with HeldInterrupts() as interrupts:
        assert not interrupts.came.poll()
        press()
        assert interrupts.came.poll()
        with pytest.raises(KeyboardInterrupt):
            press()
    assert signal.getsignal(signal.SIGINT) is before


def test_what_came_is_raised_when_it_is_let_go():
    with HeldInterrupts() as interrupts:
        press()
        with pytest.raises(KeyboardInterrupt):
            interrupts.let_go()
        with pytest.raises(KeyboardInterrupt):  # by the handler of before
            press()


def test_nothing_came():
    with HeldInterrupts() as interrupts:
        interrupts.let_go()
        assert not interrupts.came.poll()


def test_a_thread_that_is_told_of_no_signal_holds_none():
    before, came = signal.getsignal(signal.SIGINT), []

    def hold():
        with HeldInterrupts() as interrupts:
            came.append(interrupts.came.poll())

    thread = threading.Thread(target=hold)
    thread.start()
    thread.join()
    assert came == [False]
    assert signal.getsignal(signal.SIGINT) is before
