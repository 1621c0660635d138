//! The half of the decoder that knows events but no bytes of the body: the data of one event in, the event out.

use std::borrow::Cow;

use super::course::{Course, LONGEST_SENTINEL};
use super::event::{Event, Sink, is_bare_response};
use super::{not_a_stream, trim};
use crate::diagnostics::{Diagnostics, Rule};
use crate::envelope::{Fields, Key};
use crate::error::Error;
use crate::json::{self, Echo, Reason, Shape};
use crate::kind::Role;
use crate::layout::Layout;
use crate::limits::{Limit, Limits};
use crate::memory;
use crate::sse::Frame;
use crate::unescape::is_utf8;

/// The half that knows events but no bytes of the body.
#[derive(Debug)]
pub(super) struct Events {
    pub(super) limits: Limits,
    pub(super) fields: Fields,
    pub(super) layout: Layout,
    pub(super) echo: Echo,
    pub(super) course: Course,
}

impl Events {
    pub(super) fn new(limits: Limits, strict: bool) -> Self {
        let (fields, layout, echo) = (Fields::default(), Layout::new(true), Echo::new(true));
        Self { limits, fields, layout, echo, course: Course::new(strict) }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.layout.heap_bytes() + self.echo.heap_bytes()
    }

    #[inline]
    pub(super) fn frame(&mut self, frame: &Frame<'_>, sink: &mut impl Sink) -> Result<(), Error> {
        if let Some(offset) = frame.stray {
            self.course.stray(offset)?;
        }
        if frame.data.len() <= LONGEST_SENTINEL && self.course.is_sentinel(frame.data) {
            return Ok(());
        }
        match self.decode(frame.data, frame.name, frame.offset, sink)? {
            None => Ok(()),
            Some(fault) if frame.joined => self.salvage(frame, fault, sink),
            Some(fault) => self.course.malformed(frame.data, frame.offset, fault, sink),
        }
    }

    /// Decodes one event and hands it out. Returns why that was not possible, with nothing handed out.
    #[inline]
    pub(super) fn decode(
        &mut self,
        raw: &[u8],
        line: &[u8],
        offset: u64,
        sink: &mut impl Sink,
    ) -> Result<Option<json::Fault>, Error> {
        if self.layout.read(raw, &self.limits) == Some(raw.len()) {
            return self.course.known(raw, &self.layout, offset, sink).map(|()| None);
        }
        self.scan(raw, line, offset, sink)
    }

    /// Decodes an event of no known shape. What its event line says counts only where it says nothing itself (rule E1).
    #[inline(never)]
    fn scan(
        &mut self,
        raw: &[u8],
        line: &[u8],
        offset: u64,
        sink: &mut impl Sink,
    ) -> Result<Option<json::Fault>, Error> {
        if raw.len() >= memory::STEP {
            // As text that is valid, as what is kept of it, and as what the fold makes of that.
            memory::ask(4 * raw.len())?;
        }
        let Self { limits, fields, layout, echo, course } = self;
        course.diagnostics.at(course.index, offset);
        let text = if is_utf8(raw) {
            Cow::Borrowed(raw)
        } else {
            course.diagnostics.found(Rule::InvalidUtf8, "bytes that are not UTF-8 were replaced by U+FFFD");
            Cow::Owned(String::from_utf8_lossy(raw).into_owned().into_bytes())
        };
        if let Err(fault) = fields.read_echoing(&text, limits, &mut course.diagnostics, echo) {
            return limit(fault, offset, limits).map(|()| Some(fault));
        }
        let (kind, spelling, name) = course.classify(line, &text, fields);
        let sequence_number = fields.index(&text, Key::SequenceNumber, &mut course.diagnostics);
        if course.diagnostics.current().is_none() {
            layout.learn(&text, fields, kind, spelling);
        }
        let text = &*text;
        match kind.role() {
            Role::State => echo.keep(fields.get(Key::Response).of(text)),
            Role::Done(stream) => echo.keep_string(text, fields.get(Key::telling(stream))),
            _ => {}
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
    pub(super) fn salvage(&mut self, frame: &Frame<'_>, fault: json::Fault, sink: &mut impl Sink) -> Result<(), Error> {
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
            if let Some(fault) = self.decode(line, b"", frame.offset, sink)? {
                self.course.malformed(line, frame.offset, fault, sink)?;
            }
        }
        Ok(())
    }

    /// The body ended inside an event: it counts if its data is one whole object (rule S10).
    pub(super) fn unterminated(&mut self, frame: &Frame<'_>, sink: &mut impl Sink) -> Result<(), Error> {
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
    pub(super) fn foreign(&mut self, body: &[u8], sink: &mut impl Sink) -> Result<(), Error> {
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
        self.decode(object, b"", 0, sink).map(|_| ())
    }

    /// Whether a text is one JSON object, bad UTF-8 aside.
    pub(super) fn is_event(&self, text: &[u8]) -> bool {
        let text = String::from_utf8_lossy(text);
        Fields::default().read(text.as_bytes(), &self.limits, &mut Diagnostics::default()).is_ok()
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
