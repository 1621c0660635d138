"""Foreign errors as ours: the one place where a transport library's exceptions are translated."""

from __future__ import annotations

from typing import cast

from ...errors import StreamStalled, TransportError

_MESSAGE_CHARS = 200


def transport_error(cause: Exception, *, what: str = "the connection broke") -> TransportError:
    """Translate what a transport raised; the caller raises it from `cause`.

    Args:
        cause: Any error of the library, file or iterable that the bytes came from.
        what: What was going on.

    Returns:
        `StreamStalled` when the transport waited longer than its own timeout allows, else `TransportError`.
    """
    cause = _alone(cause)
    words = str(cause)[:_MESSAGE_CHARS]
    message = f"{what}: {type(cause).__name__}" + (f": {words}" if words else "")
    return StreamStalled(message) if _is_timeout(cause) else TransportError(message)


def _alone(cause: Exception) -> Exception:
    # What fails within a task group comes as a group, also where it is alone.
    if not isinstance(cause, ExceptionGroup):
        return cause
    group = cast("ExceptionGroup[Exception]", cause)
    return _alone(group.exceptions[0]) if len(group.exceptions) == 1 else group


def _is_timeout(cause: Exception) -> bool:
    # httpx, requests and urllib3 do not derive theirs from Python's own, and none of them may be installed. To urllib3
    # a refused connection is a timeout too.
    names = {base.__name__ for base in type(cause).__mro__}
    return not names.isdisjoint({"TimeoutError", "TimeoutException", "Timeout"}) and "NewConnectionError" not in names
