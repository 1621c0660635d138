"""The paths of or_stream, each as its documentation would write it."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from or_stream import (
    Assembler,
    AsyncEventStream,
    Decoder,
    EventStream,
    OutputTextDelta,
    PartialArguments,
    SSEDecoder,
)
from or_stream.models import Response


def frames(chunks: Iterable[bytes]) -> int:
    """Framing only, for any server's events; how many."""
    feed = SSEDecoder().feed
    return sum(len(feed(chunk)) for chunk in chunks)


def count(chunks: Iterable[bytes]) -> int:
    """Lists of typed events, each delta a `str`; how many events."""
    decoder = Decoder()
    feed = decoder.feed
    return sum(len(feed(chunk)) for chunk in chunks) + len(decoder.finish())


def read(chunks: Iterable[bytes]) -> int:
    """Each event's type and the text of deltas; how many characters."""
    feed = Decoder().feed
    characters = 0
    for chunk in chunks:
        for event in feed(chunk):
            if event.type == "response.output_text.delta":
                characters += len(event.delta)
    return characters


def read_and_fold(chunks: Iterable[bytes]) -> int:
    """Events with the response being built on the way, as a stream does it, in a plain loop; characters of text."""
    decode = Assembler().decode
    characters = 0
    for chunk in chunks:
        for event in decode(chunk):
            if isinstance(event, OutputTextDelta):
                characters += len(event.delta)
    return characters


def fold(chunks: Iterable[bytes]) -> Assembler:
    """A response being built, without a Python object per event."""
    assembler = Assembler()
    feed = assembler.feed
    for chunk in chunks:
        feed(chunk)
    assembler.finish()
    return assembler


def text(chunks: Iterable[bytes]) -> str:
    """The text of the finished response."""
    return fold(chunks).output_text


Read: TypeAlias = tuple[str | None, str, int | None, list[tuple[str, str]]]


def read_response(response: Response) -> Read:
    """What users read of a response: its status, its text, the tokens it took, the calls to answer."""
    calls = [(call.name, call.arguments) for call in response.function_calls]
    return response.status, response.output_text, response.usage and response.usage.total_tokens, calls


def final(chunks: Iterable[bytes]) -> str:
    """The finished response as a model, and what users read of it; its answer."""
    _, text, _, calls = read_response(fold(chunks).get_final_response())
    return calls[0][1] if calls else text


def final_of_any(chunks: Iterable[bytes]) -> Read:
    """The response of a stream that may be cut, as a model, and what users read of it."""
    return read_response(fold(chunks).snapshot())


def dump(chunks: Iterable[bytes]) -> dict[str, Any]:
    """The response as a model, and all of it as dicts, as pydantic makes them."""
    return fold(chunks).snapshot().model_dump()


def as_dict(chunks: Iterable[bytes]) -> dict[str, Any]:
    """The response as a model, and what was sent of it as dicts."""
    return fold(chunks).snapshot().to_dict()


def follow(deltas: Iterable[str]) -> object:
    """The value of a call's arguments, read after each delta; the last value."""
    arguments, value = PartialArguments(), None
    for delta in deltas:
        arguments.push(delta)
        value = arguments.value
    return value


def iterate(chunks: Sequence[bytes]) -> int:
    """`for event in EventStream`; how many characters of text."""
    characters = 0
    with EventStream(chunks) as stream:
        for event in stream:
            if isinstance(event, OutputTextDelta):
                characters += len(event.delta)
    return characters


async def aiterate(chunks: Sequence[bytes]) -> int:
    """`async for event in AsyncEventStream`; how many characters of text."""
    characters = 0
    async with AsyncEventStream(chunks) as stream:
        async for event in stream:
            if isinstance(event, OutputTextDelta):
                characters += len(event.delta)
    return characters


async def abatches(chunks: Sequence[bytes]) -> int:
    """`async for batch in AsyncEventStream.batches()`; how many characters of text."""
    characters = 0
    async with AsyncEventStream(chunks) as stream:
        async for batch in stream.batches():
            for event in batch:
                if isinstance(event, OutputTextDelta):
                    characters += len(event.delta)
    return characters
