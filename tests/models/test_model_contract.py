"""The contract's table against the published documents, and the judgements made with it."""

import json
from copy import deepcopy

import pytest
from hypothesis import given, settings
from json_values import objects, wire_values

from or_stream import models
from or_stream.models import Response, Violation, load_field, violations
from or_stream.models.contract import LATEST, definitions
from or_stream.models.shapes import contract

SPECS = ["2026-01-15", "2026-04-24"]
PLAIN = {"string": "str", "integer": "int", "boolean": "bool", "number": "number", "null": "null"}


# What the documents say, as: name -> field -> (required, plain types, texts, shapes, element)


class Document:
    """One OpenAPI document, read into the same facts as our table, by other code."""

    def __init__(self, document):
        self.schemas = document["components"]["schemas"]
        self.names = {
            name: schema["properties"]["type"]["enum"][0] if name.endswith("StreamingEvent") else name
            for name, schema in self.schemas.items()
            if schema.get("properties")
        }

    def facts(self):
        return {
            ours: {
                name: (name in self.schemas[theirs].get("required", []), *self.type(schema))
                for name, schema in self.schemas[theirs]["properties"].items()
            }
            for theirs, ours in self.names.items()
        }

    def type(self, schema):
        plain, texts, shapes, element = set(), set(), set(), None
        for one in self.alternatives(schema):
            if isinstance(one, str):
                shapes.add(one)
            elif "enum" in one:
                texts.update(one["enum"])
            elif one.get("type") == "array":
                element = self.type(one["items"])
            elif one.get("type") == "object":
                texts_only = isinstance(one.get("additionalProperties"), dict) and one["additionalProperties"].get(
                    "type"
                )
                plain.add("{str}" if texts_only == "string" else "object")
            else:
                plain.add(PLAIN[one["type"]] if "type" in one else "any")
        return plain, texts, shapes, element

    def alternatives(self, schema):
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return [self.names[name]] if name in self.names else self.alternatives(self.schemas[name])
        for key in ("anyOf", "oneOf", "allOf"):
            if key in schema:
                # `allOf` is used here only to add a description to a reference.
                return [one for part in schema[key] if set(part) - {"description"} for one in self.alternatives(part)]
        return [schema]


def our_type(kind):
    element = None if kind.element is None else our_type(kind.element)
    return set(kind.plain), set(kind.texts), set(kind.shapes), element


def our_facts(spec):
    return {
        name: {field: (rule.required, *our_type(rule.type)) for field, rule in shape.items()}
        for name, shape in contract(spec).shapes.items()
    }


@pytest.mark.parametrize("spec", SPECS)
def test_the_table_agrees_with_the_document(openapi, spec):
    theirs, ours = Document(openapi(spec)).facts(), our_facts(spec)
    # Two WebSocket schemas are built otherwise in the document: an object within, and one schema laid over another.
    if spec != "2026-01-15":
        inner = openapi(spec)["components"]["schemas"]["WebSocketErrorEvent"]["properties"]["error"]
        error = Document({"components": {"schemas": {"WebSocketError": inner}}}).facts()["WebSocketError"]
        theirs["WebSocketError"] = error
        theirs["WebSocketErrorEvent"]["error"] = (True, set(), set(), {"WebSocketError"}, None)
        create, body = ours.pop("WebSocketResponseCreateEvent"), ours["CreateResponseBody"]
        over, _ = openapi(spec)["components"]["schemas"]["WebSocketResponseCreateEvent"]["allOf"]
        forbidden = {name for name, schema in over["properties"].items() if schema.get("x-openresponses-disallowed")}
        assert {name for name, (_, plain, *_) in create.items() if plain == {"never"}} == forbidden
        assert create["type"] == (True, set(), {"response.create"}, set(), None)
        assert {name: create[name] for name in body.keys() - forbidden} == {
            name: body[name] for name in body.keys() - forbidden
        }
    assert ours.keys() == theirs.keys()
    for name, shape in theirs.items():
        assert ours[name] == shape, name


def test_the_table_has_both_versions():
    assert (
        len([name for name in contract("2026-04-24").shapes if name.startswith("response.") or name == "error"]) == 24
    )
    older, newer = our_facts("2026-01-15"), our_facts("2026-04-24")
    assert older["OutputTextContent"]["logprobs"][0] is True
    assert newer["OutputTextContent"]["logprobs"][0] is False
    assert "phase" not in older["Message"]
    assert "CompactionBody" not in older
    assert len(newer["ResponseResource"]) == 31
    assert all(required for required, *_ in newer["ResponseResource"].values())
    with pytest.raises(ValueError, match="no version '2025-01-01'"):
        definitions("2025-01-01")


def test_every_field_of_the_contract_is_a_field_of_its_model():
    shapes = contract(LATEST).shapes
    classes = {
        "ResponseResource": models.Response,
        "CreateResponseBody": models.CreateResponse,
        "CompactResponseMethodPublicBody": models.CompactRequest,
        "CompactResource": models.CompactResource,
        "Usage": models.Usage,
        "InputTokensDetails": models.InputTokensDetails,
        "OutputTokensDetails": models.OutputTokensDetails,
        "ErrorPayload": models.ErrorPayload,
        "Error": models.ResponseError,
        "IncompleteDetails": models.IncompleteDetails,
        "LogProb": models.LogProb,
        "TopLogProb": models.TopLogProb,
        "Message": models.Message,
        "FunctionCall": models.FunctionCall,
        "FunctionCallOutput": models.FunctionCallOutput,
        "ReasoningBody": models.Reasoning,
        "CompactionBody": models.Compaction,
        "UserMessageItemParam": models.InputMessage,
        "AssistantMessageItemParam": models.InputMessage,
        "ReasoningItemParam": models.Reasoning,
        "ItemReferenceParam": models.ItemReference,
        "OutputTextContent": models.OutputText,
        "RefusalContent": models.Refusal,
        "TextContent": models.Text,
        "ReasoningTextContent": models.ReasoningText,
        "SummaryTextContent": models.SummaryText,
        "InputTextContent": models.InputText,
        "InputImageContent": models.InputImage,
        "InputFileContent": models.InputFile,
        "InputFileContentParam": models.InputFile,
        "InputVideoContent": models.InputVideo,
        "UrlCitationBody": models.UrlCitation,
        "FunctionTool": models.FunctionTool,
        "FunctionToolChoice": models.FunctionToolChoice,
        "AllowedToolChoice": models.AllowedTools,
        "TextField": models.TextConfig,
        "TextResponseFormat": models.TextFormat,
        "JsonObjectResponseFormat": models.JsonObjectFormat,
        "JsonSchemaResponseFormat": models.JsonSchemaFormat,
        "Reasoning": models.ReasoningConfig,
        "StreamOptionsParam": models.StreamOptions,
    }
    for name, kind in classes.items():
        ours = {field.alias or field_name: field for field_name, field in kind.model_fields.items()}
        assert shapes[name].keys() <= ours.keys(), name


# Judging


def test_a_conformant_response_has_none(load_sample):
    sent = load_sample("conformant")
    assert violations(Response.model_validate(sent)) == []
    assert violations(sent) == []
    assert violations({"type": "response.completed", "sequence_number": 9, "response": sent}) == []


def test_the_older_version_judges_otherwise(load_sample):
    found = violations(load_sample("conformant"), spec="2026-01-15")
    assert [(one.path, one.kind) for one in found] == [
        ("$.output[1].content[2].logprobs", "missing"),
        ("$.output[4].type", "unknown"),
    ]


def changed(sent, *path, value=...):
    """A copy with one member changed, or taken away."""
    sent = deepcopy(sent)
    target = sent
    for step in path[:-1]:
        target = target[step]
    if value is ...:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return sent


ANNOTATION = ["output", 1, "content", 0, "annotations", 0]
LOGPROB = ["output", 1, "content", 0, "logprobs", 0]


@pytest.mark.parametrize(
    ("path", "value", "place", "kind"),
    [
        (["model"], ..., "$.model", "missing"),
        (["model"], None, "$.model", "null"),
        (["model"], 5, "$.model", "type"),
        (["truncation"], "never", "$.truncation", "enum"),
        (["object"], "other", "$.object", "enum"),
        (["store"], 1, "$.store", "type"),
        (["max_output_tokens"], True, "$.max_output_tokens", "type"),
        (["created_at"], 1.5, "$.created_at", "type"),
        (["tool_choice"], "sometimes", "$.tool_choice", "enum"),
        (["tool_choice"], {"type": "file_search"}, "$.tool_choice.type", "unknown"),
        (["usage", "input_tokens_details"], ..., "$.usage.input_tokens_details", "missing"),
        (["output"], {}, "$.output", "type"),
        (["output", 0], "text", "$.output[0]", "type"),
        (["output", 0], None, "$.output[0]", "null"),
        (["output", 0, "type"], ..., "$.output[0].type", "missing"),
        (["output", 1, "type"], "web_search_call", "$.output[1].type", "unknown"),
        (["output", 1, "status"], "failed", "$.output[1].status", "enum"),
        ([*ANNOTATION, "title"], None, "$.output[1].content[0].annotations[0].title", "null"),
        ([*LOGPROB, "bytes", 1], "a", "$.output[1].content[0].logprobs[0].bytes[1]", "type"),
        (["tools", 0, "type"], "mcp", "$.tools[0].type", "unknown"),
    ],
)
def test_each_way_to_break_the_contract(load_sample, path, value, place, kind):
    sent = changed(load_sample("conformant"), *path, value=value)
    found = violations(sent, shape="ResponseResource")
    assert [(one.path, one.kind) for one in found] == [(place, kind)]
    assert found == violations(Response.model_validate(sent))
    assert str(found[0]).startswith(f"{place}: ")
    assert "\n" not in str(found[0])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["created_at"], 1767225600.0),  # an integer, says JSON schema
        (["temperature"], 1),
        (["metadata"], None),
        (["metadata"], [1]),
        (["status"], "anything"),
        (["acme"], {"x": 1}),
        (["output", 1], {"type": "acme:trace", "anything": None}),
        (["output", 1, "content", 0], {"type": "acme:part"}),
        (["output", 1, "phase"], ...),
        (["usage"], None),
    ],
)
def test_what_the_contract_allows(load_sample, path, value):
    assert violations(changed(load_sample("conformant"), *path, value=value)) == []


def test_events():
    event = {"type": "response.output_text.delta", "sequence_number": 1, "item_id": "", "output_index": 0}
    found = violations({**event, "delta": None}, shape="Event")
    assert [(one.path, one.kind) for one in found] == [("$.content_index", "missing"), ("$.delta", "null")]
    assert violations({**event, "content_index": 0, "delta": ""}, shape="Event") == []
    assert [one.path for one in violations({"type": "error"})] == ["$.sequence_number", "$.error"]
    assert violations({"type": "acme:event"}, shape="Event") == []
    assert [one.kind for one in violations({"type": "keepalive"}, shape="Event")] == ["unknown"]
    assert (
        violations({"type": "response.output_item.done", "sequence_number": 1, "output_index": 0, "item": None}) == []
    )


def test_every_event_requires_its_type_and_number():
    shapes = contract(LATEST).shapes
    for name in contract(LATEST).types["Event"].shapes:
        assert [one.path for one in violations({"type": name}, shape="Event")] == [
            f"$.{field}" for field, rule in shapes[name].items() if rule.required and field != "type"
        ]
        assert "sequence_number" in shapes[name]


def test_models_are_judged_by_their_class():
    assert violations(models.CreateResponse(model="m", input="hi", tools=[models.FunctionTool(name="f")])) == []
    assert [one.path for one in violations(models.CreateResponse(truncation="x"))] == ["$.truncation"]
    assert [one.path for one in violations(models.InputMessage(role="user"))] == ["$.content"]
    assert [one.path for one in violations(load_field("item", b'{"type": "function_call", "call_id": "c"}'))] == [
        "$.id",
        "$.name",
        "$.arguments",
        "$.status",
    ]
    assert [one.path for one in violations(models.Usage())] == [
        "$.input_tokens",
        "$.output_tokens",
        "$.total_tokens",
        "$.input_tokens_details",
        "$.output_tokens_details",
    ]
    assert violations(models.AllowedTools(tools=[], mode="auto")) == []
    assert violations(load_field("part", b'{"type": "text", "text": ""}')) == []
    assert violations(load_field("annotation", b'{"type": "acme:x"}')) == []


def test_a_model_validates_itself(load_sample):
    sent = load_sample("conformant")
    assert Response.model_validate(sent).validate(strict=True) == []
    broken = Response.model_validate(changed(sent, "model", value=None))
    assert broken.validate() == violations(broken) != []
    with pytest.raises(ValueError, match=r"Response breaks Open Responses 2026-04-24: \$\.model: must not be null"):
        broken.validate(strict=True)
    with pytest.raises(ValueError, match=r"\$\.id: is required; .* and 28 more"):
        Response.model_validate({}).validate(strict=True, spec="2026-01-15")
    with pytest.raises(ValueError, match="no version"):
        broken.validate(spec="2024-01-01")


def test_messages_of_a_request_by_role():
    message = {"type": "message", "role": "critic", "content": [{"type": "input_text"}]}
    assert [str(one) for one in violations({"input": [message]}, shape="CreateResponseBody")] == [
        "$.input[0].role: must be one of 'user'|'system'|'developer'|'assistant'",
        "$.input[0].content[0].text: is required",
    ]
    assert [one.path for one in violations({"type": "message", "content": "hi"}, shape="ItemParam")] == ["$.role"]
    assert violations({"type": "message", "role": "user", "content": "hi"}, shape="ItemParam") == []
    assert [one.kind for one in violations({"type": "mcp_call"}, shape="ItemParam")] == ["unknown"]
    wrong = violations({"type": "message", "role": "system", "content": [{"type": "input_image"}]}, shape="ItemParam")
    assert [(one.path, one.kind) for one in wrong] == [("$.content[0].type", "unknown")]
    assert violations({"id": "msg_1"}, shape="ItemParam") == [], "a reference needs no type"


@given(objects(wire_values))
@settings(max_examples=200, deadline=None)
def test_any_object_can_be_judged(value):
    for spec in SPECS:
        for shape in ("Event", "ItemField", "ItemParam", "MessagePart", "ResponseResource", "CreateResponseBody", None):
            for found in violations(value, shape=shape, spec=spec):
                assert found.path.startswith("$")
    assert violations(Response.model_validate(value)) == violations(value, shape="ResponseResource")


def test_websocket_messages():
    assert violations({"type": "response.create", "model": "m"}, shape="WebSocketResponseCreateEvent") == []
    found = violations({"type": "response.create", "stream": True}, shape="WebSocketResponseCreateEvent")
    assert found == [Violation("$.stream", "type", "must not be sent")]
    error = {"type": "error", "status": 400, "error": {"code": "c", "message": "m"}}
    assert violations(error, shape="WebSocketErrorEvent") == []


def test_an_unknown_shape_or_version_is_the_callers_fault():
    with pytest.raises(ValueError, match="no 'Nothing'"):
        violations({}, shape="Nothing")
    with pytest.raises(ValueError, match="no version"):
        violations({}, spec="2024-01-01")
    with pytest.raises(ValueError, match="no 'CompactResource'"):
        violations(models.CompactResource(), spec="2026-01-15")


def test_recorded_streams_of_openai_break_only_what_is_known_to_be_broken(recorded_events):
    """OpenAI's superset is no surprise to the table: what it finds there are the differences that are documented."""
    found = {
        (one.kind, one.path.rpartition(".")[2])
        for name, events in recorded_events.items()
        if name.startswith("openai+openai-dotnet")
        for event in events
        for one in violations(event, shape="Event")
    }
    assert found <= {
        ("unknown", "type"),
        ("missing", "completed_at"),
        ("missing", "presence_penalty"),
        ("missing", "frequency_penalty"),
        ("missing", "top_logprobs"),
        ("missing", "store"),
        ("missing", "content"),
        ("type", "schema"),
    }, json.dumps(sorted(found))
