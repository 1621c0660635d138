"""What a client made of one body, in terms that all clients share."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Seen:
    """What came out of the client's public API.

    Args:
        text: The answer's text.
        calls: Name and arguments of the function calls.
        ended: The end the client told: `completed`, `incomplete`, `failed`, `cancelled`, `error`; `raised` for an exception;
            `silent` when iteration simply stopped and nothing said why.
        events: How many events or chunks it yielded.
        error: Class and message of the exception, the message cut.
    """

    text: str = ""
    calls: list[tuple[str, str]] = field(default_factory=list)
    ended: str = "silent"
    events: int = 0
    error: str | None = None

    def raised(self, error: BaseException) -> None:
        self.ended = "raised"
        self.error = f"{type(error).__name__}: {str(error)[:160]}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def of_json(told: dict[str, Any]) -> Seen:
    """The inverse of `as_json`."""
    return Seen(**{**told, "calls": [(name, arguments) for name, arguments in told["calls"]]})
