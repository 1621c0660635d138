"""`House`: what the connections of one server share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import Transport
    from collections.abc import Callable

    from .connection import Served
    from .http import Request
    from .program import Program


@dataclass(slots=True, eq=False)
class House:
    """The program, who is connected, and what was asked.

    Args:
        program: What is played; another one counts from the next request on.
        tell: Called for each answer that has come to its end.
        requests: Those that came, in order.
        transports: Those that are open.
    """

    program: Program
    tell: Callable[[Served], None]
    requests: list[Request] = field(default_factory=list["Request"])
    transports: set[Transport] = field(default_factory=set["Transport"])
