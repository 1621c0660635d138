//! Items and parts of a running response, and which of them an event means (rules R1-R3).
//!
//! A slot is one output item. Servers name it by id, by index, by both, by neither, or wrongly; the lookup below
//! survives every one of them. Nothing is ever sized by a number that came over the wire.

mod annotations;
mod identity;
mod kinds;
mod lookup;
mod part;
mod shell;

pub use annotations::Annotations;
pub use identity::{with_identity, with_name};
pub use kinds::{ItemKind, PartKind};
pub use lookup::{Match, find_part, find_slot};
pub use part::{Part, announced_part, parts_in, with_type};
pub use shell::ShellOutput;

use crate::json;
use crate::kind::{List, Stream};
use crate::text::Text;
use crate::unescape;

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

    /// The item is finished: this is what it says.
    pub fn finish(&mut self, json: Vec<u8>) {
        self.parts.iter_mut().for_each(|part| part.text.forget_literal());
        self.fields.iter_mut().for_each(|field| field.text.forget_literal());
        self.json = json;
        self.revision = self.revision.wrapping_add(1);
        self.open = false;
        self.late = false;
        self.synthesized = false;
    }

    /// A finished item is streamed into: its own telling is what the stream goes on from.
    pub fn reopen(&mut self) {
        self.settle();
        self.late = true;
    }

    /// Lets the texts of a finished item be those that the item itself told.
    pub fn settle(&mut self) {
        for list in [List::Content, List::Summary] {
            let own = parts_in(&self.json, list);
            if own.is_empty() {
                continue;
            }
            let mut streamed = self.parts_of(list).into_iter().cloned().collect::<Vec<_>>().into_iter();
            self.parts.retain(|part| part.list != list);
            self.parts.extend(own.into_iter().map(|part| part.settled(streamed.next())));
        }
        for field in &mut self.fields {
            if let Some(own) = own_text(&self.json, field.stream, field.index).filter(|own| !own.is_empty()) {
                field.text = Text::told(own);
            }
        }
        let output = json::member(&self.json, "output").map(|output| output.of(&self.json)).unwrap_or_default();
        if json::elements(output).next().is_some() {
            let entries = json::elements(output).map(|entry| entry.of(output).to_vec());
            self.shell = (0..).zip(entries).map(|(index, entry)| ShellOutput::told(index, entry)).collect();
        }
    }

    /// Remembers the names that an event used for it.
    pub fn learn(&mut self, id: Option<&[u8]>, index: Option<u64>) {
        self.index = self.index.or(index);
        if let Some(id) = id {
            self.learn_id(id);
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
            if stream == Stream::Command && !self.fields.iter().any(|field| field.stream == stream) {
                self.own_commands();
                if let Some(own) = self.fields.iter().position(|field| field.index == index) {
                    return own;
                }
            }
            // What an announcement holds gives way to deltas, what a finished item holds does not.
            let own = if self.open { None } else { own_text(&self.json, stream, index) };
            self.fields.reserve_exact(1);
            self.fields.push(Field { stream, index, text: own.map_or_else(Text::default, Text::told) });
            self.fields.len() - 1
        })
    }

    /// The commands that the item brought along come before those that are streamed.
    fn own_commands(&mut self) {
        let commands = (0..).map_while(|index| Some((index, own_text(&self.json, Stream::Command, index)?)));
        let begin = |text| if self.open { Text::announced(text) } else { Text::told(text) };
        let own = commands.map(|(index, text)| Field { stream: Stream::Command, index, text: begin(text) });
        let own: Vec<Field> = own.collect();
        self.fields.extend(own);
    }

    /// The command that an event without an index means: the last one.
    pub fn last_command(&self, stream: Stream) -> u64 {
        let commands = self.fields.iter().filter(|field| field.stream == stream).map(|field| field.index);
        let last =
            commands.chain(self.shell.iter().map(|output| output.index).filter(|_| stream == Stream::ShellOutput));
        last.max().unwrap_or_default()
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

/// The text of a stream that an item object itself holds; of commands, the one at an index.
fn own_text(item: &[u8], stream: Stream, index: u64) -> Option<String> {
    let nested = |key| Some(json::member(item, key)?.of(item));
    match stream {
        Stream::Diff => json::string_member(nested("operation")?, "diff"),
        Stream::Command => {
            let action = nested("action")?;
            let commands = json::member(action, "commands")?.of(action);
            let command = json::elements(commands).nth(usize::try_from(index).ok()?)?;
            Some(command.string_body(commands).map(|body| unescape::whole(body).0).unwrap_or_default())
        }
        _ => json::string_member(item, field_key(stream)),
    }
}

/// The elements of an array, without its brackets.
pub fn inner(array: &[u8]) -> &[u8] {
    array.get(1..array.len().saturating_sub(1)).unwrap_or_default().trim_ascii()
}

/// The order in which items stand in the output: by epoch, then index, then arrival.
///
/// A slot without an index stays behind the one that came before it.
pub fn in_order(slots: &[Slot]) -> Vec<&Slot> {
    order(slots).into_iter().filter_map(|at| slots.get(at)).collect()
}

/// The same as places among the slots.
pub fn order(slots: &[Slot]) -> Vec<usize> {
    let mut last = (0, 0);
    let keys = slots.iter().map(|slot| {
        let before = if slot.epoch == last.0 { last.1 } else { 0 };
        last = (slot.epoch, slot.index.unwrap_or(before));
        last
    });
    let mut placed: Vec<_> = keys.zip(0..).collect();
    placed.sort_by_key(|(key, _)| *key);
    placed.into_iter().map(|(_, at)| at).collect()
}

/// The id of an item object, escapes as sent; None where it has none or an empty one.
pub fn item_id(item: &[u8]) -> Option<&[u8]> {
    json::first_member(item, "id")?.string_body(item).filter(|id| !id.is_empty())
}
