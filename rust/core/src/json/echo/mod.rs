//! What a stream told before, and tells again: whole responses, and the long texts of its items.
//!
//! Bytes that are equal to bytes which were read need no reading. The files: `object` compares a response with the one
//! before, member by member; `phrases` knows long strings again, wherever they stand.

mod object;
mod phrases;

use std::sync::Arc;

pub use self::object::{Member, Told};
pub(super) use self::phrases::NO_PHRASES;
pub(crate) use self::{object::Repeating, phrases::Phrases};
use super::Value;

/// The memory of one stream.
#[derive(Debug)]
pub struct Echo {
    pub(crate) responses: Repeating,
    pub(crate) phrases: Phrases,
    pub(crate) enabled: bool,
}

impl Echo {
    /// Nothing told yet. A disabled one never remembers, for those who want to compare.
    pub fn new(enabled: bool) -> Self {
        Self { responses: Repeating::default(), phrases: Phrases::default(), enabled }
    }

    /// The response that was read last, whose text this is.
    pub fn told<'a>(&'a self, text: &'a [u8]) -> Told<'a> {
        self.responses.told(text)
    }

    /// Remembers the response that was read last, if it is worth it.
    pub fn keep(&mut self, response: &[u8]) {
        if self.enabled {
            self.responses.keep(response);
        }
    }

    /// Remembers a string of an event's text, if it is worth it.
    pub fn keep_string(&mut self, text: &[u8], string: Value) {
        if self.enabled {
            self.phrases.keep(text, string);
        }
    }

    /// The memory of a response or of a string with its quotes, for others who keep the same.
    pub fn kept(&self, text: &[u8]) -> Option<Arc<[u8]>> {
        self.responses.kept(text).or_else(|| self.phrases.kept(text))
    }

    /// Gives back what only the last event needed.
    pub fn rest(&mut self) {
        self.responses.rest();
    }

    /// Nothing that was told before will come again.
    pub fn forget(&mut self) {
        (self.responses, self.phrases) = (Repeating::default(), Phrases::default());
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.responses.heap_bytes() + self.phrases.heap_bytes()
    }
}
