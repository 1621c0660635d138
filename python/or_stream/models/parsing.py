"""The answer of a finished response as a value of the type that was asked for."""

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..errors import OutputIncomplete, OutputParseError, OutputRefused
from .items import ItemField, Message
from .parts import Refusal
from .strict_schema import as_adapter

_UNFINISHED = frozenset({"incomplete", "in_progress", "queued"})
_EXCERPT = 200
_FINDINGS = 3


def parse_output(
    output: Iterable[ItemField], form: Any, *, status: str | None, reason: str | None, partial_json: Callable[[], bytes]
) -> Any:
    """Parse the text of the last message that has any.

    Args:
        output: The items of the response.
        form: A pydantic model, any other type that pydantic knows, or a `TypeAdapter`.
        status: The response's status; absent counts as finished.
        reason: Why it is incomplete, where the server said so.
        partial_json: Makes the response that an error carries.

    Raises:
        OutputRefused: Raised when the model refused.
        OutputIncomplete: Raised when the response is not finished.
        OutputParseError: Raised when there is no text, or it is not a value of the type.
    """
    messages = [item for item in output if isinstance(item, Message)]
    for refusal in (part.refusal for item in messages for part in item.content if isinstance(part, Refusal)):
        message = f"the model refused: {refusal[:_EXCERPT]!r}"
        raise OutputRefused(message, refusal=refusal, partial_json=partial_json())
    if status in _UNFINISHED:
        why = f" ({reason})" if reason else ""
        message = f"the response is {status}{why}: its text is not whole"
        raise OutputIncomplete(message, reason=reason, partial_json=partial_json())
    texts = (item.output_text for item in reversed(messages))
    text = next(filter(None, texts), None)
    if text is None:
        message = "the response has no text to parse"
        raise OutputParseError(message, partial_json=partial_json())
    return _parse(text, as_adapter(form), partial_json)


def _parse(text: str, adapter: TypeAdapter[Any], partial_json: Callable[[], bytes]) -> Any:
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        message = f"the text is not what was asked for: {_findings(error)}; it begins {text[:_EXCERPT]!r}"
        raise OutputParseError(message, text=text, partial_json=partial_json()) from error


def _findings(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_context=False, include_input=False)
    told = [_finding(".".join(map(str, detail["loc"])), detail["msg"]) for detail in details[:_FINDINGS]]
    more = [f"{len(details) - _FINDINGS} more"] if len(details) > _FINDINGS else []
    return "; ".join(told + more)


def _finding(place: str, words: str) -> str:
    # Keys are the model's words: `repr` escapes what must not reach a terminal.
    shown = repr(place)[1:-1][:_EXCERPT]
    return f"{shown}: {words}" if shown else words
