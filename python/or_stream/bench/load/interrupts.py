"""Ctrl-C as something to wait for."""

from __future__ import annotations

import signal
import threading
from multiprocessing import Pipe
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

__all__ = ["HeldInterrupts"]


class HeldInterrupts:
    """Keep Ctrl-C in hand for a block, because `KeyboardInterrupt` may come in the middle of anything.

    That includes the middle of a message of another process and the moment in which a started process is nobody's yet.
    The first is noted, and `came` becomes readable; a second one raises. Outside of the main thread, which alone is
    told of signals, nothing ever comes.
    """

    def __init__(self) -> None:
        self.came: Connection
        self._tell: Connection
        self._before: Any = None
        self._noted = False

    def __enter__(self) -> Self:
        self.came, self._tell = Pipe(duplex=False)
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()
        self.came.close()
        self._tell.close()

    def let_go(self) -> None:
        """Hold no longer.

        Raises:
            KeyboardInterrupt: Raised when Ctrl-C came meanwhile.
        """
        self._restore()
        if self._noted:
            raise KeyboardInterrupt

    def _note(self, *_: object) -> None:
        if self._noted:
            raise KeyboardInterrupt
        self._noted = True
        self._tell.send_bytes(b"")

    def _restore(self) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self._before = None
