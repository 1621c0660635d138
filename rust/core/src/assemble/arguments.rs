//! The arguments of tool calls while they are told, for readers who come back after every delta.
//!
//! A reader keeps a [`Bookmark`]; what it has read is not handed to it again unless the server told something else in
//! its place. Without readers none of this costs anything. Whose telling counts is what the snapshot says (rules R4,
//! R5, R7): the deltas while the item is open, then the finished item's own, then the terminal response's.

use std::borrow::Cow;

use super::fold::Fold;
use crate::json::{self, Shape};
use crate::kind::Stream;
use crate::slots::{ItemKind, Slot};
use crate::text::Text;
use crate::unescape;

/// One tool call of a fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// The item in this slot.
    Streamed(usize),
    /// An item that only the terminal response told, by its place in the output.
    Terminal(usize),
}

/// How far a reader has read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bookmark {
    edition: Option<Edition>,
    streamed: bool,
    read: usize,
}

/// All that decides which telling counts: while it stays the same, the text can only have grown at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Edition {
    item: u32,
    text: u32,
    told: bool,
    ended: bool,
}

/// What a reader is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arguments<'a> {
    /// What follows behind the bookmark.
    More(Cow<'a, str>),
    /// All of a telling that may differ from what was read before.
    Full(Cow<'a, str>),
}

impl Fold {
    /// The call with this `call_id` or item id, the latest where several have it.
    ///
    /// This looks into the items; readers of every delta keep the result, which stays good for the whole stream.
    pub fn call(&self, id: &str) -> Option<Call> {
        let streamed = || {
            let named =
                |slot: &Slot| slot.ids.iter().any(|body| is_text(body, id)) || item_has(&slot.json, "call_id", id);
            self.slots.iter().rposition(|slot| is_call(slot) && named(slot)).map(Call::Streamed)
        };
        let terminal = || {
            let output = self.terminal_output();
            let mut items = json::elements(output).map(|item| item.of(output));
            let at = items.position(|item| {
                is_tool(ItemKind::of(item)) && (item_has(item, "call_id", id) || item_has(item, "id", id))
            })?;
            Some(Call::Terminal(at))
        };
        streamed().or_else(terminal)
    }

    /// What the calls are known by: their `call_id`, or their item id where they have none.
    pub fn call_ids(&self) -> Vec<String> {
        let own_name = |item: &[u8]| json::string_member(item, "call_id").or_else(|| json::string_member(item, "id"));
        let learnt = |slot: &Slot| slot.ids.first().map(|body| unescape::whole(body).0);
        let output = self.terminal_output();
        let items = json::elements(output).map(|item| item.of(output)).filter(|item| is_tool(ItemKind::of(item)));
        let mut ids: Vec<String> = Vec::new();
        let streamed =
            self.slots.iter().filter(|slot| is_call(slot)).filter_map(|slot| own_name(&slot.json).or(learnt(slot)));
        for id in streamed.chain(items.filter_map(own_name)) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// What was told of a call's arguments since the reader last asked; moves the bookmark there.
    #[inline]
    pub fn arguments(&self, call: Call, bookmark: &mut Bookmark) -> Arguments<'_> {
        let slot = self.slot_of(call);
        let told = slot.and_then(told_text);
        let edition = Edition {
            item: slot.map_or(0, |slot| slot.revision),
            text: told.map_or(0, Text::revision),
            told: told.is_some_and(|text| !text.is_empty()),
            ended: self.ended.is_some(),
        };
        if bookmark.edition != Some(edition) {
            let own = self.settled(call);
            bookmark.edition = Some(edition);
            bookmark.streamed = own.is_none();
            let full = own.map(Cow::Owned).or_else(|| told.map(Text::value)).unwrap_or_default();
            bookmark.read = full.len();
            return Arguments::Full(full);
        }
        let text = told.filter(|_| bookmark.streamed);
        let (read, more) = text.map(|text| text.since(bookmark.read)).unwrap_or_default();
        bookmark.read = read;
        Arguments::More(more)
    }

    /// Whether a call's arguments are over. Their own done event is not enough: deltas have been seen behind it.
    pub fn arguments_ended(&self, call: Call) -> bool {
        self.ended.is_some() || self.slot_of(call).is_none_or(|slot| !slot.open)
    }

    fn slot_of(&self, call: Call) -> Option<&Slot> {
        match call {
            Call::Streamed(at) => self.slots.get(at),
            Call::Terminal(_) => None,
        }
    }

    /// The arguments as an item tells them, where that counts against the deltas.
    fn settled(&self, call: Call) -> Option<String> {
        let output = self.terminal_output();
        let mut items = json::elements(output).map(|item| item.of(output));
        let at = match call {
            Call::Terminal(at) => return own_text(items.nth(at)?),
            Call::Streamed(at) => at,
        };
        let slot = self.slots.get(at)?;
        let last_word = items.find(|item| is_same(slot, item)).and_then(own_text).filter(|text| !text.is_empty());
        let told = told_text(slot).is_some_and(|text| !text.is_empty());
        let counts = |text: &String| !told || !slot.open && !text.is_empty();
        last_word.or_else(|| own_text(&slot.json).filter(counts))
    }

    /// The terminal response's items, where they are the output; an empty text otherwise.
    fn terminal_output(&self) -> &[u8] {
        let terminal = self.terminal.as_deref().filter(|_| !self.streamed_output).unwrap_or_default();
        json::member(terminal, "output").map(|output| output.of(terminal)).unwrap_or_default()
    }
}

fn is_tool(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::FunctionCall | ItemKind::McpCall | ItemKind::CustomToolCall)
}

/// Items of future types are calls as soon as arguments stream into them.
pub(super) fn is_call(slot: &Slot) -> bool {
    is_tool(slot.kind) || told_text(slot).is_some()
}

/// Whether an item of the terminal response is the one in a slot.
fn is_same(slot: &Slot, item: &[u8]) -> bool {
    let call_id = json::string_member(&slot.json, "call_id");
    call_id.is_some_and(|id| item_has(item, "call_id", &id))
        || json::string_member(item, "id").is_some_and(|id| slot.ids.iter().any(|body| is_text(body, &id)))
}

fn told_text(slot: &Slot) -> Option<&Text> {
    let is_input = |stream| matches!(stream, Stream::Arguments | Stream::McpArguments | Stream::CustomInput);
    slot.fields.iter().find(|field| is_input(field.stream)).map(|field| &field.text)
}

/// The arguments that an item object holds. Some servers put the object itself where its text belongs.
fn own_text(item: &[u8]) -> Option<String> {
    let key = if ItemKind::of(item) == ItemKind::CustomToolCall { "input" } else { "arguments" };
    let value = json::member(item, key)?;
    match value.shape {
        Shape::Plain | Shape::Escaped => Some(unescape::whole(value.string_body(item)?).0),
        Shape::Object | Shape::Array => Some(String::from_utf8_lossy(value.of(item)).into_owned()),
        Shape::Null | Shape::Bool | Shape::Number => None,
    }
}

fn item_has(item: &[u8], key: &str, id: &str) -> bool {
    json::member(item, key).and_then(|value| value.string_body(item)).is_some_and(|body| is_text(body, id))
}

/// Whether the body of a JSON string says this.
fn is_text(body: &[u8], text: &str) -> bool {
    if body.contains(&b'\\') { unescape::whole(body).0 == text } else { body == text.as_bytes() }
}
