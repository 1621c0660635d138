"""Lenient towards servers, strict towards callers."""

import copy
import json
import pickle
import subprocess
import sys
from typing import get_args

import pytest
from pydantic import BaseModel, ValidationError

import or_stream
from or_stream import models
from or_stream.models import (
    CreateResponse,
    ErrorPayload,
    FunctionCall,
    FunctionCallOutput,
    FunctionTool,
    InputImage,
    InputMessage,
    InputText,
    ItemReference,
    JsonSchemaFormat,
    LogProb,
    Message,
    OutputText,
    Reasoning,
    Response,
    UnknownAnnotation,
    UnknownFormat,
    UnknownItem,
    UnknownPart,
    UnknownTool,
    UnknownToolChoice,
    UrlCitation,
    Usage,
    load_field,
)

CLASSES = [thing for thing in vars(models).values() if isinstance(thing, type) and issubclass(thing, models.Record)]
UNIONS = [models.Item, models.ContentPart, models.Annotation, models.Tool, models.Format]


# Reading


def test_each_type_has_its_class(load_sample):
    for name in ("conformant", "superset"):
        response = Response.model_validate(load_sample(name))
        for item, sent in zip(response.output, load_sample(name)["output"], strict=True):
            assert type(item).__name__.lower() == sent["type"].replace("_", "")
    kinds = {kind for item in get_args(models.Item) for kind in get_args(item.model_fields["type"].annotation)}
    sent_kinds = {item["type"] for name in ("conformant", "superset") for item in load_sample(name)["output"]}
    assert kinds == sent_kinds, "each item class has a sample"


def test_types_of_members(load_sample):
    response = Response.model_validate(load_sample("superset"))
    message = response.output[-1]
    assert isinstance(message, Message)
    assert isinstance(message.content[0], OutputText)
    assert [type(annotation).__name__ for annotation in message.content[0].annotations] == [
        "FileCitation",
        "ContainerFileCitation",
        "FilePath",
    ]
    assert [type(tool).__name__ for tool in response.tools] == [
        "WebSearchTool",
        "FileSearchTool",
        "McpTool",
        "CodeInterpreterTool",
        "ImageGenerationTool",
        "CustomTool",
        "UnknownTool",
    ]
    assert isinstance(response.tool_choice, UnknownToolChoice)
    assert response.text is not None
    assert isinstance(response.text.format, JsonSchemaFormat)
    assert response.text.format.schema_ == {"type": "object"}
    assert isinstance(response.instructions, list)
    assert [type(item) for item in response.instructions] == [InputMessage, InputMessage]
    assert isinstance(response.created_at, float)
    assert isinstance(response.top_p, int)


def test_unknown_types_are_kept_with_all_of_their_fields(load_sample):
    response = Response.model_validate(load_sample("vendor"))
    trace, future, untyped, message = response.output
    assert isinstance(trace, UnknownItem)
    assert (trace.type, trace.id, trace.status) == ("acme:trace_event", "ev_1", "completed")
    assert trace.model_extra == {"payload": [1, 1.0, "1", None]}
    assert isinstance(future, UnknownItem)
    assert future.raw == {"type": "future_call", "value": 3, "raw": 1, "to_dict": None, "model_extra": {}}
    assert isinstance(untyped, UnknownItem)
    assert (untyped.type, untyped.id) == ("", "no_type")
    assert isinstance(message, Message)
    chart, text = message.content
    assert isinstance(chart, UnknownPart)
    assert isinstance(text, OutputText)
    assert isinstance(text.annotations[0], UnknownAnnotation)
    assert isinstance(load_field("response", b'{"tools": [{"type": "x"}]}').tools[0], UnknownTool)
    assert isinstance(load_field("response", b'{"text": {"format": {"type": "x"}}}').text.format, UnknownFormat)


def test_null_reads_as_absent(load_sample):
    absent, null = Response(), Response.model_validate(dict.fromkeys(Response.model_fields))
    for name in Response.model_fields:
        assert getattr(null, name) == getattr(absent, name), name
    assert Response.model_validate(load_sample("sparse")).output == []


def test_what_does_not_fit_reads_as_absent_and_is_kept(load_sample):
    sent = load_sample("misfits")
    response = Response.model_validate(sent)
    assert (response.id, response.status, response.created_at, response.model) == ("", None, None, "")
    assert (response.object, response.tools, response.metadata, response.error) == ("response", [], None, None)
    assert response.parallel_tool_calls is None, "1 is no bool"
    assert response.top_p is None, "true is no number"
    assert response.model_extra is not None
    assert response.model_extra["status"] == ["completed"]

    text, null, odd_type, string_content, message, call, reasoning = response.output
    assert isinstance(text, UnknownItem)
    assert (text.raw, text.type) == ("just text", "")
    assert isinstance(null, UnknownItem)
    assert null.raw is None
    assert isinstance(odd_type, UnknownItem)
    assert odd_type.raw == {"type": 5}
    # One bad field costs no other: the class and the rest stay.
    assert isinstance(string_content, Message)
    assert (string_content.id, string_content.status, string_content.content) == ("msg_1", None, [])
    assert isinstance(message, Message)
    assert message.text == "kept"
    assert [type(part) for part in message.content] == [OutputText, OutputText, UnknownPart]
    assert isinstance(call, FunctionCall)
    assert (call.name, call.arguments) == ("f", "")
    assert isinstance(reasoning, Reasoning)
    assert (reasoning.summary, reasoning.content) == ([], [])
    assert response.usage is not None
    assert (response.usage.input_tokens, response.usage.output_tokens, response.usage.total_tokens) == (0, 4, 0)


def test_usage_without_details():
    usage = Usage.model_validate({"input_tokens": 1, "output_tokens": 2, "total_tokens": 3})
    assert usage.input_tokens_details is None


def test_messages_without_a_type_are_input_messages():
    request = CreateResponse.model_validate({"input": [{"role": "user", "content": "hi"}, {"role": "user"}]})
    assert isinstance(request.input, list)
    assert [type(item) for item in request.input] == [InputMessage, UnknownItem]


# The core's hook


@pytest.mark.parametrize("name", ["item", "part", "annotation"])
@pytest.mark.parametrize("value", ["text", 3, [], True, {}, {"type": None}, {"type": []}])
def test_load_field_of_another_shape(name, value):
    loaded = load_field(name, json.dumps(value).encode())
    assert isinstance(loaded, models.Unknown)
    assert loaded.raw == value


def test_load_field_of_each_name():
    assert isinstance(load_field("response", b'{"id": "r"}'), Response)
    assert load_field("response", b'"r"') is None
    assert isinstance(load_field("item", b'{"type": "function_call"}'), FunctionCall)
    assert isinstance(load_field("part", b'{"type": "refusal"}'), models.Refusal)
    assert isinstance(load_field("annotation", b'{"type": "url_citation"}'), UrlCitation)
    assert load_field("logprobs", b'[{"token": "a"}, 5, {"token": 5}]') == [LogProb.model_validate({"token": "a"})]
    assert load_field("logprobs", b"5") == []
    assert load_field("error", b'{"code": 429, "status": 429}') == ErrorPayload.model_validate(
        {"code": 429, "status": 429}
    )
    assert load_field("error", b'"overloaded"').message == "overloaded"
    assert load_field("error", b"[1]").message == "[1]"


def test_events_of_the_core_have_models():
    data = {"type": "response.output_item.done", "output_index": 0, "item": {"type": "function_call", "name": "f"}}
    (event,) = or_stream.Decoder().feed_message(json.dumps(data))
    assert isinstance(event, or_stream.OutputItemDone)
    assert isinstance(event.item, FunctionCall)
    assert event.item.to_dict() == data["item"]


# Building


def test_what_is_built_has_its_type():
    request = CreateResponse(
        model="m",
        input=[
            InputMessage(role="user", content=[InputText(text="what is this?"), InputImage(image_url="data:,x")]),
            FunctionCallOutput(call_id="call_1", output="9"),
            ItemReference(id="msg_1"),
        ],
        tools=[FunctionTool(name="f", parameters={"type": "object"})],
        text=models.TextConfig(format=JsonSchemaFormat(name="n", schema={"type": "object"}, strict=True)),
    )
    assert json.loads(request.to_json()) == {
        "model": "m",
        "input": [
            {
                "type": "message",
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "what is this?"},
                    {"type": "input_image", "image_url": "data:,x"},
                ],
            },
            {"type": "function_call_output", "call_id": "call_1", "output": "9"},
            {"type": "item_reference", "id": "msg_1"},
        ],
        "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}],
        "text": {
            "format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": True},
        },
    }
    assert CreateResponse.model_validate_json(request.to_json()) == request


def test_each_class_can_be_built_empty_and_read_back():
    for kind in CLASSES:
        built = kind()
        assert kind.model_validate_json(built.to_json()) == built
        assert set(built.to_dict()) <= {"type", "object"}


def test_output_items_are_input_as_they_are():
    output = Response.model_validate(
        {"output": [{"type": "message", "content": []}, {"type": "acme:x"}, {"type": "mcp_call"}]}
    ).output
    request = CreateResponse(input=output)
    assert request.input == output
    assert request.to_dict()["input"] == [item.to_dict() for item in output]


def test_tuples_are_lists_on_the_wire():
    assert CreateResponse(input=(ItemReference(id="a"),)).to_json() == b'{"input":[{"type":"item_reference","id":"a"}]}'


@pytest.mark.parametrize(
    "build",
    [
        lambda: CreateResponse(temperature="hot"),
        lambda: CreateResponse(stream=1),
        lambda: CreateResponse(temperature=float("nan")),
        lambda: CreateResponse(input=[5]),
        lambda: CreateResponse(input=[{"type": "message", "content": 5}]),
        lambda: Message(content=[{"type": "output_text", "text": 5}]),
        lambda: Message(type="function_call"),
        lambda: Response(usage={"input_tokens": "3"}),
    ],
)
def test_what_is_built_must_fit(build):
    with pytest.raises(ValidationError):
        build()


def test_errors_of_callers_are_readable():
    with pytest.raises(ValidationError) as caught:
        CreateResponse(input=[{"type": "message", "content": [{"type": "input_text", "text": 5}]}])
    assert ("input", 0, "message", "content", 0, "input_text", "text") in {
        tuple(step for step in error["loc"]) for error in caught.value.errors()
    }
    assert "function-wrap" not in str(caught.value)


# Being


def test_models_are_frozen():
    response = Response(id="r")
    with pytest.raises(ValidationError, match="frozen"):
        response.id = "other"
    with pytest.raises(ValidationError, match="frozen"):
        response.acme = "other"


def test_copies_are_equal(sample):
    response = Response.model_validate(sample)
    assert copy.deepcopy(response) == response
    assert pickle.loads(pickle.dumps(response)) == response
    assert pickle.loads(pickle.dumps(response)).to_dict() == sample
    assert response.model_copy(update={"id": "other"}).to_dict() == {**sample, "id": "other"}
    assert response.to_dict() == sample


def test_repr_shows_what_was_sent():
    assert repr(load_field("item", b'{"type": "message", "status": 5, "x": null}')) == (
        "Message(type='message', x=None, status=5)"
    )
    assert repr(load_field("item", b'"loose"')) == "UnknownItem('loose')"


def test_fields_of_models_in_models_of_others():
    class Log(BaseModel):
        items: list[models.ItemField]
        last: models.AnnotationField | None = None

    log = Log.model_validate({"items": [{"type": "reasoning"}, {"type": "acme:x"}]})
    assert [type(item) for item in log.items] == [Reasoning, UnknownItem]
    assert log.model_dump(exclude_unset=True) == {"items": [{"type": "reasoning"}, {"type": "acme:x"}]}


# The package


def test_every_field_may_be_absent_and_hides_nothing_of_pydantic():
    for kind in CLASSES:
        for name, field in kind.model_fields.items():
            assert not field.is_required(), (kind, name)
            assert not hasattr(models.Record, name), (kind, name)


def test_every_class_of_a_union_is_public_and_has_its_own_type():
    for union in UNIONS:
        kinds = [kind for member in get_args(union) for kind in get_args(member.model_fields["type"].annotation)]
        assert len(kinds) == len(set(kinds))
        assert {member.__name__ for member in get_args(union)} <= set(models.__all__)


def test_import_takes_only_what_it_needs():
    code = (
        "import sys, or_stream.models; "
        "print(*sorted({'orjson', 'anyio', 'httpx', 'httpx2', 'aiohttp', 'typer', 'asyncio'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def test_many_threads_may_be_the_first_to_use_the_models():
    # In its own process, since only the first use builds a class's schema.
    code = """
import sys, threading
sys.setswitchinterval(1e-6)
from or_stream.models import CreateResponse, Message, Response, load_field
together, failures = threading.Barrier(8), []
def use():
    together.wait()
    try:
        response = load_field("response", b'{"output":[{"type":"message","content":[{"type":"text"}]}, 1]}')
        assert type(response) is Response
        assert type(response.output[0]) is Message
        assert type(load_field("item", b'{"type":"message"}')) is Message
        assert CreateResponse(model="m").to_json() == b'{"model":"m"}'
    except BaseException as error:
        failures.append(repr(error))
threads = [threading.Thread(target=use) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
sys.exit("; ".join(failures) or 0)
"""
    for _ in range(3):
        subprocess.run([sys.executable, "-c", code], check=True)
