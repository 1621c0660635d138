"""What is to be run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .plans import FixedConcurrency

if TYPE_CHECKING:
    from .clients import ClientName
    from .plans import Bounds, Plan
    from .requests import LoadRequest

TIMEOUT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Job:
    """A run.

    Args:
        requests: Sent in turn.
        plan: When they are sent.
        bounds: How many, and for how long.
        processes: Among how many processes the load is divided.
        max_in_flight: How many requests of an open loop may be under way at once; the rest wait, which is reported as
            queueing. None for no limit.
        timeout_s: How long one request may take, in seconds.
        client: Which HTTP client sends them; None for the faster one that is installed.
    """

    requests: tuple[LoadRequest, ...]
    plan: Plan
    bounds: Bounds
    processes: int = 1
    max_in_flight: int | None = None
    timeout_s: float = TIMEOUT_SECONDS
    client: ClientName | None = None

    def __post_init__(self) -> None:
        least = {"processes": self.processes, "max in flight": self.max_in_flight or 1, "requests": len(self.requests)}
        if isinstance(self.plan, FixedConcurrency) and self.processes > self.plan.users:
            message = f"processes must be at most the concurrency, {self.plan.users}, not {self.processes}"
            raise ValueError(message)
        if self.max_in_flight is not None and self.max_in_flight < self.processes:
            message = f"max in flight must be at least the processes, {self.processes}, not {self.max_in_flight}"
            raise ValueError(message)
        for name, value in least.items():
            if value < 1:
                message = f"{name} must be at least 1, not {value}"
                raise ValueError(message)
        if not self.timeout_s > 0:
            message = f"timeout must be more than 0 seconds, not {self.timeout_s}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Share:
    """What one process does of a job: every `of`th user and request, from number `part` on."""

    job: Job
    part: int
    of: int

    def among(self, number: int) -> int:
        """How many of so many are this process's."""
        return len(range(self.part, number, self.of))
