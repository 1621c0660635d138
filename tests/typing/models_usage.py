"""What users write with the models: checked by mypy and pyright in strict mode, never run."""

import json
from typing import Any, assert_type

from pydantic import BaseModel, TypeAdapter

from or_stream import models
from or_stream.models import (
    AllowedTools,
    Annotation,
    ContentPart,
    CreateResponse,
    ErrorPayload,
    FunctionCall,
    FunctionCallOutput,
    FunctionTool,
    FunctionToolChoice,
    InputImage,
    InputItem,
    InputMessage,
    InputText,
    Item,
    ItemField,
    ItemReference,
    JsonSchemaFormat,
    LogProb,
    McpCall,
    Message,
    OutputText,
    Reasoning,
    ReasoningConfig,
    Refusal,
    Response,
    TextConfig,
    UnknownItem,
    UnknownPart,
    UnknownToolChoice,
    UrlCitation,
    Usage,
    Violation,
    WebSearchCall,
    as_input,
    violations,
)


def build_a_request(history: list[InputItem], question: str) -> CreateResponse:
    return CreateResponse(
        model="m",
        input=[*history, InputMessage(role="user", content=[InputText(text=question), InputImage(image_url="u")])],
        tools=[FunctionTool(name="timetable", parameters={"type": "object"}, strict=True)],
        tool_choice=AllowedTools(mode="auto", tools=[FunctionToolChoice(name="timetable")]),
        text=TextConfig(format=JsonSchemaFormat(name="answer", schema={"type": "object"})),
        reasoning=ReasoningConfig(effort="low"),
        temperature=1,
        metadata={"trip": "7"},
        stream=True,
    )


def input_takes_narrower_lists(calls: list[FunctionCallOutput], references: tuple[ItemReference, ...]) -> None:
    CreateResponse(input=calls)
    CreateResponse(input=references)
    CreateResponse(input="hi", tool_choice="required")
    CreateResponse(temperature="hot")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    CreateResponse(inputs="hi")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def run_tools(response: Response) -> CreateResponse:
    assert_type(response.function_calls, list[FunctionCall])
    answers: list[InputItem] = []
    for call in response.function_calls:
        assert_type(call.arguments, str)
        arguments: Any = json.loads(call.arguments)
        answers.append(FunctionCallOutput(call_id=call.call_id, output=str(arguments)))
    return CreateResponse(model=response.model, input=[*response.as_input(), *answers])


def read_a_response(text: bytes) -> str:
    response = Response.model_validate_json(text).raise_for_status()
    assert_type(response, Response)
    assert_type(response.status, str | None)
    assert_type(response.created_at, int | float | None)
    assert_type(response.output, list[Item])
    assert_type(response.usage, Usage | None)
    if response.usage is not None:
        assert_type(response.usage.total_tokens, int)
        if response.usage.output_tokens_details is not None:
            assert_type(response.usage.output_tokens_details.reasoning_tokens, int)
    if response.error is not None:
        assert_type(response.error.message, str)
    if response.incomplete_details is not None:
        assert_type(response.incomplete_details.reason, str)
    match response.tool_choice:
        case None | str():
            pass
        case FunctionToolChoice(name=name):
            assert_type(name, str)
        case AllowedTools(mode=mode):
            assert_type(mode, str | None)
        case UnknownToolChoice() as rest:
            assert_type(rest, UnknownToolChoice)
    return response.output_text


def narrow_by_match(item: Item) -> str:
    match item:
        case Message(content=[OutputText(text=text)]):
            return text
        case Message():
            assert_type(item.content, list[ContentPart])
            return item.text if item.refusal is None else item.refusal
        case FunctionCall(name=name, arguments=arguments):
            return name + arguments
        case Reasoning(encrypted_content=str() as opaque):
            return opaque
        case McpCall(error=None, output=str() as output):
            return output
        case UnknownItem(type=kind):
            assert_type(item.raw, Any)
            return kind
        case _:
            return item.id


def narrow_by_isinstance(item: Item, part: ContentPart, annotation: Annotation) -> None:
    if isinstance(item, WebSearchCall):
        assert_type(item.action, dict[str, Any] | None)
    if isinstance(part, OutputText):
        assert_type(part.logprobs, list[LogProb])
        assert_type(part.annotations, list[Annotation])
    elif isinstance(part, Refusal):
        assert_type(part.refusal, str)
    elif isinstance(part, UnknownPart):
        assert_type(part.model_extra, dict[str, Any] | None)
    if isinstance(annotation, UrlCitation):
        assert_type((annotation.url, annotation.start_index), tuple[str, int])


def narrow_by_type(item: Item) -> None:
    # The type of an `UnknownItem` may be any text, so it has to be out of the way first.
    if not isinstance(item, UnknownItem) and item.type == "function_call":
        assert_type(item, FunctionCall)


def is_an_item(value: object) -> Item | None:
    return value if isinstance(value, Item) else None


def exhaustive(part: ContentPart) -> str:
    match part:
        case models.OutputText() | models.Text() | models.InputText() | models.ReasoningText() | models.SummaryText():
            return part.text
        case models.Refusal():
            return part.refusal
        case models.InputImage():
            return part.image_url or ""
        case models.InputFile():
            return part.filename or ""
        case models.InputVideo():
            return part.video_url
        case models.UnknownPart():
            return part.type


def read_an_error(error: ErrorPayload) -> None:
    assert_type(error.status, int | None)
    assert_type(error.code, str | int | None)
    assert_type(error.headers, dict[str, str] | None)


def judge(response: Response, event: dict[str, Any]) -> list[str]:
    found = violations(response, spec="2026-01-15")
    assert_type(found, list[Violation])
    violations(event, shape="Event")
    violations(event, spec="2025-01-01")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert_type(response.validate(strict=True, spec="2026-04-24"), list[Violation])
    return [f"{one.path} {one.kind} {one.reason}" for one in found]


def give_back(response: Response) -> bytes:
    assert_type(response.to_dict(), dict[str, Any])
    assert_type(as_input(response.output), list[InputItem])
    assert_type(response.model_copy(update={"id": "other"}), Response)
    return response.to_json()


class Log(BaseModel):
    items: list[ItemField]


def of_ones_own(log: Log) -> None:
    assert_type(log.items, list[Item])


class Weather(BaseModel):
    city: str


def structured_output(response: Response) -> None:
    assert_type(response.parse_text(Weather), Weather)
    assert_type(response.parse_text(list[int]), list[int])
    assert_type(response.parse_text(TypeAdapter(Weather)), Weather)
    CreateResponse(text=TextConfig(format=JsonSchemaFormat.of(Weather)))
