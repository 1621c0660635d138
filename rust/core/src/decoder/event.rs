//! One decoded event, as it is handed out while its bytes still lie in the chunk.

use std::sync::Arc;

use crate::diagnostics::Diagnostics;
use crate::envelope::{Fields, Key};
use crate::error::Error;
use crate::json::{self, Echo, Shape, Told};
use crate::kind::Kind;
use crate::lifecycle::Outcome;

/// One decoded event, borrowed from the chunk that brought it.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// Its kind.
    pub kind: Kind,
    /// Which of the kind's spellings `type` has.
    pub spelling: usize,
    /// Its `type`, escapes as sent; empty for malformed events.
    pub name: &'a [u8],
    /// The data as sent.
    pub raw: &'a [u8],
    /// The data with bad UTF-8 replaced; what `fields` points into.
    pub text: &'a [u8],
    /// Its known keys.
    pub fields: &'a Fields,
    /// How it ends the response, if it does.
    pub terminal: Option<Outcome>,
    /// Counted from 0.
    pub index: u64,
    /// Its `sequence_number`.
    pub sequence_number: Option<u64>,
    /// Stream byte at which its data begins.
    pub offset: u64,
    /// Why it could not be decoded, for malformed events.
    pub fault: Option<json::Fault>,
    /// Set where the event has the shape of an earlier delta: equal numbers mean equal item, indexes and part.
    pub layout: Option<u64>,
    /// What the stream told before, with which it was read.
    pub echo: Option<&'a Echo>,
}

impl<'a> Event<'a> {
    /// The body of a string field.
    #[inline]
    pub fn string(&self, key: Key) -> Option<&'a [u8]> {
        self.fields.string(self.text, key)
    }

    /// An index field.
    #[inline]
    pub fn index_of(&self, key: Key, diagnostics: &mut Diagnostics) -> Option<u64> {
        self.fields.index(self.text, key, diagnostics)
    }

    /// An object field, as its text.
    #[inline]
    pub fn object(&self, key: Key) -> Option<&'a [u8]> {
        let value = self.fields.get(key);
        (value.shape == Shape::Object).then(|| value.of(self.text))
    }

    /// The response object of a state or terminal event, also where it is not wrapped (rule E13).
    pub fn response(&self) -> Option<Told<'a>> {
        match self.object(Key::Response) {
            Some(response) => Some(self.echo.map_or_else(|| Told::plain(response), |echo| echo.told(response))),
            None => is_bare_response(self.text, self.fields).then(|| Told::plain(self.text)),
        }
    }

    /// The memory in which the decoder keeps this response, or this string with its quotes, if it does.
    pub fn kept(&self, text: &[u8]) -> Option<Arc<[u8]>> {
        self.echo?.kept(text)
    }
}

/// Who takes the events.
pub trait Sink {
    /// One event, in order. What is found wrong with it goes to `diagnostics`.
    fn event(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error>;

    /// The body has ended and no event follows.
    fn finish(&mut self, _diagnostics: &mut Diagnostics) {}
}

/// Whether the event is itself a response: `"object": "response"` and no `type` (rule E13).
pub(super) fn is_bare_response(text: &[u8], fields: &Fields) -> bool {
    fields.get(Key::Type).shape == Shape::Null && fields.string(text, Key::Object) == Some(b"response")
}
