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
    bytes: u64,
    tail: Tail,
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
            bytes: 0,
            tail: Tail::default(),
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
    /// Takes note of the bytes that come next and of the time, before they are decoded into this sink.
    #[inline]
    pub fn pass(&mut self, chunk: &[u8], now: u64) {
        self.now = now;
        if !chunk.is_empty() {
            self.moments.first_byte.get_or_insert(now);
        }
        self.bytes += chunk.len() as u64;
        self.tail.pass(chunk);
    }

    /// Takes note of the size and time of a message that needs no framing.
    pub fn pass_message(&mut self, message: &[u8], now: u64) {
        self.now = now;
        self.bytes += message.len() as u64;
        self.moments.first_byte.get_or_insert(now);
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

    /// Whether the bytes so far end at a blank line, where a proxy may put bytes of its own.
    pub fn at_boundary(&self) -> bool {
        self.tail.at_boundary()
    }

    /// How many bytes of the last chunk stand before its last blank line: what a proxy may pass on without cutting an
    /// event in two.
    pub fn boundary(&self) -> usize {
        self.tail.boundary
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

    /// All bytes that passed, also those that could not be read.
    pub fn bytes(&self) -> u64 {
        self.bytes
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

/// The last bytes that passed, which tell whether an event is open. Holds for streams that cannot be decoded, too.
#[derive(Debug, Default)]
struct Tail {
    last: [u8; 3],
    boundary: usize,
    seen: bool,
}

impl Tail {
    #[inline]
    fn pass(&mut self, chunk: &[u8]) {
        let before = self.last;
        for byte in chunk.iter().skip(chunk.len().saturating_sub(before.len())) {
            self.last.rotate_left(1);
            self.last[2] = *byte;
        }
        self.seen |= !chunk.is_empty();
        self.boundary = if is_boundary(self.last) { chunk.len() } else { last_boundary(before, chunk) };
    }

    fn at_boundary(&self) -> bool {
        !self.seen || is_boundary(self.last)
    }
}

/// Two line ends in a row. After a lone CR the LF of its pair may still come; then this says no for a moment.
fn is_boundary(last: [u8; 3]) -> bool {
    matches!(last, [_, b'\n', b'\n'] | [_, b'\r', b'\r'] | [b'\n' | b'\r', b'\r', b'\n'])
}

/// Bytes of a chunk up to its last blank line; 0 if it has none.
fn last_boundary(before: [u8; 3], chunk: &[u8]) -> usize {
    let byte = |end: usize, back: usize| match end.checked_sub(back) {
        Some(at) => chunk.get(at).copied(),
        None => before.get((before.len() + end).saturating_sub(back)).copied(),
    };
    let mut ends = memchr::memrchr2_iter(b'\n', b'\r', chunk).map(|at| at + 1);
    let closed = |end: &usize| matches!((byte(*end, 3), byte(*end, 2), byte(*end, 1)), (Some(a), Some(b), Some(c)) if is_boundary([a, b, c]));
    ends.find(closed).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_behind_a_blank_line() {
        let at = |text: &[u8]| {
            let (mut whole, mut bytewise) = (Tail::default(), Tail::default());
            whole.pass(text);
            for byte in text {
                bytewise.pass(&[*byte]);
            }
            assert_eq!(whole.at_boundary(), bytewise.at_boundary());
            whole.at_boundary()
        };
        for text in [&b""[..], b"a\n\n", b"a\r\n\r\n", b"a\r\r", b"a\r\r\n", b"a\n\r\n", b":\n\n"] {
            assert!(at(text), "{text:?}");
        }
        for text in [&b"a"[..], b"a\n", b"a\r\n", b"a\r", b"\n\na", b"a\r\n\r", b"\r\n"] {
            assert!(!at(text), "{text:?}");
        }
    }

    #[test]
    fn the_last_blank_line_of_a_chunk_is_found_with_what_stood_before() {
        let text = b"a\n\nbb\r\n\r\nccc\r\rd\n\r\nx\n:\n\ny";
        for start in 0..=text.len() {
            for end in start + 1..=text.len() {
                let mut tail = Tail::default();
                tail.pass(&text[..start]);
                tail.pass(&text[start..end]);
                let slow = (start + 1..=end).rev().find(|end| {
                    let mut tail = Tail::default();
                    tail.pass(&text[..*end]);
                    tail.at_boundary()
                });
                assert_eq!(tail.boundary, slow.map_or(0, |slow| slow - start), "{start}..{end}");
            }
        }
    }
}
