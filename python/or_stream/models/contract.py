"""The contract as one table: what each object and event of Open Responses must and may have.

To be held beside the OpenAPI document of a version; the names are its schemas' and, for events, their types. Lengths,
ranges and patterns are left out. A shape is a list of fields; `name?` may be absent. A type is one or more of

- `str`, `int`, `number`, `bool`, `object`, `{str}` (an object of texts), `any`, `null`, `never` (must not be sent);
- `'text'`: exactly this text;
- `[type]`: a list;
- the name of a shape, or of a type that is defined with `=`.

`+Name` stands for the fields of another shape. Where several shapes are possible, the one whose fixed texts (`type`,
`role`, `object`) are there is meant.
"""

from typing import Final, Literal, TypeAlias, get_args

Spec: TypeAlias = Literal["2026-01-15", "2026-04-24"]
"""A version of the Open Responses specification."""

LATEST: Final[Spec] = "2026-04-24"

_ITEMS = """
Status = 'in_progress'|'completed'|'incomplete'
Detail = 'low'|'high'|'auto'

ItemField = Message|FunctionCall|FunctionCallOutput|ReasoningBody|CompactionBody
Message:
  type 'message', id str, status Status, role 'user'|'assistant'|'system'|'developer', content [MessagePart],
  phase? 'commentary'|'final_answer'
FunctionCall: type 'function_call', id str, call_id str, name str, arguments str, status Status
FunctionCallOutput:
  type 'function_call_output', id str, call_id str, output str|[InputTextContent|InputImageContent|InputFileContent],
  status Status
ReasoningBody: type 'reasoning', id str, summary [Part], content? [Part], encrypted_content? str
CompactionBody: type 'compaction', id str, encrypted_content str, created_by? str

Part = InputTextContent|OutputTextContent|TextContent|SummaryTextContent|ReasoningTextContent|RefusalContent|FilePart
FilePart = InputImageContent|InputFileContent
MessagePart = Part|InputVideoContent
InputTextContent: type 'input_text', text str
OutputTextContent: type 'output_text', text str, annotations [Annotation], logprobs? [LogProb]
TextContent: type 'text', text str
SummaryTextContent: type 'summary_text', text str
ReasoningTextContent: type 'reasoning_text', text str
RefusalContent: type 'refusal', refusal str
InputImageContent: type 'input_image', image_url str|null, detail Detail
InputFileContent: type 'input_file', filename? str, file_url? str
InputVideoContent: type 'input_video', video_url str

Annotation = UrlCitationBody
UrlCitationBody: type 'url_citation', url str, start_index int, end_index int, title str
LogProb: token str, logprob number, bytes [int], top_logprobs [TopLogProb]
TopLogProb: token str, logprob number, bytes [int]
"""

_RESPONSE = """
ResponseResource:
  id str, object 'response', created_at int, completed_at int|null, status str,
  incomplete_details IncompleteDetails|null, model str, previous_response_id str|null, instructions str|null,
  output [ItemField], error Error|null, tools [Tool], tool_choice FunctionToolChoice|ToolMode|AllowedToolChoice,
  truncation Truncation, parallel_tool_calls bool, text TextField, top_p number, presence_penalty number,
  frequency_penalty number, top_logprobs int, temperature number, reasoning Reasoning|null, usage Usage|null,
  max_output_tokens int|null, max_tool_calls int|null, store bool, background bool, service_tier str, metadata any,
  safety_identifier str|null, prompt_cache_key str|null
IncompleteDetails: reason str
Error: code str, message str
Usage:
  input_tokens int, output_tokens int, total_tokens int, input_tokens_details InputTokensDetails,
  output_tokens_details OutputTokensDetails
InputTokensDetails: cached_tokens int
OutputTokensDetails: reasoning_tokens int
CompactResource: id str, object 'response.compaction', output [ItemField], created_at int, usage Usage

ToolMode = 'none'|'auto'|'required'
ToolChoice = FunctionToolChoice|AllowedToolChoice
Tool = FunctionTool
FunctionTool: type 'function', name str, description str|null, parameters object|null, strict bool|null
FunctionToolChoice: type 'function', name? str
AllowedToolChoice: type 'allowed_tools', tools [FunctionToolChoice], mode ToolMode

Truncation = 'auto'|'disabled'
Verbosity = 'low'|'medium'|'high'
Effort = 'none'|'low'|'medium'|'high'|'xhigh'
SummaryDetail = 'concise'|'detailed'|'auto'
Format = TextResponseFormat|JsonObjectResponseFormat|JsonSchemaResponseFormat
TextField: format Format, verbosity? Verbosity
TextResponseFormat: type 'text'
JsonObjectResponseFormat: type 'json_object'
JsonSchemaResponseFormat: type 'json_schema', name str, description str|null, schema null, strict bool
Reasoning: effort Effort|null, summary SummaryDetail|null
"""

# Every event has its `type` and a `sequence_number int` too.
_EVENTS = """
response.created: response ResponseResource
response.queued: response ResponseResource
response.in_progress: response ResponseResource
response.completed: response ResponseResource
response.failed: response ResponseResource
response.incomplete: response ResponseResource
response.output_item.added: output_index int, item ItemField|null
response.output_item.done: output_index int, item ItemField|null
response.content_part.added: item_id str, output_index int, content_index int, part Part
response.content_part.done: item_id str, output_index int, content_index int, part Part
response.output_text.delta:
  item_id str, output_index int, content_index int, delta str, logprobs? [LogProb], obfuscation? str
response.output_text.done: item_id str, output_index int, content_index int, text str, logprobs? [LogProb]
response.output_text.annotation.added:
  item_id str, output_index int, content_index int, annotation_index int, annotation Annotation|null
response.refusal.delta: item_id str, output_index int, content_index int, delta str
response.refusal.done: item_id str, output_index int, content_index int, refusal str
response.reasoning.delta: item_id str, output_index int, content_index int, delta str, obfuscation? str
response.reasoning.done: item_id str, output_index int, content_index int, text str
response.reasoning_summary_part.added: item_id str, output_index int, summary_index int, part Part
response.reasoning_summary_part.done: item_id str, output_index int, summary_index int, part Part
response.reasoning_summary_text.delta: item_id str, output_index int, summary_index int, delta str, obfuscation? str
response.reasoning_summary_text.done: item_id str, output_index int, summary_index int, text str
response.function_call_arguments.delta: item_id str, output_index int, delta str, obfuscation? str
response.function_call_arguments.done: item_id str, output_index int, arguments str
error: error ErrorPayload
"""

_ERRORS = """
ErrorPayload: type str, code str|null, message str, param str|null, headers? {str}
WebSocketErrorEvent: type 'error', status int, error WebSocketError
WebSocketError: type? str, code str, message str, param? str|null
"""

_REQUEST = """
CreateResponseBody:
  model? str|null, input? str|[ItemParam]|null, previous_response_id? str|null,
  include? ['reasoning.encrypted_content'|'message.output_text.logprobs'], tools? [FunctionToolParam]|null,
  tool_choice? SpecificFunctionParam|ToolMode|AllowedToolsParam|null, metadata? {str}|null, text? TextParam|null,
  temperature? number|null, top_p? number|null, presence_penalty? number|null, frequency_penalty? number|null,
  parallel_tool_calls? bool|null, stream? bool, stream_options? StreamOptionsParam|null, background? bool,
  max_output_tokens? int|null, max_tool_calls? int|null, reasoning? ReasoningParam|null,
  safety_identifier? str|null, prompt_cache_key? str|null, truncation? Truncation, instructions? str|null,
  store? bool, service_tier? 'auto'|'default'|'flex'|'priority', top_logprobs? int|null
WebSocketResponseCreateEvent:
  +CreateResponseBody, type 'response.create', stream? never, stream_options? never, background? never
CompactResponseMethodPublicBody:
  model str, input? str|[ItemParam]|null, previous_response_id? str|null, instructions? str|null,
  prompt_cache_key? str|null
FunctionToolParam: type 'function', name str, description? str|null, parameters? object|null, strict? bool
SpecificFunctionParam: type 'function', name str
AllowedToolsParam: type 'allowed_tools', tools [SpecificFunctionParam], mode? ToolMode
TextParam: format? TextResponseFormat|JsonSchemaResponseFormatParam|null, verbosity? Verbosity
JsonSchemaResponseFormatParam:
  type? 'json_schema', name? str, description? str, schema? object, strict? bool|null
ReasoningParam: effort? Effort|null, summary? SummaryDetail|null
StreamOptionsParam: include_obfuscation? bool

ItemParam = MessageParam|FunctionCallItemParam|FunctionCallOutputItemParam|KeptItemParam
MessageParam = UserMessageItemParam|SystemMessageItemParam|DeveloperMessageItemParam|AssistantMessageItemParam
KeptItemParam = ReasoningItemParam|CompactionSummaryItemParam|ItemReferenceParam
UserMessageItemParam: type 'message', role 'user', content str|[UserPart], id? str|null, status? str|null
SystemMessageItemParam:
  type 'message', role 'system', content str|[InputTextContentParam], id? str|null, status? str|null
DeveloperMessageItemParam:
  type 'message', role 'developer', content str|[InputTextContentParam], id? str|null, status? str|null
AssistantMessageItemParam:
  type 'message', role 'assistant', content str|[OutputTextContentParam|RefusalContentParam], id? str|null,
  status? str|null, phase? 'commentary'|'final_answer'
FunctionCallItemParam: type 'function_call', call_id str, name str, arguments str, id? str|null, status? Status|null
FunctionCallOutputItemParam:
  type 'function_call_output', call_id str, output str|[UserPart|InputVideoContent], id? str|null, status? Status|null
ReasoningItemParam:
  type 'reasoning', summary [ReasoningSummaryContentParam], content? null, encrypted_content? str|null, id? str|null
CompactionSummaryItemParam: type 'compaction', encrypted_content str, id? str|null
ItemReferenceParam: id str, type? 'item_reference'|null

UserPart = InputTextContentParam|InputImageContentParamAutoParam|InputFileContentParam
InputTextContentParam: type 'input_text', text str
InputImageContentParamAutoParam: type 'input_image', image_url? str|null, detail? Detail|null
InputFileContentParam: type 'input_file', filename? str|null, file_data? str|null, file_url? str|null
OutputTextContentParam: type 'output_text', text str, annotations? [UrlCitationParam]
UrlCitationParam: type 'url_citation', url str, start_index int, end_index int, title str
RefusalContentParam: type 'refusal', refusal str
ReasoningSummaryContentParam: type 'summary_text', text str
"""

# What was otherwise in the version before.
_ITEMS_2026_01_15 = """
ItemField = Message|FunctionCall|FunctionCallOutput|ReasoningBody
Message:
  type 'message', id str, status Status, role 'user'|'assistant'|'system'|'developer', content [MessagePart]
OutputTextContent: type 'output_text', text str, annotations [Annotation], logprobs [LogProb]
KeptItemParam = ReasoningItemParam|ItemReferenceParam
AssistantMessageItemParam:
  type 'message', role 'assistant', content str|[OutputTextContentParam|RefusalContentParam], id? str|null,
  status? str|null
"""
_EVENTS_2026_01_15 = """
response.output_text.delta:
  item_id str, output_index int, content_index int, delta str, logprobs [LogProb], obfuscation? str
response.output_text.done: item_id str, output_index int, content_index int, text str, logprobs [LogProb]
"""
_NOT_IN_2026_01_15 = frozenset(
    {
        "CompactionBody",
        "CompactionSummaryItemParam",
        "CompactResource",
        "CompactResponseMethodPublicBody",
        "WebSocketErrorEvent",
        "WebSocketError",
        "WebSocketResponseCreateEvent",
    }
)


def definitions(spec: Spec) -> dict[str, str]:
    """List what the table defines for one version.

    Args:
        spec: The version.

    Returns:
        By name: the fields of a shape, the fields of an event (under its type), or a type after `= `.

    Raises:
        ValueError: Raised when there is no such version.
    """
    events = _read(_EVENTS)
    others = _read(_ITEMS) | _read(_RESPONSE) | _read(_ERRORS) | _read(_REQUEST)
    if spec not in get_args(Spec):
        raise ValueError(f"no version {spec!r} of Open Responses: there are {', '.join(get_args(Spec))}")
    if spec == "2026-01-15":
        events |= _read(_EVENTS_2026_01_15)
        others = {n: d for n, d in (others | _read(_ITEMS_2026_01_15)).items() if n not in _NOT_IN_2026_01_15}
    others["Event"] = "= " + "|".join(events)
    others["Anything"] = "= Event|ItemField|ResponseResource" + ("|CompactResource" if spec == LATEST else "")
    return others | {name: f"type '{name}', sequence_number int, {fields}" for name, fields in events.items()}


def _read(table: str) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in table.splitlines():
        if line.startswith("  "):
            found[name] += line.strip() + " "
        elif " = " in line:
            name, _, rest = line.partition(" = ")
            found[name] = f"= {rest}"
        elif line:
            name, _, rest = line.partition(":")
            found[name] = rest.strip()
    return found
