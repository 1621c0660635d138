"""A server of recorded and made-up streams, for `or-stream serve` and `or_stream.testing`; see docs/serving.md."""

from .connection import Served
from .cut import Cut
from .faults import Faults, FaultsInTurn, RandomFaults, Stop
from .http import Request
from .pace import AT_ONCE, Pace
from .profiles import PROFILES, ServerProfile
from .program import Program
from .score import Staging
from .server import Server
from .synthetic import Synthetic
from .take import Playable, Take
from .thread import ServerThread

__all__ = [
    "AT_ONCE",
    "PROFILES",
    "Cut",
    "Faults",
    "FaultsInTurn",
    "Pace",
    "Playable",
    "Program",
    "RandomFaults",
    "Request",
    "Served",
    "Server",
    "ServerProfile",
    "ServerThread",
    "Staging",
    "Stop",
    "Synthetic",
    "Take",
]
