//! The `str` objects of short deltas, for deltas that say the same again.
//!
//! A model's pieces of text are words, and half of all words of a text are a few hundred different ones. A piece that is
//! at hand costs neither a new object nor its memory. There is one table for all streams: each place holds the last
//! piece that fell on it. Its lock is only ever tried, once a call; who does not get it makes its own objects.

use std::sync::{Mutex, MutexGuard};

use or_stream_core::json::{Shape, Value};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::text::json_string;

/// The longest piece that is kept: most are shorter, and the place of one is found by its bytes as a number.
const LONGEST: usize = 16;

/// Places of the table, a power of two: 16 KiB.
const PLACES: usize = 512;

static WORDS: Mutex<Words> = Mutex::new(Words(Vec::new()));

/// The table, empty until it is used.
pub(crate) struct Words(Vec<Option<Word>>);

struct Word {
    /// The body of the JSON string, filled up with zeros, which no such body holds.
    body: u128,
    text: Py<PyString>,
}

/// The table for one call, if nobody else has it.
pub(crate) fn words() -> Option<MutexGuard<'static, Words>> {
    let mut words = WORDS.try_lock().ok()?;
    if words.0.is_empty() {
        words.0.resize_with(PLACES, || None);
    }
    Some(words)
}

impl Words {
    /// As [`json_string`]: the `str` of a JSON string value.
    #[inline]
    pub(crate) fn string<'py>(&mut self, py: Python<'py>, text: &[u8], value: Value) -> Option<Bound<'py, PyString>> {
        let body = match value.shape {
            Shape::Plain | Shape::Escaped => number_of(value.string_body(text)?),
            _ => return None,
        };
        let Some((body, place)) = body.and_then(|body| Some((body, self.0.get_mut(place_of(body))?))) else {
            return json_string(py, text, value);
        };
        if let Some(word) = place.as_ref().filter(|word| word.body == body) {
            return Some(word.text.bind(py).clone());
        }
        let text = json_string(py, text, value)?;
        *place = Some(Word { body, text: text.clone().unbind() });
        Some(text)
    }
}

/// A short body as a number; None for an empty and for a long one.
#[inline]
fn number_of(body: &[u8]) -> Option<u128> {
    if body.is_empty() || body.len() > LONGEST {
        return None;
    }
    let mut bytes = [0; LONGEST];
    bytes.get_mut(..body.len())?.copy_from_slice(body);
    Some(u128::from_le_bytes(bytes))
}

/// Where a body has its place: the highest bits of a product, on which all bits of both halves have a say.
#[inline]
#[allow(clippy::cast_possible_truncation)]
fn place_of(body: u128) -> usize {
    let mixed =
        (body as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ ((body >> 64) as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    (mixed >> (u64::BITS - PLACES.ilog2())) as usize
}
