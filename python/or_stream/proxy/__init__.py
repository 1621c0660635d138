"""For proxies and gateways: know what passes through and relay it.

Every name is imported when it is first touched, so that only those who use a framework need it installed.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .aiohttp import relay_aiohttp
    from .asgi import relay_asgi
    from .broadcast import Broadcast, Listener, SlowConsumer
    from .downstream import ClientGone, Downstream
    from .ending import RelayEnd
    from .log import EventLog, EventLogError, MemoryEventLog, RedisEventLog, resume_app
    from .options import Drain, RelayOptions
    from .relay import Relay
    from .rewrite import Abort, Rewriter
    from .starlette import SSEProxyResponse
    from .tap import Tap

__all__ = [
    "Abort",
    "Broadcast",
    "ClientGone",
    "Downstream",
    "Drain",
    "EventLog",
    "EventLogError",
    "Listener",
    "MemoryEventLog",
    "RedisEventLog",
    "Relay",
    "RelayEnd",
    "RelayOptions",
    "Rewriter",
    "SSEProxyResponse",
    "SlowConsumer",
    "Tap",
    "relay_aiohttp",
    "relay_asgi",
    "resume_app",
]

if not TYPE_CHECKING:
    _HOMES = {
        **dict.fromkeys(("Broadcast", "Listener", "SlowConsumer"), "broadcast"),
        "ClientGone": "downstream",
        "Downstream": "downstream",
        "Drain": "options",
        **dict.fromkeys(("EventLog", "EventLogError", "MemoryEventLog", "RedisEventLog", "resume_app"), "log"),
        "Relay": "relay",
        "RelayEnd": "ending",
        "RelayOptions": "options",
        **dict.fromkeys(("Abort", "Rewriter"), "rewrite"),
        "SSEProxyResponse": "starlette",
        "Tap": "tap",
        "relay_aiohttp": "aiohttp",
        "relay_asgi": "asgi",
    }

    def __getattr__(name: str) -> object:
        """Import what `name` stands for, once."""
        from importlib import import_module  # noqa: PLC0415 - not needed by those who use one name

        if name not in _HOMES:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
