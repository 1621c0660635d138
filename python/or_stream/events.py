"""The event classes: one per event type of the contract, plus what real servers send beside it."""

from typing import TypeAlias

from ._core import (
    ApplyPatchCallOperationDiffDelta as ApplyPatchCallOperationDiffDelta,
    ApplyPatchCallOperationDiffDone as ApplyPatchCallOperationDiffDone,
    AudioDelta as AudioDelta,
    AudioDone as AudioDone,
    AudioTranscriptDelta as AudioTranscriptDelta,
    AudioTranscriptDone as AudioTranscriptDone,
    BaseEvent as BaseEvent,
    CodeInterpreterCallCodeDelta as CodeInterpreterCallCodeDelta,
    CodeInterpreterCallCodeDone as CodeInterpreterCallCodeDone,
    CodeInterpreterCallCompleted as CodeInterpreterCallCompleted,
    CodeInterpreterCallInProgress as CodeInterpreterCallInProgress,
    CodeInterpreterCallInterpreting as CodeInterpreterCallInterpreting,
    Completed as Completed,
    ContentPartAdded as ContentPartAdded,
    ContentPartDone as ContentPartDone,
    Created as Created,
    CustomToolCallInputDelta as CustomToolCallInputDelta,
    CustomToolCallInputDone as CustomToolCallInputDone,
    ErrorEvent as ErrorEvent,
    Failed as Failed,
    FileSearchCallCompleted as FileSearchCallCompleted,
    FileSearchCallInProgress as FileSearchCallInProgress,
    FileSearchCallSearching as FileSearchCallSearching,
    FunctionCallArgumentsDelta as FunctionCallArgumentsDelta,
    FunctionCallArgumentsDone as FunctionCallArgumentsDone,
    Heartbeat as Heartbeat,
    ImageGenerationCallCompleted as ImageGenerationCallCompleted,
    ImageGenerationCallGenerating as ImageGenerationCallGenerating,
    ImageGenerationCallInProgress as ImageGenerationCallInProgress,
    ImageGenerationCallPartialImage as ImageGenerationCallPartialImage,
    InProgress as InProgress,
    Incomplete as Incomplete,
    MalformedEvent as MalformedEvent,
    McpCallArgumentsDelta as McpCallArgumentsDelta,
    McpCallArgumentsDone as McpCallArgumentsDone,
    McpCallCompleted as McpCallCompleted,
    McpCallFailed as McpCallFailed,
    McpCallInProgress as McpCallInProgress,
    McpListToolsCompleted as McpListToolsCompleted,
    McpListToolsFailed as McpListToolsFailed,
    McpListToolsInProgress as McpListToolsInProgress,
    OutputItemAdded as OutputItemAdded,
    OutputItemDone as OutputItemDone,
    OutputTextAnnotationAdded as OutputTextAnnotationAdded,
    OutputTextDelta as OutputTextDelta,
    OutputTextDone as OutputTextDone,
    Queued as Queued,
    ReasoningDelta as ReasoningDelta,
    ReasoningDone as ReasoningDone,
    ReasoningSummaryPartAdded as ReasoningSummaryPartAdded,
    ReasoningSummaryPartDone as ReasoningSummaryPartDone,
    ReasoningSummaryTextDelta as ReasoningSummaryTextDelta,
    ReasoningSummaryTextDone as ReasoningSummaryTextDone,
    RefusalDelta as RefusalDelta,
    RefusalDone as RefusalDone,
    ShellCallCommandAdded as ShellCallCommandAdded,
    ShellCallCommandDelta as ShellCallCommandDelta,
    ShellCallCommandDone as ShellCallCommandDone,
    ShellCallOutputContentDelta as ShellCallOutputContentDelta,
    ShellCallOutputContentDone as ShellCallOutputContentDone,
    UnknownEvent as UnknownEvent,
    WebSearchCallCompleted as WebSearchCallCompleted,
    WebSearchCallInProgress as WebSearchCallInProgress,
    WebSearchCallSearching as WebSearchCallSearching,
)

Event: TypeAlias = (
    Created
    | Queued
    | InProgress
    | Completed
    | Failed
    | Incomplete
    | OutputItemAdded
    | OutputItemDone
    | ContentPartAdded
    | ContentPartDone
    | OutputTextDelta
    | OutputTextDone
    | OutputTextAnnotationAdded
    | RefusalDelta
    | RefusalDone
    | ReasoningDelta
    | ReasoningDone
    | ReasoningSummaryPartAdded
    | ReasoningSummaryPartDone
    | ReasoningSummaryTextDelta
    | ReasoningSummaryTextDone
    | FunctionCallArgumentsDelta
    | FunctionCallArgumentsDone
    | ErrorEvent
    | AudioDelta
    | AudioDone
    | AudioTranscriptDelta
    | AudioTranscriptDone
    | CodeInterpreterCallInProgress
    | CodeInterpreterCallInterpreting
    | CodeInterpreterCallCompleted
    | FileSearchCallInProgress
    | FileSearchCallSearching
    | FileSearchCallCompleted
    | WebSearchCallInProgress
    | WebSearchCallSearching
    | WebSearchCallCompleted
    | ImageGenerationCallInProgress
    | ImageGenerationCallGenerating
    | ImageGenerationCallCompleted
    | McpCallInProgress
    | McpCallCompleted
    | McpCallFailed
    | McpListToolsInProgress
    | McpListToolsCompleted
    | McpListToolsFailed
    | CodeInterpreterCallCodeDelta
    | CodeInterpreterCallCodeDone
    | ImageGenerationCallPartialImage
    | McpCallArgumentsDelta
    | McpCallArgumentsDone
    | CustomToolCallInputDelta
    | CustomToolCallInputDone
    | ShellCallCommandAdded
    | ShellCallCommandDelta
    | ShellCallCommandDone
    | ShellCallOutputContentDelta
    | ShellCallOutputContentDone
    | ApplyPatchCallOperationDiffDelta
    | ApplyPatchCallOperationDiffDone
    | Heartbeat
    | UnknownEvent
    | MalformedEvent
)
"""Any event a decoder can hand out; narrows by `match`, `isinstance` and `event.type == ...`."""

__all__ = [
    "ApplyPatchCallOperationDiffDelta",
    "ApplyPatchCallOperationDiffDone",
    "AudioDelta",
    "AudioDone",
    "AudioTranscriptDelta",
    "AudioTranscriptDone",
    "BaseEvent",
    "CodeInterpreterCallCodeDelta",
    "CodeInterpreterCallCodeDone",
    "CodeInterpreterCallCompleted",
    "CodeInterpreterCallInProgress",
    "CodeInterpreterCallInterpreting",
    "Completed",
    "ContentPartAdded",
    "ContentPartDone",
    "Created",
    "CustomToolCallInputDelta",
    "CustomToolCallInputDone",
    "ErrorEvent",
    "Event",
    "Failed",
    "FileSearchCallCompleted",
    "FileSearchCallInProgress",
    "FileSearchCallSearching",
    "FunctionCallArgumentsDelta",
    "FunctionCallArgumentsDone",
    "Heartbeat",
    "ImageGenerationCallCompleted",
    "ImageGenerationCallGenerating",
    "ImageGenerationCallInProgress",
    "ImageGenerationCallPartialImage",
    "InProgress",
    "Incomplete",
    "MalformedEvent",
    "McpCallArgumentsDelta",
    "McpCallArgumentsDone",
    "McpCallCompleted",
    "McpCallFailed",
    "McpCallInProgress",
    "McpListToolsCompleted",
    "McpListToolsFailed",
    "McpListToolsInProgress",
    "OutputItemAdded",
    "OutputItemDone",
    "OutputTextAnnotationAdded",
    "OutputTextDelta",
    "OutputTextDone",
    "Queued",
    "ReasoningDelta",
    "ReasoningDone",
    "ReasoningSummaryPartAdded",
    "ReasoningSummaryPartDone",
    "ReasoningSummaryTextDelta",
    "ReasoningSummaryTextDone",
    "RefusalDelta",
    "RefusalDone",
    "ShellCallCommandAdded",
    "ShellCallCommandDelta",
    "ShellCallCommandDone",
    "ShellCallOutputContentDelta",
    "ShellCallOutputContentDone",
    "UnknownEvent",
    "WebSearchCallCompleted",
    "WebSearchCallInProgress",
    "WebSearchCallSearching",
]
