//! What items and parts are, as far as routing cares.

use crate::json;
use crate::kind::{List, Stream};

/// What an item is, as far as routing cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// `message`
    Message,
    /// `reasoning`
    Reasoning,
    /// `function_call`
    FunctionCall,
    /// `mcp_call`
    McpCall,
    /// `custom_tool_call`
    CustomToolCall,
    /// `code_interpreter_call`
    CodeInterpreterCall,
    /// `shell_call`
    ShellCall,
    /// `shell_call_output`
    ShellCallOutput,
    /// `apply_patch_call`
    ApplyPatchCall,
    /// Every other type.
    Other,
}

impl ItemKind {
    /// The kind of an item object.
    pub fn of(item: &[u8]) -> Self {
        Self::told(item).unwrap_or(Self::Other)
    }

    /// The same; None where the object does not say its type.
    pub fn told(item: &[u8]) -> Option<Self> {
        let kind = json::first_member(item, "type")?.string_body(item)?;
        Some(match kind {
            b"message" => Self::Message,
            b"reasoning" => Self::Reasoning,
            b"function_call" => Self::FunctionCall,
            b"mcp_call" => Self::McpCall,
            b"custom_tool_call" => Self::CustomToolCall,
            b"code_interpreter_call" => Self::CodeInterpreterCall,
            b"shell_call" => Self::ShellCall,
            b"shell_call_output" => Self::ShellCallOutput,
            b"apply_patch_call" => Self::ApplyPatchCall,
            _ => Self::Other,
        })
    }

    /// The kind of item that a stream of text belongs to.
    pub fn for_stream(stream: Stream) -> Self {
        match stream {
            Stream::OutputText | Stream::Refusal | Stream::Audio | Stream::Transcript => Self::Message,
            Stream::Reasoning | Stream::Summary => Self::Reasoning,
            Stream::Arguments => Self::FunctionCall,
            Stream::McpArguments => Self::McpCall,
            Stream::CustomInput => Self::CustomToolCall,
            Stream::Code => Self::CodeInterpreterCall,
            Stream::Command => Self::ShellCall,
            Stream::ShellOutput => Self::ShellCallOutput,
            Stream::Diff => Self::ApplyPatchCall,
        }
    }

    /// Its `type` on the wire; a kind that nothing streams into has none.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Message | Self::Other => "message",
            Self::Reasoning => "reasoning",
            Self::FunctionCall => "function_call",
            Self::McpCall => "mcp_call",
            Self::CustomToolCall => "custom_tool_call",
            Self::CodeInterpreterCall => "code_interpreter_call",
            Self::ShellCall => "shell_call",
            Self::ShellCallOutput => "shell_call_output",
            Self::ApplyPatchCall => "apply_patch_call",
        }
    }
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// `output_text`
    OutputText,
    /// `refusal`
    Refusal,
    /// `reasoning_text`
    ReasoningText,
    /// `summary_text`
    SummaryText,
    /// Every other type; its text, if any, is in `text`.
    Other,
}

impl PartKind {
    /// The kind of a part object.
    pub fn of(part: &[u8]) -> Self {
        Self::told(part).unwrap_or(Self::Other)
    }

    /// The same; None where the object does not say its type.
    pub fn told(part: &[u8]) -> Option<Self> {
        let kind = json::first_member(part, "type")?.string_body(part)?;
        Some(match kind {
            b"output_text" => Self::OutputText,
            b"refusal" => Self::Refusal,
            b"reasoning_text" => Self::ReasoningText,
            b"summary_text" => Self::SummaryText,
            _ => Self::Other,
        })
    }

    /// List and kind of part that a stream of text grows; None where it grows the item itself.
    pub fn for_stream(stream: Stream) -> Option<(List, Self)> {
        match stream {
            Stream::OutputText => Some((List::Content, Self::OutputText)),
            Stream::Refusal => Some((List::Content, Self::Refusal)),
            Stream::Reasoning => Some((List::Content, Self::ReasoningText)),
            Stream::Summary => Some((List::Summary, Self::SummaryText)),
            _ => None,
        }
    }

    /// Its `type` on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OutputText | Self::Other => "output_text",
            Self::Refusal => "refusal",
            Self::ReasoningText => "reasoning_text",
            Self::SummaryText => "summary_text",
        }
    }

    /// The member that holds its text.
    pub const fn text_key(self) -> &'static str {
        match self {
            Self::Refusal => "refusal",
            _ => "text",
        }
    }

    /// Whether a stream of this kind may go into a part of the other kind: all but refusals are told as `text`, and
    /// the spec's own example puts reasoning into an `output_text` part.
    pub fn takes(self, stream: Self) -> bool {
        (self == Self::Refusal) == (stream == Self::Refusal)
    }
}
