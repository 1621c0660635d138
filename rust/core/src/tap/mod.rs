//! What a proxy wants to know of a stream that passes through it: usage, model, state, counts and moments.
//!
//! A sink that keeps facts and no content: its memory does not grow with the stream. Only state and terminal events are
//! looked into; of all others the known keys are enough.

use crate::decoder::{Event, Sink};
use crate::diagnostics::Diagnostics;
use crate::envelope::Key;
use crate::error::Error;
use crate::json::{self, Shape};
use crate::kind::{Kind, Role, Stream};
use crate::lifecycle::Outcome;
use crate::server_error;
use crate::snapshot::{self, Telling};
use crate::unescape;

mod arrivals;
mod tail;

pub use arrivals::Arrivals;

/// Largest response object without output that is kept for [`Tap::write_partial`]; a larger one is told in short.
pub const BASE_BYTES: usize = 64 * 1024;

/// When things were first seen, in nanoseconds of the caller's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moments {
    /// The first byte, be it a comment.
    pub first_byte: Option<u64>,
    /// The first event.
    pub first_event: Option<u64>,
    /// The first piece of anything that the model writes: text, reasoning, arguments.
    pub first_token: Option<u64>,
    /// The same without reasoning.
    pub first_output: Option<u64>,
    /// The latest event.
    pub last_event: Option<u64>,
}

/// The facts of one stream.
#[derive(Debug)]
pub struct Tap {
    now: u64,
    moments: Moments,
    counts: [u64; Kind::ALL.len()],
    deltas: u64,
    delta_bytes: u64,
    output_started: bool,
    tool_call_started: bool,
    model: Option<String>,
    status: Option<String>,
    usage: Option<Vec<u8>>,
    error: Option<Vec<u8>>,
    base: Vec<u8>,
    ended: Option<Outcome>,
}

impl Default for Tap {
    fn default() -> Self {
        Self {
            now: 0,
            moments: Moments::default(),
            counts: [0; Kind::ALL.len()],
            deltas: 0,
            delta_bytes: 0,
            output_started: false,
            tool_call_started: false,
            model: None,
            status: None,
            usage: None,
            error: None,
            base: Vec::new(),
            ended: None,
        }
    }
}

impl Sink for Tap {
    #[inline]
    fn event(&mut self, event: &Event<'_>, _diagnostics: &mut Diagnostics) -> Result<(), Error> {
        self.moments.first_event.get_or_insert(self.now);
        self.moments.last_event = Some(self.now);
        if let Some(count) = self.counts.get_mut(event.kind as usize) {
            *count += 1;
        }
        match event.kind.role() {
            Role::Delta(stream) => {
                let size = event.string(Key::Delta).map_or(0, <[u8]>::len);
                self.deltas += 1;
                self.delta_bytes += size as u64;
                self.grew(stream, size);
            }
            _ => self.other(event),
        }
        Ok(())
    }
}

impl Tap {
    /// Takes note of when the bytes came that are decoded into this sink next.
    #[inline]
    pub fn read_as_of(&mut self, time: u64, bytes: &[u8]) {
        self.now = time;
        if !bytes.is_empty() {
            self.moments.first_byte.get_or_insert(time);
        }
    }

    #[inline]
    fn grew(&mut self, stream: Stream, bytes: usize) {
        self.output_started = true;
        if self.moments.first_output.is_some() || bytes == 0 || stream == Stream::ShellOutput {
            return;
        }
        self.moments.first_token.get_or_insert(self.now);
        if !matches!(stream, Stream::Reasoning | Stream::Summary) {
            self.moments.first_output = Some(self.now);
        }
    }

    fn other(&mut self, event: &Event<'_>) {
        if self.ended.is_some() {
            // What follows the terminal event is counted and passed, and changes nothing (rule R11).
            return;
        }
        match event.kind.role() {
            Role::ItemAdded | Role::ItemDone => self.item(event),
            Role::PartAdded(_) | Role::PartDone(_) | Role::CommandAdded | Role::Annotation => {
                self.output_started = true;
            }
            // A server may send a text only when it is whole.
            Role::Done(stream) => self.grew(stream, event.string(Key::telling(stream)).map_or(0, <[u8]>::len)),
            Role::Error => self.error = server_error::normalise(event.text),
            _ => {}
        }
        self.ended = event.terminal;
        if let Some(response) = event.response() {
            self.response(response.text, event.terminal.is_some());
        }
    }

    fn item(&mut self, event: &Event<'_>) {
        self.output_started = true;
        let Some(item) = event.object(Key::Item).filter(|_| !self.tool_call_started) else { return };
        let kind = json::first_member(item, "type").and_then(|kind| kind.string_body(item)).unwrap_or_default();
        self.tool_call_started = kind.ends_with(b"_call");
    }

    /// One walk over a response for all that is wanted of it.
    fn response(&mut self, response: &[u8], terminal: bool) {
        for (key, value) in json::members(response) {
            let is = |name: &str| json::name_is(response, key, name);
            match value.shape {
                Shape::Object if is("usage") => self.usage = Some(value.of(response).to_vec()),
                Shape::Object if is("error") => self.error = Some(value.of(response).to_vec()),
                Shape::Plain | Shape::Escaped if is("model") => {
                    self.model = value.string_body(response).map(|model| unescape::whole(model).0);
                }
                Shape::Plain | Shape::Escaped if is("status") => {
                    self.status = value.string_body(response).map(|status| unescape::whole(status).0);
                }
                _ => {}
            }
        }
        if !terminal && response.len() <= BASE_BYTES {
            self.base.clear();
            self.base.extend_from_slice(response);
        }
    }

    /// Writes the response as far as it is known without its content, with the status that it shall have
    /// unless the server has ended it.
    pub fn write_partial(&self, id: Option<&str>, status: &str, out: &mut Vec<u8>) {
        let quoted = |text: &str| {
            let mut json = Vec::new();
            unescape::write_string(text, &mut json);
            json
        };
        let (status, id) = (
            quoted(match self.ended {
                Some(outcome) => outcome.name(),
                None => status,
            }),
            id.map(quoted),
        );
        let model = self.model.as_deref().map(quoted);
        let unknown = self.base.is_empty();
        let overrides = [
            ("id", id.as_deref().filter(|_| unknown)),
            ("object", Some(&b"\"response\""[..]).filter(|_| unknown)),
            ("status", Some(&*status)),
            ("model", model.as_deref().filter(|_| unknown)),
            ("output", Some(&b"[]"[..]).filter(|_| unknown)),
            ("usage", self.usage.as_deref()),
            ("error", self.error.as_deref()),
        ];
        snapshot::write_response(Telling::read(&self.base), [], None, &overrides, out);
    }

    /// When things were first seen.
    pub fn moments(&self) -> Moments {
        self.moments
    }

    /// How often each kind of event came; kinds that did not come are left out.
    pub fn counts(&self) -> impl Iterator<Item = (Kind, u64)> + '_ {
        Kind::ALL.iter().copied().zip(self.counts).filter(|(_, count)| *count > 0)
    }

    /// Delta events, empty ones too.
    pub fn deltas(&self) -> u64 {
        self.deltas
    }

    /// Bytes of all deltas, escapes as sent.
    pub fn delta_bytes(&self) -> u64 {
        self.delta_bytes
    }

    /// Whether anything of the output was seen, so that another attempt would repeat something.
    pub fn output_started(&self) -> bool {
        self.output_started
    }

    /// Whether a tool call was announced.
    pub fn tool_call_started(&self) -> bool {
        self.tool_call_started
    }

    /// The model as the server names it.
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// The response's status as the server told it last.
    pub fn status(&self) -> Option<&str> {
        self.status.as_deref()
    }

    /// Events whose data could not be decoded.
    pub fn malformed(&self) -> u64 {
        self.counts.get(Kind::MalformedEvent as usize).copied().unwrap_or_default()
    }

    /// The last usage object, as JSON.
    pub fn usage(&self) -> Option<&[u8]> {
        self.usage.as_deref()
    }

    /// The server's error, normalised, as JSON.
    pub fn error(&self) -> Option<&[u8]> {
        self.error.as_deref()
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        let optional = |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or(0, Vec::capacity);
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::capacity);
        self.base.capacity() + optional(&self.usage) + optional(&self.error) + text(&self.model) + text(&self.status)
    }
}
