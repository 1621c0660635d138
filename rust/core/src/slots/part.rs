//! Parts of items: announced, grown, finished.

use super::{Annotations, PartKind, inner};
use crate::json::{self, Shape, Value};
use crate::kind::List;
use crate::object;
use crate::text::Text;
use crate::unescape;

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
    /// What it cites.
    pub annotations: Annotations,
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
            annotations: Annotations::default(),
            logprobs: Vec::new(),
            closed: false,
        }
    }

    /// Lets it hold what an object of it says. Its lists replace those of before unless they are empty.
    ///
    /// Returns the body of the object's text, found in the same pass: closing objects are long.
    pub fn tell<'a>(&mut self, json: &'a [u8], text_key: &str) -> Option<&'a [u8]> {
        let mut text = None;
        for (key, value) in json::members(json) {
            match key.string_body(json).unwrap_or_default() {
                b"annotations" if is_list(value, json) => self.annotations = Annotations::of_list(value.of(json)),
                b"logprobs" if is_list(value, json) => {
                    let own = inner(value.of(json));
                    if own != self.logprobs {
                        self.logprobs = own.to_vec();
                    }
                }
                name if name == text_key.as_bytes() => text = value.string_body(json),
                _ => {}
            }
        }
        self.json = json.to_vec();
        text
    }

    /// Whether its type was never told: any event may mean it.
    pub(super) fn is_nameless(&self) -> bool {
        self.kind == PartKind::Other && !self.json.is_empty() && PartKind::told(&self.json).is_none()
    }

    /// What the finished item says of a part, with what only the stream told of it.
    pub(super) fn settled(self, streamed: Option<Self>) -> Self {
        let full = Text::told(self.text.value().into_owned());
        let Some(streamed) = streamed else { return Self { text: full, closed: true, ..self } };
        if streamed.kind != self.kind && streamed.kind != PartKind::Other {
            // Another part that the stream put in this place: nothing of it is this one's.
            return Self { text: full, closed: true, index: streamed.index, ..self };
        }
        Self {
            text: if full.is_empty() { streamed.text } else { full.heard_as(&streamed.text) },
            annotations: if self.annotations.is_empty() { streamed.annotations } else { self.annotations },
            logprobs: if self.logprobs.is_empty() { streamed.logprobs } else { self.logprobs },
            index: streamed.index,
            alias: streamed.alias,
            closed: true,
            ..self
        }
    }

    /// Takes its kind from an event about it, where it was announced without one.
    pub fn be(&mut self, kind: PartKind) {
        if self.kind == PartKind::Other && kind != PartKind::Other && self.is_nameless() {
            self.kind = kind;
            self.json = with_type(&self.json, kind);
        }
    }

    pub(super) fn is_open(&self) -> bool {
        !self.closed && !self.text.is_done()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.json.capacity() + self.text.heap_bytes() + self.annotations.heap_bytes() + self.logprobs.capacity()
    }
}

/// A part object that does not say its type, with that type.
pub fn with_type(part: &[u8], kind: PartKind) -> Vec<u8> {
    object::build(|copy| {
        copy.string("type", kind.name());
        let others = json::members(part).filter(|(key, _)| !json::name_is(part, *key, "type"));
        others.for_each(|(key, value)| copy.member(key.of(part), value.of(part)));
    })
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
    let mut part = Part::new(list, kind, index);
    if let Some(seed) = part.tell(json, kind.text_key()) {
        part.text = Text::announced(unescape::whole(seed).0);
    }
    part
}

fn is_list(value: Value, json: &[u8]) -> bool {
    value.shape == Shape::Array && !value.is_empty(json)
}
