//! JSON text that is still being told, and its value so far: the arguments of a running tool call.
//!
//! Every byte is looked at once, whatever the cuts, and nothing is kept but the path of open brackets: [`Parser`] tells
//! what it reads to a [`Sink`], which grows the value wherever its user wants it. [`Partial`] holds the text beside the
//! parser, so that a text told in full (rule R4) is compared with what was streamed and parsed anew only if it differs.
//!
//! What the value so far is:
//!
//! | text so far | its value |
//! |---|---|
//! | an open object or array | its finished members, and the open one if it has a value by now |
//! | an open string | its text so far; half an escape or half a surrogate pair is held back |
//! | a key without the first byte of its value | no member |
//! | a number | nothing until the byte behind it: `1` may become `12` |
//! | `tru` | nothing until its last letter |
//! | a key told twice | the later value, from its first byte on |
//! | anything that is no JSON | the value before that byte, for good; [`Partial::fault`] says where and why |

mod number;
mod parser;

pub use parser::Parser;

use crate::json::{Fault, Reason};
use crate::limits::Limits;

/// Who grows the value. Calls come in the order of the text; containers nest.
pub trait Sink {
    /// Why a value could not be taken.
    type Error;

    /// A new text begins: everything told before is void.
    fn restart(&mut self);
    /// The key of the value that comes next.
    fn key(&mut self, key: &str) -> Result<(), Self::Error>;
    /// An object begins.
    fn open_object(&mut self) -> Result<(), Self::Error>;
    /// An array begins.
    fn open_array(&mut self) -> Result<(), Self::Error>;
    /// The innermost object or array ends.
    fn close(&mut self) -> Result<(), Self::Error>;
    /// A string begins, still empty.
    fn open_string(&mut self) -> Result<(), Self::Error>;
    /// The open string grows, escapes resolved.
    fn text(&mut self, more: &str) -> Result<(), Self::Error>;
    /// The open string ends.
    fn close_string(&mut self) -> Result<(), Self::Error>;
    /// A number, as it stands in the text. At the top level it may be told again, longer.
    fn number(&mut self, number: &str) -> Result<(), Self::Error>;
    /// `true` or `false`.
    fn bool(&mut self, value: bool) -> Result<(), Self::Error>;
    /// `null`.
    fn null(&mut self) -> Result<(), Self::Error>;
}

/// A text so far with its parser, which reads only when it is told to.
#[derive(Debug)]
pub struct Partial {
    limits: Limits,
    text: String,
    parser: Parser,
    parsed: usize,
    /// The sink holds the value of another text.
    stale: bool,
    ended: bool,
    replaced: u32,
    examined: u64,
}

impl Partial {
    /// An empty text. Of the limits, `max_json_depth` and `max_number_digits` count here.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            text: String::new(),
            parser: Parser::new(&limits),
            parsed: 0,
            stale: false,
            ended: false,
            replaced: 0,
            examined: 0,
        }
    }

    /// The text goes on; so it had not ended, whoever said so.
    #[inline]
    pub fn push(&mut self, more: &str) {
        self.text.push_str(more);
        self.ended = false;
    }

    /// The text as told in full at its end (rule R4): it counts, unless it is less than what was streamed.
    pub fn done(&mut self, full: &str) {
        if !self.text.starts_with(full) {
            self.replace(full);
        }
        self.ended = true;
    }

    /// The text is this one now. What it shares with the old one from the start on is not parsed again only where the
    /// old one is all of it.
    pub fn replace(&mut self, full: &str) {
        if let Some(more) = full.strip_prefix(&*self.text) {
            self.text.push_str(more);
        } else {
            self.text.clear();
            self.text.push_str(full);
            self.replaced = self.replaced.wrapping_add(1);
            self.begin_anew();
        }
    }

    /// Whether the text is over: what it lacks now it will not get.
    pub fn set_ended(&mut self, ended: bool) {
        self.ended = ended;
    }

    fn begin_anew(&mut self) {
        self.parser = Parser::new(&self.limits);
        self.parsed = 0;
        self.stale = true;
    }

    /// Reads what has come since the last call. After an error of the sink the next call reads from the start.
    #[inline]
    pub fn parse<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        if self.stale {
            sink.restart();
            self.stale = false;
        }
        let more = self.text.get(self.parsed..).unwrap_or_default();
        self.examined += more.len() as u64;
        self.parsed = self.text.len();
        let mut told = self.parser.push(more, sink);
        if told.is_ok() && self.ended {
            told = self.parser.end(sink);
        }
        if told.is_err() {
            self.begin_anew();
        }
        told
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the text, as far as it was parsed, is one whole JSON value.
    pub fn is_complete(&self) -> bool {
        self.parser.is_complete(self.ended)
    }

    /// Why the text is no JSON, and at which byte; None while it may still become a whole value.
    pub fn fault(&self) -> Option<Fault> {
        let cut_off = self.ended && !self.is_complete();
        let stops = cut_off.then_some(Fault { reason: Reason::End, at: self.text.len() });
        self.parser.fault().or(stops)
    }

    /// How often another text took the place of one that it does not continue.
    pub fn replaced(&self) -> u32 {
        self.replaced
    }

    /// Bytes the parser has looked at since the beginning, those of replaced texts included.
    pub fn examined(&self) -> u64 {
        self.examined
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.text.capacity() + self.parser.heap_bytes()
    }
}
