"""What users write with events, streams and errors: checked by mypy and pyright in strict mode, never run."""

from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, assert_never, assert_type

from pydantic import BaseModel, TypeAdapter

import or_stream as ors
from or_stream import Event, OutputTextDelta
from or_stream.models import ContentPart, ErrorPayload, Item, Response, Usage

# Events


def narrow_by_match(event: Event) -> str:
    match event:
        case ors.OutputTextDelta(delta=text):
            assert_type(text, str)
            return text
        case ors.FunctionCallArgumentsDone(name=name, arguments=arguments):
            assert_type(name, str | None)
            return arguments
        case ors.OutputItemDone(item=item):
            assert_type(item, Item | None)
            return "" if item is None else item.id
        case ors.ContentPartAdded(part=part, content_index=index):
            assert_type((part, index), tuple[ContentPart | None, int | None])
            return ""
        case ors.Completed(response=response) | ors.Incomplete(response=response) | ors.Failed(response=response):
            assert_type(response, Response | None)
            return "" if response is None else response.output_text
        case ors.ErrorEvent(error=error, code=code):
            assert_type((error, code), tuple[ErrorPayload, str | int | None])
            return event.message
        case ors.UnknownEvent(type=kind, data=data):
            assert_type(data, dict[str, Any])
            return kind
        case ors.MalformedEvent(reason=reason, offset=offset, raw=raw):
            assert_type((reason, offset, raw), tuple[str, int, bytes])
            return reason
        case _:
            return event.type


def narrow_by_isinstance(event: Event) -> None:
    assert_type(event.sequence_number, int | None)
    assert_type(event.index, int)
    assert_type(event.raw, bytes)
    assert_type(event.data, dict[str, Any])
    if isinstance(event, OutputTextDelta):
        assert_type(event, OutputTextDelta)
        assert_type(event.output_index, int | None)
    elif isinstance(event, ors.ReasoningDelta | ors.ReasoningSummaryTextDelta | ors.RefusalDelta):
        assert_type(event.delta, str)


def read_as_it_grows(event: Event) -> object:
    match event:
        case ors.OutputTextDelta(snapshot=text) | ors.ReasoningDelta(snapshot=text):
            assert_type(text, str)
            return text
        case ors.FunctionCallArgumentsDelta(arguments=arguments):
            assert_type(arguments, ors.PartialArguments)
            return arguments.value
        case _:
            return None


def narrow_by_type(event: Event) -> str:
    if event.type == "response.output_text.delta":
        assert_type(event, ors.OutputTextDelta)
        return event.delta
    if event.type == "response.reasoning.delta" or event.type == "response.reasoning_text.delta":
        assert_type(event, ors.ReasoningDelta)
        return event.delta
    if event.type == "error":
        assert_type(event, ors.ErrorEvent)
        return event.message
    if event.type == "or_stream.malformed":
        assert_type(event, ors.MalformedEvent)
        return event.reason
    if isinstance(event, ors.UnknownEvent | ors.Heartbeat):
        kind: str = event.data["type"]
        return kind
    return event.type


def narrow_by_matching_the_type(event: Event) -> str:
    match event.type:
        case "response.output_text.delta":
            return event.delta
        case "response.function_call_arguments.done":
            return event.arguments
        case _:
            return ""


Ending = ors.Completed | ors.Incomplete | ors.Failed


def exhaustive(event: Ending) -> str:
    match event:
        case ors.Completed():
            return "done"
        case ors.Incomplete():
            return "cut"
        case ors.Failed():
            return "failed"
        case _:
            assert_never(event)


def exhaustive_by_type(event: Ending) -> str:
    if event.type == "response.completed":
        return "done"
    if event.type == "response.incomplete":
        return "cut"
    if event.type == "response.failed":
        return "failed"
    assert_never(event)


def any_event_is_one_of_the_union(event: ors.BaseEvent) -> None:
    if isinstance(event, ors.OutputTextDelta | ors.UnknownEvent):
        kept: list[Event] = [event]
        print(kept)


def events_are_read_only(event: ors.OutputTextDelta) -> None:
    event.delta = "x"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    print(event.text)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]


def misspelt() -> None:
    ors.OutputTextDleta  # type: ignore[attr-defined]  # pyright: ignore  # noqa: B018


# Bytes to events and responses


def decode(chunks: Iterator[bytes]) -> list[Event]:
    decoder = ors.Decoder(limits=ors.Limits(max_event_bytes=None), strict=True)
    events = [event for chunk in chunks for event in decoder.feed(memoryview(chunk))]
    assert_type(decoder.outcome, ors.Outcome | None)
    ors.Decoder(limits=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return [*events, *decoder.finish()]


def fold(chunks: Iterator[bytes]) -> Response:
    assembler = ors.Assembler(output_source="terminal")
    for chunk in chunks:
        assembler.feed(chunk)
    assert_type(assembler.finish(), ors.Outcome)
    assert_type(assembler.usage, Usage | None)
    assert_type(assembler.snapshot(), Response)
    ors.Assembler(output_source="both")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return assembler.get_final_response(require_terminal=False)


# Streams


def read_a_stream(source: Iterator[bytes]) -> str:
    with ors.EventStream(source, require_terminal=False) as stream:
        assert_type(stream, ors.EventStream)
        for event in stream:
            assert_type(event, Event)
        for batch in stream.batches():
            assert_type(batch, list[Event])
        for text in stream.text_deltas():
            assert_type(text, str)
        assert_type(stream.until_done(), ors.Outcome)
        assert_type(stream.get_final_response(), Response)
        return stream.get_final_text()


async def read_an_async_stream(source: AsyncIterator[bytes]) -> str:
    async with ors.AsyncEventStream(source, limits=ors.Limits(), strict=False) as stream:
        assert_type(stream, ors.AsyncEventStream)
        async for event in stream:
            assert_type(event, Event)
        async for batch in stream.batches():
            assert_type(batch, list[Event])
        async for text in stream.text_deltas():
            assert_type(text, str)
        assert_type(await stream.until_done(), ors.Outcome)
        assert_type(await stream.get_final_response(), Response)
        return await stream.get_final_text()


def look_at_a_stream(stream: ors.EventStream | ors.AsyncEventStream) -> None:
    assert_type(stream.arguments("call_1"), ors.PartialArguments)
    assert_type(stream.outcome, ors.Outcome | None)
    assert_type(stream.response, Response | None)
    assert_type(stream.usage, Usage | None)
    assert_type(stream.output_text, str)
    assert_type(stream.diagnostics, list[ors.Diagnostic])
    assert_type(stream.stats, ors.Stats)
    assert_type(stream.stats.bytes + stream.stats.events + stream.stats.chunks + stream.stats.comments, int)
    assert_type(stream.status, int | None)
    assert_type(stream.headers, Mapping[str, str])


async def connect(url: str) -> Response:
    request = ors.models.CreateResponse(model="m", input="hi")
    async with ors.connect(url, request, headers={"authorization": "Bearer x"}) as stream:
        assert_type(stream, ors.AsyncEventStream)
    with ors.connect_sync(url, {"model": "m"}) as sync_stream:
        assert_type(sync_stream, ors.EventStream)
    ors.connect(url, b"{}")
    ors.connect(url, 3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    async with ors.connect(url) as stream:
        return await stream.get_final_response()


def write(event: Event, response: Response) -> bytes:
    return ors.encode(event) + ors.encode({"type": "acme:note", "text": "x"}) + ors.synthesize(response)


# Errors


def keep_what_came(path: Path) -> Response | None:
    stream = ors.EventStream(path)
    try:
        return stream.get_final_response()
    except ors.ServerStreamError as error:
        assert_type(error.error, ErrorPayload)
        assert_type(error.status, int | None)
        return error.partial
    except ors.TransportError as error:
        assert_type(error.body, bytes)
        return error.partial
    except (ors.StreamTruncated, ors.LimitExceeded) as error:
        assert_type(error.last_sequence_number, int | None)
        return error.partial
    except ors.OrStreamError as error:
        assert_type((error.events_seen, error.bytes_seen, error.last_event_id), tuple[int, int, str])
        return error.partial


def judge(outcome: ors.Outcome) -> bool:
    match outcome:
        case ors.Outcome.COMPLETED | ors.Outcome.INCOMPLETE:
            return True
        case ors.Outcome.FAILED | ors.Outcome.CANCELLED:
            return outcome.is_final_response
        case ors.Outcome.ERROR | ors.Outcome.TRUNCATED:
            return False
        case _:
            assert_never(outcome)


class Weather(BaseModel):
    city: str


async def structured_output(url: str, kind: TypeAdapter[int | str]) -> None:
    async with ors.connect(url, {"model": "m"}, text_format=Weather) as stream:
        assert_type(await stream.get_final_parsed(Weather), Weather)
    with ors.connect_sync(url, {"model": "m"}, text_format=kind) as sync_stream:
        assert_type(sync_stream.get_final_parsed(kind), int | str)
    async with ors.ResponsesWebSocket(url) as socket, socket.create({"model": "m"}, text_format=list[int]) as stream:
        assert_type(await stream.get_final_parsed(list[int]), list[int])


def why_not(error: ors.OutputParseError) -> str | None:
    match error:
        case ors.OutputRefused(refusal=refusal):
            assert_type(refusal, str)
            return refusal
        case ors.OutputIncomplete(reason=reason):
            return reason
        case _:
            return error.text
