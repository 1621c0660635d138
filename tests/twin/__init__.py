"""A slow, obvious reading of the standards in plain Python: the oracle of the Rust core.

Written from the documents alone, whole bodies at a time, with no regard for speed: `framing` cuts bytes into
server-sent events, `jsontext` and `events` read their data by the table in `kinds`, `slots`, `text` and `item` hold
rules R1-R6, `fold` builds the response, `body` goes all the way.
"""

from .body import NotAnEventStreamError, Reading, read, read_messages
from .events import Event, decode
from .fold import Fold

__all__ = ["Event", "Fold", "NotAnEventStreamError", "Reading", "decode", "read", "read_messages"]
