//! Items and parts of a running response, and which of them an event means (rules R1-R3).
//!
//! A slot is one output item. Servers name it by id, by index, by both, by neither, or wrongly; the lookup below
//! survives every one of them. Nothing is ever sized by a number that came over the wire.

use crate::json::{self, Shape};
use crate::kind::{List, Stream};
use crate::text::Text;

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
        let kind = json::first_member(item, "type").and_then(|kind| kind.string_body(item));
        match kind.unwrap_or_default() {
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
        }
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
        let kind = json::first_member(part, "type").and_then(|kind| kind.string_body(part));
        match kind.unwrap_or_default() {
            b"output_text" => Self::OutputText,
            b"refusal" => Self::Refusal,
            b"reasoning_text" => Self::ReasoningText,
            b"summary_text" => Self::SummaryText,
            _ => Self::Other,
        }
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

/// One part of an item.
#[derive(Debug, Clone)]
pub struct Part {
    /// The list it stands in.
    pub list: List,
    /// Its index as the server counts.
    pub index: Option<u64>,
    /// The last other index by which an event meant it.
    pub alias: Option<u64>,
    /// What it is.
    pub kind: PartKind,
    /// The part object as announced or finished; empty where it was never announced.
    pub json: Vec<u8>,
    /// Its text.
    pub text: Text,
    /// Annotation objects with their indexes, in order of arrival.
    pub annotations: Vec<(Option<u64>, Vec<u8>)>,
    /// Log probabilities of the deltas: array elements, separated by commas.
    pub logprobs: Vec<u8>,
    /// Its `content_part.done` (or summary twin) has come.
    pub closed: bool,
}

impl Part {
    /// A part without content.
    pub fn new(list: List, kind: PartKind, index: Option<u64>) -> Self {
        Self {
            list,
            index,
            alias: None,
            kind,
            json: Vec::new(),
            text: Text::default(),
            annotations: Vec::new(),
            logprobs: Vec::new(),
            closed: false,
        }
    }

    fn is_open(&self) -> bool {
        !self.closed && !self.text.is_done()
    }

    fn heap_bytes(&self) -> usize {
        let annotations: usize = self.annotations.iter().map(|(_, json)| json.capacity()).sum();
        self.json.capacity() + self.text.heap_bytes() + annotations + self.logprobs.capacity()
    }
}

/// A text that stands on the item itself.
#[derive(Debug, Clone)]
pub struct Field {
    /// What it is.
    pub stream: Stream,
    /// Which one, for shell commands.
    pub index: u64,
    /// The text.
    pub text: Text,
}

/// The member of an item that holds a text of its own.
pub const fn field_key(stream: Stream) -> &'static str {
    match stream {
        Stream::CustomInput => "input",
        Stream::Code => "code",
        _ => "arguments",
    }
}

/// What a shell command printed, by `command_index`.
#[derive(Debug, Clone, Default)]
pub struct ShellOutput {
    /// The command.
    pub index: u64,
    /// Standard output as streamed.
    pub stdout: Text,
    /// Standard error as streamed.
    pub stderr: Text,
    /// The finished entries: array elements, separated by commas. They replace what was streamed.
    pub done: Option<Vec<u8>>,
}

/// One output item.
#[derive(Debug, Clone)]
pub struct Slot {
    /// The item object as announced or finished; empty where it was never announced.
    pub json: Vec<u8>,
    /// How often that was replaced.
    pub revision: u32,
    /// What it is.
    pub kind: ItemKind,
    /// The ids by which it is known, escapes as sent; the first is its own.
    pub ids: Vec<Box<[u8]>>,
    /// Its `output_index` as the server counts.
    pub index: Option<u64>,
    /// Grows when the server starts the response anew within one stream.
    pub epoch: u32,
    /// Not yet finished.
    pub open: bool,
    /// Finished, and streamed into nevertheless: what was streamed counts again.
    pub late: bool,
    /// Made up from events that named it, before or without its announcement.
    pub synthesized: bool,
    /// The function's name where only the arguments' done event told it: a JSON string.
    pub name: Vec<u8>,
    /// Its parts, in order of arrival.
    pub parts: Vec<Part>,
    /// Its own texts.
    pub fields: Vec<Field>,
    /// Its shell output.
    pub shell: Vec<ShellOutput>,
}

/// A server that sends a new id with every event must not fill our memory with them.
const MOST_IDS: usize = 8;

impl Slot {
    /// A slot of a kind, known by what the event said of it.
    pub fn new(kind: ItemKind, id: Option<&[u8]>, index: Option<u64>, epoch: u32) -> Self {
        Self {
            json: Vec::new(),
            revision: 0,
            kind,
            ids: id.into_iter().map(Box::from).collect(),
            index,
            epoch,
            open: true,
            late: false,
            synthesized: false,
            name: Vec::new(),
            parts: Vec::new(),
            fields: Vec::new(),
            shell: Vec::new(),
        }
    }

    /// Whether it is known by this id.
    #[inline]
    pub fn has_id(&self, id: &[u8]) -> bool {
        self.ids.iter().any(|known| **known == *id)
    }

    /// Adds a part. Most items have one: room for more is taken only when they come.
    pub fn add_part(&mut self, part: Part) -> usize {
        if self.parts.len() < 2 {
            self.parts.reserve_exact(1);
        }
        self.parts.push(part);
        self.parts.len() - 1
    }

    /// A finished item is streamed into: its own telling is what the stream goes on from.
    pub fn reopen_texts(&mut self) {
        self.late = true;
        for list in [List::Content, List::Summary] {
            let own = parts_in(&self.json, list);
            for (at, part) in own.into_iter().enumerate() {
                let known = self.parts.iter_mut().filter(|known| known.list == list).nth(at);
                match known {
                    Some(known) if known.text.value() == part.text.value() => known.json = part.json,
                    Some(known) => *known = Part { index: known.index, ..part },
                    None => self.parts.push(part),
                }
            }
        }
        for field in &mut self.fields {
            let own = json::string_member(&self.json, field_key(field.stream)).unwrap_or_default();
            if !own.is_empty() && field.text.value() != own {
                field.text = Text::announced(own);
            }
        }
    }

    /// Remembers one more id.
    pub fn learn_id(&mut self, id: &[u8]) {
        if self.ids.len() < MOST_IDS && !self.has_id(id) {
            self.ids.reserve_exact(1);
            self.ids.push(id.into());
        }
    }

    /// Where the item's own text of a stream stands among its fields; it is made where it is missing.
    pub fn field_at(&mut self, stream: Stream, index: u64) -> usize {
        let known = self.fields.iter().position(|field| field.stream == stream && field.index == index);
        known.unwrap_or_else(|| {
            self.fields.reserve_exact(1);
            self.fields.push(Field { stream, index, text: Text::default() });
            self.fields.len() - 1
        })
    }

    /// Tells what a shell command printed; the entry is made where it is missing.
    pub fn tell_shell(&mut self, index: u64, tell: impl FnOnce(&mut ShellOutput)) {
        if let Some(output) = self.shell.iter_mut().find(|output| output.index == index) {
            return tell(output);
        }
        let mut output = ShellOutput { index, ..ShellOutput::default() };
        tell(&mut output);
        self.shell.push(output);
    }

    /// The parts of a list in the server's order: by index, then by arrival.
    pub fn parts_of(&self, list: List) -> Vec<&Part> {
        let mut parts: Vec<&Part> = self.parts.iter().filter(|part| part.list == list).collect();
        let mut place = 0;
        // A part without an index stays behind the one that came before it.
        parts.sort_by_cached_key(|part| {
            place = part.index.unwrap_or(place);
            place
        });
        parts
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        let parts: usize = self.parts.iter().map(Part::heap_bytes).sum();
        let fields: usize = self.fields.iter().map(|field| field.text.heap_bytes()).sum();
        let ids: usize = self.ids.iter().map(|id| id.len() + size_of::<Box<[u8]>>()).sum();
        self.json.capacity()
            + parts
            + fields
            + ids
            + self.parts.capacity() * size_of::<Part>()
            + self.fields.capacity() * size_of::<Field>()
    }
}

/// How an event found its slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// By all that it said.
    Exact(usize),
    /// By part of it, or by what the event is; worth a finding.
    Fallback(usize),
    /// Not at all.
    None,
}

/// The slot that an event means (rule R1): the steps (a) to (e) in order.
///
/// `id` is None where the event has none or an empty one.
pub fn find_slot(slots: &[Slot], id: Option<&[u8]>, index: Option<u64>, kind: ItemKind) -> Match {
    let has_id = |slot: &Slot| id.is_some_and(|id| slot.has_id(id));
    let has_index = |slot: &Slot| index.is_some() && slot.index == index;
    let latest = |test: &dyn Fn(&Slot) -> bool| slots.iter().rposition(test);

    let both = |slot: &Slot| (id.is_none() || has_id(slot)) && (index.is_none() || has_index(slot));
    if (id.is_some() || index.is_some())
        && let Some(at) = latest(&|slot| slot.open && both(slot))
    {
        return Match::Exact(at);
    }
    if let Some(at) = latest(&|slot| slot.open && has_id(slot)) {
        return Match::Fallback(at);
    }
    if let Some(at) = latest(&|slot| slot.open && has_index(slot)) {
        return Match::Fallback(at);
    }
    let mut fitting = slots.iter().enumerate().filter(|(_, slot)| slot.open && slot.kind == kind);
    if let (Some((at, _)), None) = (fitting.next(), fitting.next()) {
        return Match::Fallback(at);
    }
    // A finished item takes nothing of another kind: servers reuse ids and indexes.
    let takes = |slot: &Slot| slot.kind == kind || slot.kind == ItemKind::Other || kind == ItemKind::Other;
    let closed = latest(&|slot| has_id(slot) && takes(slot)).or_else(|| latest(&|slot| has_index(slot) && takes(slot)));
    if let Some(at) = closed {
        return Match::Fallback(at);
    }
    Match::None
}

/// The part that an event means (rule R3), as its place among the slot's parts.
///
/// `closing` says that the event ends a part: that part's text may be done already.
pub fn find_part(slot: &Slot, list: List, index: Option<u64>, kind: PartKind, closing: bool) -> Match {
    let fits = |part: &Part| part.list == list && part.kind.takes(kind);
    let latest = |test: &dyn Fn(&Part) -> bool| slot.parts.iter().rposition(|part| fits(part) && test(part));
    let open = || latest(&|part| if closing { !part.closed } else { part.is_open() });
    if index.is_none() {
        // Without an index the last open part is all the event can mean.
        return open().map_or(Match::None, Match::Exact);
    }
    let named = latest(&|part| part.index == index).or_else(|| latest(&|part| part.alias == index));
    named.map(Match::Exact).or_else(|| open().map(Match::Fallback)).unwrap_or(Match::None)
}

/// The order in which items stand in the output: by epoch, then index, then arrival.
///
/// A slot without an index stays behind the one that came before it.
pub fn in_order(slots: &[Slot]) -> Vec<&Slot> {
    let mut ordered: Vec<&Slot> = slots.iter().collect();
    let mut last = 0;
    ordered.sort_by_cached_key(|slot| {
        last = slot.index.unwrap_or(last);
        (slot.epoch, last)
    });
    ordered
}

/// The id of an item object, escapes as sent; None where it has none or an empty one.
pub fn item_id(item: &[u8]) -> Option<&[u8]> {
    json::first_member(item, "id")?.string_body(item).filter(|id| !id.is_empty())
}

/// The part objects that an item object already holds in one of its lists.
pub fn parts_in(item: &[u8], list: List) -> Vec<Part> {
    let key = match list {
        List::Content => "content",
        List::Summary => "summary",
    };
    let Some(array) = json::first_member(item, key).filter(|value| value.shape == Shape::Array) else {
        return Vec::new();
    };
    let array = array.of(item);
    let parts = json::elements(array).filter(|part| part.shape == Shape::Object).enumerate();
    parts.map(|(index, part)| announced_part(list, Some(index as u64), part.of(array))).collect()
}

/// A part as its announcement tells it.
pub fn announced_part(list: List, index: Option<u64>, json: &[u8]) -> Part {
    let kind = PartKind::of(json);
    let seed = json::string_member(json, kind.text_key()).unwrap_or_default();
    Part { json: json.to_vec(), text: Text::announced(seed), ..Part::new(list, kind, index) }
}
