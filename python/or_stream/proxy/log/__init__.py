"""Event logs: what a response's stream has told so far, kept where any node can read on from any event.

Every name is imported when it is first touched: `RedisEventLog` needs redis-py, and nothing else does.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .event_log import Entry, EventLog, LogReader, LogWriter
    from .faults import (
        CursorBeyondEnd,
        CursorExpired,
        EventLogError,
        LogBroken,
        LogUnavailable,
        ResponseEnded,
        SecondProducer,
        UnknownResponse,
    )
    from .memory import MemoryEventLog
    from .redis import RedisEventLog
    from .resume import resume_app

__all__ = [
    "CursorBeyondEnd",
    "CursorExpired",
    "Entry",
    "EventLog",
    "EventLogError",
    "LogBroken",
    "LogReader",
    "LogUnavailable",
    "LogWriter",
    "MemoryEventLog",
    "RedisEventLog",
    "ResponseEnded",
    "SecondProducer",
    "UnknownResponse",
    "resume_app",
]

if not TYPE_CHECKING:
    _HOMES = {
        **dict.fromkeys(("Entry", "EventLog", "LogReader", "LogWriter"), "event_log"),
        "MemoryEventLog": "memory",
        "RedisEventLog": "redis",
        "resume_app": "resume",
    }

    def __getattr__(name: str) -> object:
        """Import what `name` stands for, once; the errors are the most."""
        from importlib import import_module  # noqa: PLC0415 - not needed by those who use one name

        if name not in __all__:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        value = getattr(import_module(f".{_HOMES.get(name, 'faults')}", __name__), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
