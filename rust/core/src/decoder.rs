//! Bytes of one stream in, events out: framing, checking and the life of the stream in one pass.
//!
//! Events are handed to a [`Sink`] while their bytes still lie in the chunk, so that nothing is copied for a reader who
//! does not keep it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::diagnostics::{Diagnostics, Rule};
use crate::envelope::{Fields, Key};
use crate::error::{BODY_BYTES, EXCERPT_BYTES, Error};
use crate::json::{self, Echo, Reason, Shape, Told};
use crate::kind::{Kind, Role};
use crate::layout::Layout;
use crate::lifecycle::{self, Lifecycle, Outcome};
use crate::limits::{Limit, Limits};
use crate::sse::{Frame, Framer};

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
    /// What its response was read with.
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

    /// The memory in which the decoder keeps this text of a response, if it does.
    pub fn kept(&self, response: &[u8]) -> Option<Arc<[u8]>> {
        self.echo?.kept(response)
    }
}

/// Who takes the events.
pub trait Sink {
    /// One event, in order. What is found wrong with it goes to `diagnostics`.
    fn event(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error>;

    /// The body has ended and no event follows.
    fn finish(&mut self, _diagnostics: &mut Diagnostics) {}
}

/// What the first bytes of the body show.
#[derive(Debug)]
enum Body {
    /// Nothing but white space so far.
    Unknown,
    /// Lines of an event stream.
    Events,
    /// Something else, of which the start is kept (rule S14).
    Foreign(Vec<u8>),
}

/// The decoder of one stream.
#[derive(Debug)]
pub struct Decoder {
    framer: Framer,
    events: Events,
    body: Body,
    chunks: u64,
    bytes: u64,
    finished: bool,
    dead: Option<Error>,
}

/// The half that knows events but no bytes of the body.
#[derive(Debug)]
struct Events {
    limits: Limits,
    fields: Fields,
    layout: Layout,
    echo: Echo,
    course: Course,
}

/// What the events have told so far.
#[derive(Debug)]
struct Course {
    strict: bool,
    diagnostics: Diagnostics,
    lifecycle: Lifecycle,
    index: u64,
    idle: u64,
    blanks: u64,
}

impl Decoder {
    /// A decoder at the start of a body. A strict one stops at the first finding.
    pub fn new(limits: Limits, strict: bool) -> Self {
        Self {
            framer: Framer::new(limits),
            events: Events {
                limits,
                fields: Fields::default(),
                layout: Layout::new(true),
                echo: Echo::new(true),
                course: Course {
                    strict,
                    diagnostics: Diagnostics::default(),
                    lifecycle: Lifecycle::default(),
                    index: 0,
                    idle: 0,
                    blanks: 0,
                },
            },
            body: Body::Unknown,
            chunks: 0,
            bytes: 0,
            finished: false,
            dead: None,
        }
    }

    /// Switches off what is only faster: every event is read by the general scan. For tests that compare.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.events.layout = Layout::new(false);
        self.events.echo = Echo::new(false);
        self
    }

    /// Takes the next bytes of the body. After an error the decoder is dead and repeats it.
    #[inline]
    pub fn feed(&mut self, chunk: &[u8], sink: &mut impl Sink) -> Result<(), Error> {
        self.alive()?;
        self.chunks += 1;
        self.bytes += chunk.len() as u64;
        let result = match &self.body {
            Body::Events => self.frames(chunk, sink),
            _ => self.sniff(chunk, sink),
        };
        self.keep(result)
    }

    /// Takes one WebSocket message or JSON line: one event without framing.
    pub fn feed_message(&mut self, message: &[u8], sink: &mut impl Sink) -> Result<(), Error> {
        self.alive()?;
        self.chunks += 1;
        let offset = self.bytes;
        self.bytes += message.len() as u64;
        self.body = Body::Events;
        let most = self.events.limits.max_event_bytes;
        let result = if message.len() > most {
            Err(Error::Limit { limit: Limit::EventBytes, value: most, offset: offset + most as u64 })
        } else {
            let frame = Frame { data: trim(message), name: b"", retry: None, offset, joined: false };
            self.events.frame(&frame, sink)
        };
        self.keep(result)
    }

    /// The body has ended. An event that is whole but for its blank line still counts (rule S10).
    pub fn finish(&mut self, sink: &mut impl Sink) -> Result<(), Error> {
        if self.finished {
            return Ok(());
        }
        if let Some(error) = &self.dead {
            // The end is always told, also of a stream that nobody could read to its end.
            self.events.course.lifecycle.finish();
            return Err(error.clone());
        }
        self.finished = true;
        let result = match std::mem::replace(&mut self.body, Body::Events) {
            Body::Foreign(body) => self.events.foreign(&body, sink),
            Body::Unknown | Body::Events => match self.framer.pending() {
                Some(frame) => self.events.unterminated(&frame, sink),
                None => Ok(()),
            },
        };
        self.framer.finish();
        self.events.course.lifecycle.finish();
        let result = result.and_then(|()| self.events.course.finish(sink));
        self.keep(result)
    }

    fn alive(&self) -> Result<(), Error> {
        match &self.dead {
            Some(error) => Err(error.clone()),
            None if self.finished => Err(Error::Finished),
            None => Ok(()),
        }
    }

    fn keep(&mut self, result: Result<(), Error>) -> Result<(), Error> {
        if let Err(error) = &result {
            self.dead = Some(error.clone());
        }
        result
    }

    /// Where the next block begins as the last ones did and holds an event of a known shape, the shape also tells where
    /// its line ends, and nobody looks for it. Everything else is framed first and decoded then.
    #[inline]
    fn frames(&mut self, chunk: &[u8], sink: &mut impl Sink) -> Result<(), Error> {
        let mut cursor = 0;
        loop {
            while let Some(start) = self.framer.peek(chunk, cursor)
                && let Some(rest) = chunk.get(start..)
                && let Some(length) = self.events.layout.read(rest, &self.events.limits)
                && let Some(offset) = self.framer.take(chunk, &mut cursor, start, start.wrapping_add(length))
            {
                self.events.course.known(rest.get(..length).unwrap_or_default(), &self.events.layout, offset, sink)?;
            }
            match self.framer.next(chunk, &mut cursor)? {
                Some(frame) => self.events.frame(&frame, sink)?,
                None => return Ok(()),
            }
        }
    }

    /// Looks at the first bytes that are not white space: a line of an event stream starts with none of these.
    #[inline(never)]
    fn sniff(&mut self, chunk: &[u8], sink: &mut impl Sink) -> Result<(), Error> {
        let mut chunk = chunk;
        if let Body::Unknown = self.body {
            let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0xef | 0xbb | 0xbf);
            let start = chunk.iter().position(|byte| !is_space(byte));
            self.body = match start.and_then(|start| chunk.get(start)) {
                None => return self.frames(chunk, sink),
                Some(b'{' | b'[' | b'<') => Body::Foreign(Vec::new()),
                Some(_) => Body::Events,
            };
            if let Body::Foreign(_) = self.body {
                // White space may have come in chunks of its own, so none of it is kept.
                chunk = chunk.get(start.unwrap_or_default()..).unwrap_or_default();
            }
        }
        let Body::Foreign(body) = &mut self.body else { return self.frames(chunk, sink) };
        body.extend_from_slice(chunk);
        let most = if body.starts_with(b"{") { self.events.limits.max_event_bytes } else { BODY_BYTES };
        if body.len() > most {
            return Err(not_a_stream(body.get(..most).unwrap_or(body)));
        }
        Ok(())
    }

    /// What was found wrong so far.
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.events.course.diagnostics
    }

    /// The life of the stream so far.
    pub fn lifecycle(&self) -> &Lifecycle {
        &self.events.course.lifecycle
    }

    /// The framing layer: last event id, retry, comments.
    pub fn framer(&self) -> &Framer {
        &self.framer
    }

    /// Bytes taken in.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Chunks and messages taken in.
    pub fn chunks(&self) -> u64 {
        self.chunks
    }

    /// Events handed out.
    pub fn events(&self) -> u64 {
        self.events.course.index
    }

    /// Events that are no progress: heartbeats, unknown and malformed ones.
    pub fn idle_events(&self) -> u64 {
        self.events.course.idle
    }

    /// Whether an error has ended the reading, which every call repeats.
    pub fn is_dead(&self) -> bool {
        self.dead.is_some()
    }

    /// Events without data, which mean nothing here.
    pub fn blanks(&self) -> u64 {
        self.events.course.blanks
    }

    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.events.limits
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        let body = if let Body::Foreign(body) = &self.body { body.capacity() } else { 0 };
        self.framer.heap_bytes() + self.events.heap_bytes() + self.events.course.diagnostics.heap_bytes() + body
    }
}

impl Events {
    fn heap_bytes(&self) -> usize {
        self.layout.heap_bytes() + self.echo.heap_bytes()
    }

    #[inline]
    fn frame(&mut self, frame: &Frame<'_>, sink: &mut impl Sink) -> Result<(), Error> {
        if frame.data.len() <= DONE.len() && self.course.is_sentinel(frame.data) {
            return Ok(());
        }
        match self.decode(frame.data, frame.offset, sink)? {
            None => Ok(()),
            Some(fault) if frame.joined => self.salvage(frame, fault, sink),
            Some(fault) => self.course.malformed(frame.data, frame.offset, fault, sink),
        }
    }

    /// Decodes one event and hands it out. Returns why that was not possible, with nothing handed out.
    #[inline]
    fn decode(&mut self, raw: &[u8], offset: u64, sink: &mut impl Sink) -> Result<Option<json::Fault>, Error> {
        if self.layout.read(raw, &self.limits) == Some(raw.len()) {
            return self.course.known(raw, &self.layout, offset, sink).map(|()| None);
        }
        self.scan(raw, offset, sink)
    }

    /// Decodes an event of no known shape.
    #[inline(never)]
    fn scan(&mut self, raw: &[u8], offset: u64, sink: &mut impl Sink) -> Result<Option<json::Fault>, Error> {
        let Self { limits, fields, layout, echo, course } = self;
        course.diagnostics.at(course.index, offset);
        let text = if std::str::from_utf8(raw).is_ok() {
            Cow::Borrowed(raw)
        } else {
            course.diagnostics.found(Rule::InvalidUtf8, "bytes that are not UTF-8 were replaced by U+FFFD");
            Cow::Owned(String::from_utf8_lossy(raw).into_owned().into_bytes())
        };
        if let Err(fault) = fields.read_echoing(&text, limits, &mut course.diagnostics, echo) {
            return limit(fault, offset, limits).map(|()| Some(fault));
        }
        let name = fields.string(&text, Key::Type).unwrap_or_default();
        let (kind, spelling) = course.classify(name, &text, fields);
        if course.diagnostics.current().is_none() {
            layout.learn(&text, fields, kind, spelling);
        }
        let sequence_number = fields.index(&text, Key::SequenceNumber, &mut course.diagnostics);
        let text = &*text;
        if kind.role() == Role::State {
            echo.keep(fields.get(Key::Response).of(text));
        }
        let event = Event {
            kind,
            spelling,
            name,
            raw,
            text,
            fields,
            terminal: None,
            index: course.index,
            sequence_number,
            offset,
            fault: None,
            layout: None,
            echo: Some(echo),
        };
        let handed = course.hand_out(event, sink);
        echo.rest();
        if course.lifecycle.outcome().is_some() {
            echo.forget();
        }
        handed.map(|()| None)
    }

    /// Several texts in one event: a gateway wrote its own line into an open event (rule S9).
    #[cold]
    fn salvage(&mut self, frame: &Frame<'_>, fault: json::Fault, sink: &mut impl Sink) -> Result<(), Error> {
        let lines = || frame.data.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        if !lines().any(|line| self.is_event(line)) {
            return self.course.malformed(frame.data, frame.offset, fault, sink);
        }
        self.course.diagnostics.at(self.course.index, frame.offset);
        self.course.diagnostics.found(Rule::SeveralTexts, "one event holds several JSON texts");
        self.course.check_strict(frame.data)?;
        for line in lines() {
            if self.course.is_sentinel(line) {
                continue;
            }
            if let Some(fault) = self.decode(line, frame.offset, sink)? {
                self.course.malformed(line, frame.offset, fault, sink)?;
            }
        }
        Ok(())
    }

    /// The body ended inside an event: it counts if its data is one whole object (rule S10).
    fn unterminated(&mut self, frame: &Frame<'_>, sink: &mut impl Sink) -> Result<(), Error> {
        if self.course.is_sentinel(frame.data) || !self.is_event(frame.data) {
            return Ok(());
        }
        self.course.diagnostics.at(self.course.index, frame.offset);
        self.course.diagnostics.found(Rule::Unterminated, "the body ends without the blank line of its last event");
        self.course.check_strict(frame.data)?;
        self.frame(frame, sink)
    }

    /// A whole body that is no event stream: one JSON object may still be a response or an error (rule S14).
    #[cold]
    fn foreign(&mut self, body: &[u8], sink: &mut impl Sink) -> Result<(), Error> {
        let object = trim(body);
        let mut fields = Fields::default();
        let readable = std::str::from_utf8(object).is_ok()
            && fields.read(object, &self.limits, &mut Diagnostics::default()).is_ok();
        let meant = is_bare_response(object, &fields) || fields.get(Key::Error).shape != Shape::Null;
        if !(readable && meant) {
            return Err(not_a_stream(body));
        }
        self.course.diagnostics.at(self.course.index, 0);
        self.course.diagnostics.found(Rule::NotAnEventStream, "the body is one JSON object and not an event stream");
        self.course.check_strict(object)?;
        self.decode(object, 0, sink).map(|_| ())
    }

    /// Whether a text is one JSON object, bad UTF-8 aside.
    fn is_event(&self, text: &[u8]) -> bool {
        let text = String::from_utf8_lossy(text);
        Fields::default().read(text.as_bytes(), &self.limits, &mut Diagnostics::default()).is_ok()
    }
}

const DONE: &[u8] = b"[DONE]";

impl Course {
    /// Data that is no event: none at all, or the sentinel at the end.
    #[inline]
    fn is_sentinel(&mut self, data: &[u8]) -> bool {
        if data.is_empty() {
            self.blanks += 1;
            return true;
        }
        let done = data == DONE;
        self.lifecycle.done_seen |= done;
        done
    }

    /// Hands out an event of a known shape, which is a delta with nothing wrong in it.
    #[inline]
    fn known(&mut self, raw: &[u8], layout: &Layout, offset: u64, sink: &mut impl Sink) -> Result<(), Error> {
        let Some(known) = layout.known() else { return Ok(()) };
        self.diagnostics.at(self.index, offset);
        let mut event = Event {
            kind: known.kind,
            spelling: known.spelling,
            name: layout.name(),
            raw,
            text: raw,
            fields: layout.fields(),
            terminal: None,
            index: self.index,
            sequence_number: known.sequence_number,
            offset,
            fault: None,
            layout: Some(known.layout),
            echo: None,
        };
        self.lifecycle.number(event.sequence_number, &mut self.diagnostics);
        if self.lifecycle.outcome().is_some() {
            event.terminal = self.observe(&event);
        }
        self.deliver(&event, sink)
    }

    #[inline]
    fn hand_out(&mut self, mut event: Event<'_>, sink: &mut impl Sink) -> Result<(), Error> {
        self.lifecycle.number(event.sequence_number, &mut self.diagnostics);
        if matches!(event.kind.role(), Role::Heartbeat | Role::Opaque) {
            self.idle += 1;
        }
        if !matches!(event.kind.role(), Role::Delta(_)) || self.lifecycle.outcome().is_some() {
            event.terminal = self.observe(&event);
        }
        self.deliver(&event, sink)
    }

    /// The kind of an event: its `type`, or what it must be without one.
    #[inline]
    fn classify(&mut self, name: &[u8], text: &[u8], fields: &Fields) -> (Kind, usize) {
        if name.is_empty() {
            return self.untyped(text, fields);
        }
        let (kind, spelling) = Kind::of(name);
        if kind.role() == Role::State && fields.get(Key::Response).shape != Shape::Object {
            // A state event without its response is a sign of life (rule E11).
            return (Kind::Heartbeat, 0);
        }
        (kind, spelling)
    }

    #[cold]
    fn untyped(&mut self, text: &[u8], fields: &Fields) -> (Kind, usize) {
        if is_bare_response(text, fields) {
            self.diagnostics.found(Rule::BareResponse, "a response object stands where an event is due");
            let kind = match lifecycle::status(Told::plain(text)) {
                Some(Outcome::Completed | Outcome::Cancelled) => Kind::Completed,
                Some(Outcome::Incomplete) => Kind::Incomplete,
                Some(Outcome::Failed) => Kind::Failed,
                _ => Kind::InProgress,
            };
            return (kind, 0);
        }
        if fields.get(Key::Error).shape != Shape::Null {
            self.diagnostics.found(Rule::UntypedError, "an error object has no type");
            return (Kind::ErrorEvent, 0);
        }
        (Kind::UnknownEvent, 0)
    }

    /// What an event that is no delta tells of the stream's life.
    fn observe(&mut self, event: &Event<'_>) -> Option<Outcome> {
        self.lifecycle.after_end(&mut self.diagnostics);
        let response = event.response();
        let told = response.unwrap_or(Told::plain(b""));
        let terminal = lifecycle::terminal_outcome(event.kind, event.name, told);
        match (event.kind.role(), terminal) {
            (_, Some(outcome)) => {
                if response.is_none() {
                    self.diagnostics.found(Rule::BareResponse, "a terminal event has no response");
                }
                self.lifecycle.response(told, &mut self.diagnostics);
                self.lifecycle.terminal(outcome);
            }
            (Role::State, None) => self.lifecycle.response(told, &mut self.diagnostics),
            (Role::Error, None) => self.lifecycle.error(),
            _ => {}
        }
        terminal
    }

    fn finish(&mut self, sink: &mut impl Sink) -> Result<(), Error> {
        self.diagnostics.at(self.index, self.diagnostics.offset());
        sink.finish(&mut self.diagnostics);
        self.check_strict(b"")
    }

    #[inline]
    fn deliver(&mut self, event: &Event<'_>, sink: &mut impl Sink) -> Result<(), Error> {
        self.index += 1;
        self.check_strict(event.raw)?;
        sink.event(event, &mut self.diagnostics)?;
        self.check_strict(event.raw)
    }

    #[inline]
    fn check_strict(&self, raw: &[u8]) -> Result<(), Error> {
        match self.diagnostics.current() {
            Some(finding) if self.strict => {
                let excerpt = raw.get(..EXCERPT_BYTES).unwrap_or(raw).to_vec();
                Err(Error::Strict { finding: finding.clone(), excerpt })
            }
            _ => Ok(()),
        }
    }

    /// Hands out what cannot be decoded, so that nothing disappears (rule S5).
    #[cold]
    fn malformed(&mut self, raw: &[u8], offset: u64, fault: json::Fault, sink: &mut impl Sink) -> Result<(), Error> {
        self.diagnostics.at(self.index, offset + fault.at as u64);
        self.diagnostics.found(Rule::NotJson, fault.reason.text());
        self.idle += 1;
        let event = Event {
            kind: Kind::MalformedEvent,
            spelling: 0,
            name: b"",
            raw,
            text: b"{}",
            fields: &Fields::default(),
            terminal: None,
            index: self.index,
            sequence_number: None,
            offset,
            fault: Some(fault),
            layout: None,
            echo: None,
        };
        self.deliver(&event, sink)
    }
}

/// Faults that are limits kill the stream.
#[cold]
fn limit(fault: json::Fault, offset: u64, limits: &Limits) -> Result<(), Error> {
    let offset = offset + fault.at as u64;
    match fault.reason {
        Reason::Depth => Err(Error::Limit { limit: Limit::JsonDepth, value: limits.max_json_depth, offset }),
        Reason::Digits => Err(Error::Limit { limit: Limit::NumberDigits, value: limits.max_number_digits, offset }),
        _ => Ok(()),
    }
}

/// Without the white space that JSON allows around a value.
fn trim(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !json::is_space(*byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !json::is_space(*byte)).map_or(start, |last| last + 1);
    text.get(start..end).unwrap_or_default()
}

fn not_a_stream(body: &[u8]) -> Error {
    Error::NotAnEventStream { body: body.get(..BODY_BYTES).unwrap_or(body).to_vec() }
}

/// Whether the event is itself a response: `"object": "response"` and no `type` (rule E13).
fn is_bare_response(text: &[u8], fields: &Fields) -> bool {
    fields.get(Key::Type).shape == Shape::Null && fields.string(text, Key::Object) == Some(b"response")
}
