//! Long strings that a stream tells again: the text of a `done` event stands once more in its part, in its item and in
//! the response.
//!
//! The last few are remembered. A string that has the same bytes is known to be one, and nobody looks for its end; one
//! that differs costs a compare of eight bytes.

use std::sync::Arc;

use super::super::{Shape, Value};

/// Strings shorter than this are read again sooner than remembered; what is fuzzed is short.
const WORTH_KEEPING: usize = if cfg!(fuzzing) { 10 } else { 128 };

/// A response tells as many texts as it has items and parts; of most the last few are enough.
const MOST: usize = 4;

/// How many bytes decide whether the rest is compared.
const HEAD: usize = 8;

/// A string that was read, quotes included.
#[derive(Debug, Clone)]
struct Phrase {
    text: Arc<[u8]>,
    shape: Shape,
}

/// Nothing that was told before, for readers of texts that are no events.
pub(in super::super) static NO_PHRASES: Phrases = Phrases { told: Vec::new() };

/// The strings that are remembered, the latest last.
#[derive(Debug, Default)]
pub(crate) struct Phrases {
    told: Vec<Phrase>,
}

impl Phrases {
    /// Remembers a string that was read, if it is worth it.
    pub(super) fn keep(&mut self, text: &[u8], value: Value) {
        let string = value.of(text);
        let worth = string.len() >= WORTH_KEEPING && matches!(value.shape, Shape::Plain | Shape::Escaped);
        if !worth || self.kept(string).is_some() {
            return;
        }
        if self.told.len() == MOST {
            self.told.remove(0);
        }
        self.told.push(Phrase { text: Arc::from(string), shape: value.shape });
    }

    /// One past the string at `at` and what it is, if it is one that was told before.
    #[inline]
    pub(in super::super) fn repeated(&self, text: &[u8], at: usize) -> Option<(usize, Shape)> {
        if self.told.is_empty() { None } else { self.find(text, at) }
    }

    #[inline(never)]
    fn find(&self, text: &[u8], at: usize) -> Option<(usize, Shape)> {
        let rest = text.get(at..)?;
        let head = rest.first_chunk::<HEAD>();
        let same = |phrase: &&Phrase| phrase.text.first_chunk() == head && rest.starts_with(&phrase.text);
        self.told.iter().rev().find(same).map(|phrase| (at.wrapping_add(phrase.text.len()), phrase.shape))
    }

    /// The memory of a string that was kept, quotes included, for others who keep the same.
    pub(super) fn kept(&self, string: &[u8]) -> Option<Arc<[u8]>> {
        self.told.iter().find(|phrase| *phrase.text == *string).map(|phrase| Arc::clone(&phrase.text))
    }

    /// Bytes held on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        // Whoever shares a text counts it.
        let own = self.told.iter().filter(|phrase| Arc::strong_count(&phrase.text) == 1);
        own.map(|phrase| phrase.text.len()).sum::<usize>() + self.told.capacity() * size_of::<Phrase>()
    }
}
