"""Telling whether an await really gave way to the event loop."""

from collections.abc import Awaitable, Generator
from typing import Any, Self, TypeVar

T = TypeVar("T")


class Watched(Generator[Any, Any, T]):
    """Awaits a coroutine and remembers in `suspended` whether it ever gave way.

    A read that is served from a buffer returns at once. A loop of such reads would starve the event loop and could not
    be cancelled, so a stream gives way itself every few of them, unless a read that it watches did: behind that, it
    would only be a second trip through the loop for nothing.
    """

    __slots__ = ("_steps", "suspended")

    def __init__(self, awaitable: Awaitable[T]) -> None:
        self._steps: Generator[Any, Any, T] = awaitable.__await__()
        self.suspended = False

    def __await__(self) -> Self:
        return self

    def send(self, value: Any, /) -> Any:
        """Go on until the next suspension."""
        step = self._steps.send(value)
        self.suspended = True
        return step

    def throw(self, *error: Any) -> Any:
        """Go on with an error, as a cancelled await does."""
        return self._steps.throw(*error)

    def close(self) -> None:
        """Give up."""
        self._steps.close()
