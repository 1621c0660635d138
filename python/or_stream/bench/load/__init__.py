"""The load generator: requests by a plan, a record of each, and what the tools' metrics say of them."""

from .plans import Bounds, FixedConcurrency, FixedRate, Plan, Ramp
from .records import Record
from .requests import LoadRequest, read_requests
from .results import LoadResult
from .run import Job, run_load
from .so_far import SoFar

__all__ = [
    "Bounds",
    "FixedConcurrency",
    "FixedRate",
    "Job",
    "LoadRequest",
    "LoadResult",
    "Plan",
    "Ramp",
    "Record",
    "SoFar",
    "read_requests",
    "run_load",
]
