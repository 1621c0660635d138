//! What a peer may make us hold. Every limit can be switched off; crossing one kills the stream, never cuts silently.

/// A limit by name, as it appears in errors and in the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Bytes of one line.
    LineBytes,
    /// Bytes of one event's data.
    EventBytes,
    /// Bytes accumulated for one response.
    ResponseBytes,
    /// Output items of one response.
    Items,
    /// Parts of one item.
    PartsPerItem,
    /// Annotations of one part.
    AnnotationsPerPart,
    /// Nesting of one event's JSON.
    JsonDepth,
    /// Digits of one JSON number.
    NumberDigits,
    /// Bytes of an SSE `id`.
    IdBytes,
    /// Bytes of an SSE `event` name.
    EventNameBytes,
}

impl Limit {
    /// The name of the setting.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LineBytes => "max_line_bytes",
            Self::EventBytes => "max_event_bytes",
            Self::ResponseBytes => "max_response_bytes",
            Self::Items => "max_items",
            Self::PartsPerItem => "max_parts_per_item",
            Self::AnnotationsPerPart => "max_annotations_per_part",
            Self::JsonDepth => "max_json_depth",
            Self::NumberDigits => "max_number_digits",
            Self::IdBytes => "max_id_bytes",
            Self::EventNameBytes => "max_event_name_bytes",
        }
    }
}

/// The settings. `usize::MAX` means no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one line. Comments and unknown fields are not held and so not limited.
    pub max_line_bytes: usize,
    /// Bytes of one event's data, over all its lines.
    pub max_event_bytes: usize,
    /// Bytes accumulated for one response.
    pub max_response_bytes: usize,
    /// Output items of one response.
    pub max_items: usize,
    /// Parts of one item.
    pub max_parts_per_item: usize,
    /// Annotations of one part.
    pub max_annotations_per_part: usize,
    /// Nesting of one event's JSON.
    pub max_json_depth: usize,
    /// Digits of one JSON number.
    pub max_number_digits: usize,
    /// Bytes of an SSE `id`, which lives as long as the stream.
    pub max_id_bytes: usize,
    /// Bytes of an SSE `event` name.
    pub max_event_name_bytes: usize,
}

impl Default for Limits {
    /// Generous on purpose: image events exceed 8 MiB, and caps of 64 KiB to 1 MiB have broken real clients.
    fn default() -> Self {
        Self {
            max_line_bytes: 64 << 20,
            max_event_bytes: 64 << 20,
            max_response_bytes: 256 << 20,
            max_items: 4096,
            max_parts_per_item: 4096,
            max_annotations_per_part: 65536,
            max_json_depth: 128,
            max_number_digits: 4300,
            max_id_bytes: 64 << 10,
            max_event_name_bytes: 64 << 10,
        }
    }
}
