//! The table of event types: Open Responses' 24, `OpenAI`'s further ones, and what servers send beside them.
//!
//! One row an event: its class, what the fold does with it, its spellings on the wire, its own fields. Where a row has
//! two spellings they are one kind: the spec and the servers disagree on the name of reasoning deltas.

/// What a delta or `done` event grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// `text` of an `output_text` part.
    OutputText,
    /// `refusal` of a `refusal` part.
    Refusal,
    /// `text` of a `reasoning_text` part.
    Reasoning,
    /// `text` of a `summary_text` part in `summary`.
    Summary,
    /// `arguments` of a `function_call`.
    Arguments,
    /// `arguments` of an `mcp_call`.
    McpArguments,
    /// `input` of a `custom_tool_call`.
    CustomInput,
    /// `code` of a `code_interpreter_call`.
    Code,
    /// One of `action.commands` of a `shell_call`.
    Command,
    /// One entry of `output` of a `shell_call_output`.
    ShellOutput,
    /// `operation.diff` of an `apply_patch_call`.
    Diff,
    /// Base64 audio of the response as a whole.
    Audio,
    /// Transcript of that audio.
    Transcript,
}

/// The two lists of parts that an item can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// `content`.
    Content,
    /// `summary`.
    Summary,
}

/// What an event means to the fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Carries the response as it stands: created, queued, in progress.
    State,
    /// Carries the response as it ended.
    Terminal,
    /// Announces an item.
    ItemAdded,
    /// Carries a finished item.
    ItemDone,
    /// Announces a part.
    PartAdded(List),
    /// Carries a finished part.
    PartDone(List),
    /// Announces a shell command.
    CommandAdded,
    /// Grows a text.
    Delta(Stream),
    /// Tells a text in full.
    Done(Stream),
    /// Adds an annotation.
    Annotation,
    /// An error of the server.
    Error,
    /// A sign of progress that leaves the response as it is.
    Progress,
    /// A sign of life.
    Heartbeat,
    /// Anything else; kept, never folded.
    Opaque,
}

macro_rules! kinds {
    ($($class:ident: $role:expr, [$($name:literal),*], [$($field:literal),*];)+) => {
        /// The kind of an event, one for each class of the Python package.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Kind { $(#[doc = concat!("`", stringify!($class), "`")] $class),+ }

        impl Kind {
            /// Every kind, in order of its discriminant.
            pub const ALL: &'static [Self] = &[$(Self::$class),+];

            /// Name of its class.
            pub const fn class(self) -> &'static str {
                match self { $(Self::$class => stringify!($class)),+ }
            }

            /// What it means to the fold.
            pub const fn role(self) -> Role {
                use Role::*;
                match self { $(Self::$class => $role),+ }
            }

            /// Its spellings of `type`; none where any will do.
            pub const fn names(self) -> &'static [&'static str] {
                match self { $(Self::$class => &[$($name),*]),+ }
            }

            /// Its own fields, beside `type` and `sequence_number`.
            pub const fn fields(self) -> &'static [&'static str] {
                match self { $(Self::$class => &[$($field),*]),+ }
            }

            /// The kind of a `type`, and which of its spellings that is.
            pub fn of(name: &[u8]) -> (Self, usize) {
                $($(if name == $name.as_bytes() { return (Self::$class, spelling(Self::$class.names(), $name)); })*)+
                (if is_heartbeat(name) { Self::Heartbeat } else { Self::UnknownEvent }, 0)
            }
        }
    };
}

kinds! {
    Created: State, ["response.created"], ["response"];
    Queued: State, ["response.queued"], ["response"];
    InProgress: State, ["response.in_progress"], ["response"];
    Completed: Terminal, ["response.completed"], ["response"];
    Failed: Terminal, ["response.failed"], ["response"];
    Incomplete: Terminal, ["response.incomplete"], ["response"];
    OutputItemAdded: ItemAdded, ["response.output_item.added"], ["output_index", "item"];
    OutputItemDone: ItemDone, ["response.output_item.done"], ["output_index", "item"];
    ContentPartAdded: PartAdded(List::Content), ["response.content_part.added"], ["item_id", "output_index", "content_index", "part"];
    ContentPartDone: PartDone(List::Content), ["response.content_part.done"], ["item_id", "output_index", "content_index", "part"];
    OutputTextDelta: Delta(Stream::OutputText), ["response.output_text.delta"], ["item_id", "output_index", "content_index", "delta", "logprobs", "obfuscation"];
    OutputTextDone: Done(Stream::OutputText), ["response.output_text.done"], ["item_id", "output_index", "content_index", "text", "logprobs"];
    OutputTextAnnotationAdded: Annotation, ["response.output_text.annotation.added"], ["item_id", "output_index", "content_index", "annotation_index", "annotation"];
    RefusalDelta: Delta(Stream::Refusal), ["response.refusal.delta"], ["item_id", "output_index", "content_index", "delta", "obfuscation"];
    RefusalDone: Done(Stream::Refusal), ["response.refusal.done"], ["item_id", "output_index", "content_index", "refusal"];
    ReasoningDelta: Delta(Stream::Reasoning), ["response.reasoning.delta", "response.reasoning_text.delta"], ["item_id", "output_index", "content_index", "delta", "obfuscation"];
    ReasoningDone: Done(Stream::Reasoning), ["response.reasoning.done", "response.reasoning_text.done"], ["item_id", "output_index", "content_index", "text"];
    ReasoningSummaryPartAdded: PartAdded(List::Summary), ["response.reasoning_summary_part.added"], ["item_id", "output_index", "summary_index", "part"];
    ReasoningSummaryPartDone: PartDone(List::Summary), ["response.reasoning_summary_part.done"], ["item_id", "output_index", "summary_index", "part", "status"];
    ReasoningSummaryTextDelta: Delta(Stream::Summary), ["response.reasoning_summary_text.delta", "response.reasoning_summary.delta"], ["item_id", "output_index", "summary_index", "delta", "obfuscation"];
    ReasoningSummaryTextDone: Done(Stream::Summary), ["response.reasoning_summary_text.done", "response.reasoning_summary.done"], ["item_id", "output_index", "summary_index", "text"];
    FunctionCallArgumentsDelta: Delta(Stream::Arguments), ["response.function_call_arguments.delta"], ["item_id", "output_index", "delta", "obfuscation"];
    FunctionCallArgumentsDone: Done(Stream::Arguments), ["response.function_call_arguments.done"], ["item_id", "output_index", "name", "arguments"];
    ErrorEvent: Error, ["error"], ["error", "code", "message", "param", "status", "headers"];
    AudioDelta: Delta(Stream::Audio), ["response.audio.delta"], ["delta"];
    AudioDone: Progress, ["response.audio.done"], [];
    AudioTranscriptDelta: Delta(Stream::Transcript), ["response.audio.transcript.delta"], ["delta"];
    AudioTranscriptDone: Progress, ["response.audio.transcript.done"], [];
    CodeInterpreterCallInProgress: Progress, ["response.code_interpreter_call.in_progress"], ["item_id", "output_index"];
    CodeInterpreterCallInterpreting: Progress, ["response.code_interpreter_call.interpreting"], ["item_id", "output_index"];
    CodeInterpreterCallCompleted: Progress, ["response.code_interpreter_call.completed"], ["item_id", "output_index"];
    FileSearchCallInProgress: Progress, ["response.file_search_call.in_progress"], ["item_id", "output_index"];
    FileSearchCallSearching: Progress, ["response.file_search_call.searching"], ["item_id", "output_index"];
    FileSearchCallCompleted: Progress, ["response.file_search_call.completed"], ["item_id", "output_index"];
    WebSearchCallInProgress: Progress, ["response.web_search_call.in_progress"], ["item_id", "output_index"];
    WebSearchCallSearching: Progress, ["response.web_search_call.searching"], ["item_id", "output_index"];
    WebSearchCallCompleted: Progress, ["response.web_search_call.completed"], ["item_id", "output_index"];
    ImageGenerationCallInProgress: Progress, ["response.image_generation_call.in_progress"], ["item_id", "output_index"];
    ImageGenerationCallGenerating: Progress, ["response.image_generation_call.generating"], ["item_id", "output_index"];
    ImageGenerationCallCompleted: Progress, ["response.image_generation_call.completed"], ["item_id", "output_index"];
    McpCallInProgress: Progress, ["response.mcp_call.in_progress"], ["item_id", "output_index"];
    McpCallCompleted: Progress, ["response.mcp_call.completed"], ["item_id", "output_index"];
    McpCallFailed: Progress, ["response.mcp_call.failed"], ["item_id", "output_index"];
    McpListToolsInProgress: Progress, ["response.mcp_list_tools.in_progress"], ["item_id", "output_index"];
    McpListToolsCompleted: Progress, ["response.mcp_list_tools.completed"], ["item_id", "output_index"];
    McpListToolsFailed: Progress, ["response.mcp_list_tools.failed"], ["item_id", "output_index"];
    CodeInterpreterCallCodeDelta: Delta(Stream::Code), ["response.code_interpreter_call_code.delta"], ["item_id", "output_index", "delta", "obfuscation"];
    CodeInterpreterCallCodeDone: Done(Stream::Code), ["response.code_interpreter_call_code.done"], ["item_id", "output_index", "code"];
    ImageGenerationCallPartialImage: Progress, ["response.image_generation_call.partial_image"], ["item_id", "output_index", "partial_image_index", "partial_image_b64", "size", "quality", "background", "output_format"];
    McpCallArgumentsDelta: Delta(Stream::McpArguments), ["response.mcp_call_arguments.delta"], ["item_id", "output_index", "delta", "obfuscation"];
    McpCallArgumentsDone: Done(Stream::McpArguments), ["response.mcp_call_arguments.done"], ["item_id", "output_index", "arguments"];
    CustomToolCallInputDelta: Delta(Stream::CustomInput), ["response.custom_tool_call_input.delta"], ["item_id", "output_index", "delta", "obfuscation"];
    CustomToolCallInputDone: Done(Stream::CustomInput), ["response.custom_tool_call_input.done"], ["item_id", "output_index", "input"];
    ShellCallCommandAdded: CommandAdded, ["response.shell_call_command.added"], ["output_index", "command_index", "command"];
    ShellCallCommandDelta: Delta(Stream::Command), ["response.shell_call_command.delta"], ["output_index", "command_index", "delta", "obfuscation"];
    ShellCallCommandDone: Done(Stream::Command), ["response.shell_call_command.done"], ["output_index", "command_index", "command"];
    ShellCallOutputContentDelta: Delta(Stream::ShellOutput), ["response.shell_call_output_content.delta"], ["item_id", "output_index", "command_index", "delta"];
    ShellCallOutputContentDone: Done(Stream::ShellOutput), ["response.shell_call_output_content.done"], ["item_id", "output_index", "command_index", "output"];
    ApplyPatchCallOperationDiffDelta: Delta(Stream::Diff), ["response.apply_patch_call_operation_diff.delta"], ["item_id", "output_index", "delta", "obfuscation"];
    ApplyPatchCallOperationDiffDone: Done(Stream::Diff), ["response.apply_patch_call_operation_diff.done"], ["item_id", "output_index", "diff"];
    Heartbeat: Heartbeat, [], [];
    UnknownEvent: Opaque, [], [];
    MalformedEvent: Opaque, ["or_stream.malformed"], ["reason", "offset"];
}

/// Place of a spelling among a kind's names; computed at compile time where the compiler can.
#[inline]
fn spelling(names: &[&str], name: &str) -> usize {
    names.iter().position(|other| *other == name).unwrap_or_default()
}

/// Heartbeats in the shapes that servers use (rule E11). The state events without a response are told apart later.
fn is_heartbeat(name: &[u8]) -> bool {
    matches!(name, b"keepalive" | b"keep_alive" | b"ping" | b"response.keep_alive" | b"response.keepalive")
        || name.ends_with(b":keep_alive")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_finds_its_own_kind() {
        for kind in Kind::ALL {
            for (at, name) in kind.names().iter().enumerate() {
                assert_eq!(Kind::of(name.as_bytes()), (*kind, at));
            }
        }
        assert_eq!(Kind::of(b"acme:thing").0, Kind::UnknownEvent);
        assert_eq!(Kind::of(b"floway:keep_alive").0, Kind::Heartbeat);
    }

    #[test]
    fn the_contract_is_covered() {
        let types = Kind::ALL.iter().filter(|kind| !kind.names().is_empty()).count();
        assert_eq!(types, 24 + 34 + 2 + 1, "24 of the spec, OpenAI's 34 under their own names, apply-patch, malformed");
    }
}
