"""Events back to the bytes of an event stream, and a finished response as the stream a server would have sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from ._core import BaseEvent
from ._core import encode as core_encode
from ._core import synthesize as core_synthesize
from ._core import synthesize_events as core_synthesize_events
from .json_text import write_text

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from .events import Event
    from .models import Response

Chunk: TypeAlias = Literal["words", "characters"] | int
"""How a text is cut into deltas: a word each, with the white space before it; a character (Unicode code point) each; or
so many pieces of equal length per text, fewer for a text of fewer characters."""


def encode(event: Event | Mapping[str, Any] | Buffer) -> bytes:
    """Write one event as server-sent event: an `event` line, a `data` line, a blank line.

    Reading the result gives the same data back, with one exception: an event stream cannot hold a carriage return, so
    that the ones between JSON values become line feeds. The `event` line is the event's `type`; data without one is
    written without that line, and so is a `MalformedEvent`.

    Args:
        event: An event, whose data is written byte for byte as it was received, or a new one: a mapping, which may
            hold models, or the UTF-8 JSON of one object.

    Returns:
        The bytes.

    Raises:
        TypeError: Raised when it is nothing of that, or a mapping holds what JSON does not have.
        ValueError: Raised when the bytes are not one JSON object, or a mapping holds NaN, Infinity or half a surrogate
            pair.
    """
    # Events first: asking an abstract class costs more than the writing.
    if isinstance(event, BaseEvent) or not isinstance(event, Mapping):
        if hasattr(event, "output_text"):
            message = "a response is no event: synthesize(response) writes the stream of one"
            raise TypeError(message)
        return core_encode(event)
    return core_encode(_json(event))


def synthesize(response: Response | Mapping[str, Any] | Buffer, *, chunk: Chunk = "words", done: bool = True) -> bytes:
    """Write the event stream that a server would have sent for a finished response (contract 2026-04-24).

    The events number from 0, pass a strict decoder, and fold back to the response; reasoning has the contract's own
    event names. There is no event for a response that was cancelled: it ends with `response.incomplete`, and its
    `status` says `cancelled`.

    Args:
        response: A response of status `completed`, `incomplete`, `failed` or `cancelled`: the model, a mapping, or
            UTF-8 JSON, whose items are then copied byte for byte.
        chunk: The size of deltas; see `Chunk`.
        done: End with the sentinel `[DONE]`, as the contract says.

    Returns:
        The body of the answer.

    Raises:
        TypeError: Raised when the response or `chunk` is of another type.
        ValueError: Raised when the response has not ended or is not one JSON object, or for a `chunk` below 1.
    """
    return core_synthesize(_response_json(response), chunk=chunk, done=done)


def synthesize_events(
    response: Response | Mapping[str, Any] | Buffer, *, chunk: Chunk = "words", done: bool = True
) -> list[bytes]:
    """Write the same as `synthesize`, but each event alone: to be sent one by one, with pauses of your choice.

    Args:
        response: As for `synthesize`.
        chunk: As for `synthesize`.
        done: As for `synthesize`; the sentinel is one more entry.

    Returns:
        The bytes of each event; joined they are what `synthesize` returns.

    Raises:
        TypeError: As for `synthesize`.
        ValueError: As for `synthesize`.
    """
    return core_synthesize_events(_response_json(response), chunk=chunk, done=done)


def _response_json(response: Response | Mapping[str, Any] | Buffer) -> Buffer:
    if isinstance(response, Mapping):
        return _json(response)
    # Asked by its method, so that those who have the bytes need not load pydantic.
    to_json = getattr(response, "to_json", None)
    return cast("Buffer", response if to_json is None else to_json())


def _json(value: Mapping[str, Any]) -> bytes:
    # Half a surrogate pair is refused: reading it back would not give the same.
    return write_text(dict(value)).encode()
