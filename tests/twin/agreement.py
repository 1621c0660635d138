"""Whether a terminal event tells the same answer as the stream before it (rule R7)."""

from typing import Any

from .item import kind_of, parts_in


def contradicts(streamed: list[Any], terminal: list[Any]) -> bool:
    """Rule R7: whether the terminal's items say something else than the streamed ones did.

    Ids, statuses and encrypted content differ between honest tellings of one answer; texts, tool calls and the number
    of items do not. Where the stream said nothing, nothing is contradicted.
    """
    if len(streamed) != len(terminal):
        return True
    return any(gist_differs(*pair) for pair in zip(streamed, terminal, strict=True))


def gist_differs(streamed: dict[str, Any], terminal: Any) -> bool:
    terminal = terminal if isinstance(terminal, dict) else {}
    if kind_of(streamed) != kind_of(terminal):
        return True
    for key in ("call_id", "name", "arguments", "input", "code"):
        if streamed.get(key) and streamed[key] != terminal.get(key):
            return True
    for place in ("content", "summary"):
        told = [part.text.seed for part in parts_in(streamed, place)]
        again = [part.text.seed for part in parts_in(terminal, place)]
        if any(told) and told != again:
            return True
    return False
