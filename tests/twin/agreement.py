"""Whether two tellings of one item say the same (rules R5, R7).

Ids, statuses and encrypted content differ between honest tellings of one answer; types, texts and tool calls do not.
Where one telling says nothing, nothing is contradicted, but something may be left out.
"""

from typing import Any

CONTENT = ("type", "call_id", "name", "arguments", "input", "code", "text", "refusal", "diff")
LISTS = ("content", "summary")
OBJECTS = ("operation", "action")


def contradicts(streamed: list[Any], terminal: list[Any]) -> bool:
    """Rule R7: whether the terminal's items say something else than the streamed ones did, or less."""
    if len(streamed) != len(terminal):
        return True
    return any(differ(*pair) for pair in zip(streamed, terminal, strict=True)) or silent(streamed, terminal)


def silent(streamed: list[Any], terminal: list[Any]) -> bool:
    """Whether the same items are told, and one of them says nothing where something was streamed."""
    pairs = list(zip(streamed, terminal, strict=False))
    same = all(same_kind(*pair) and not differ(*pair) for pair in pairs)
    return same and any(leaves_out(*pair) for pair in pairs)


def same_kind(one: Any, other: Any) -> bool:
    return isinstance(other, dict) and one.get("type") == other.get("type")


def differ(one: Any, other: Any) -> bool:
    """Whether both say something, and not the same."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    texts = [(one.get(key), other.get(key)) for key in CONTENT]
    lists = [(one.get(key), other.get(key)) for key in LISTS]
    return (
        any(isinstance(a, str) and isinstance(b, str) and a and b and a != b for a, b in texts)
        or any(isinstance(a, list) and isinstance(b, list) and a and b and lists_differ(a, b) for a, b in lists)
        or any(differ(one.get(key), other.get(key)) for key in OBJECTS)
        or commands_differ(one.get("commands"), other.get("commands"))
    )


def lists_differ(one: list[Any], other: list[Any]) -> bool:
    return len(one) != len(other) or any(differ(*pair) for pair in zip(one, other, strict=True))


def commands_differ(one: Any, other: Any) -> bool:
    if not isinstance(one, list) or not isinstance(other, list):
        return False
    return any(a != b for a, b in zip(one, other, strict=False))


def leaves_out(told: Any, other: Any) -> bool:
    """Whether the other telling says nothing where this one has content."""
    if not isinstance(told, dict):
        return False
    other = other if isinstance(other, dict) else {}
    if any(told.get(key) and not other.get(key) for key in CONTENT if key != "type"):
        return True
    for key in LISTS:
        ours, theirs = (value if isinstance(value, list) else [] for value in (told.get(key), other.get(key)))
        theirs = theirs + [{}] * len(ours)
        if any(leaves_out(*pair) for pair in zip(ours, theirs, strict=False)):
            return True
    return any(leaves_out(told.get(key), other.get(key)) for key in OBJECTS)
