//! The course of a stream as its events tell it: each is counted, numbered and named before it is handed out.

use super::event::{Event, Sink, is_bare_response};
use super::trim;
use crate::diagnostics::{Diagnostics, Rule};
use crate::envelope::{Fields, Key};
use crate::error::{EXCERPT_BYTES, Error};
use crate::json::{self, Shape, Told};
use crate::kind::{Kind, Role};
use crate::layout::Layout;
use crate::lifecycle::{self, Lifecycle, Outcome};

/// What the events have told so far.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) strict: bool,
    pub(super) diagnostics: Diagnostics,
    pub(super) lifecycle: Lifecycle,
    pub(super) index: u64,
    pub(super) idle: u64,
    pub(super) blanks: u64,
}

pub(super) const DONE: &[u8] = b"[DONE]";

/// Data that is longer is no sentinel, whatever white space stands around it.
pub(super) const LONGEST_SENTINEL: usize = 16;

impl Course {
    pub(super) fn new(strict: bool) -> Self {
        let (diagnostics, lifecycle) = (Diagnostics::default(), Lifecycle::default());
        Self { strict, diagnostics, lifecycle, index: 0, idle: 0, blanks: 0 }
    }

    /// Data that is no event: none at all, or the sentinel at the end.
    #[inline]
    pub(super) fn is_sentinel(&mut self, data: &[u8]) -> bool {
        let data = trim(data);
        if data.is_empty() {
            self.blanks += 1;
            return true;
        }
        let done = data == DONE;
        self.lifecycle.done_seen |= done;
        done
    }

    /// A line that is no field of an event stream: nobody reads it, but it must not vanish without a trace (rule S8).
    #[cold]
    pub(super) fn stray(&mut self, offset: u64) -> Result<(), Error> {
        self.diagnostics.at(self.index, offset);
        self.diagnostics.found(Rule::Stray, "a line is no field of an event stream");
        self.check_strict(b"")
    }

    /// Hands out an event of a known shape, which is a delta with nothing wrong in it.
    #[inline]
    pub(super) fn known(
        &mut self,
        raw: &[u8],
        layout: &Layout,
        offset: u64,
        sink: &mut impl Sink,
    ) -> Result<(), Error> {
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
    pub(super) fn hand_out(&mut self, mut event: Event<'_>, sink: &mut impl Sink) -> Result<(), Error> {
        self.lifecycle.number(event.sequence_number, &mut self.diagnostics);
        if matches!(event.kind.role(), Role::Heartbeat | Role::Opaque) {
            self.idle += 1;
        }
        if !matches!(event.kind.role(), Role::Delta(_)) || self.lifecycle.outcome().is_some() {
            event.terminal = self.observe(&event);
        }
        self.deliver(&event, sink)
    }

    /// The kind of an event and the name that says so: its `type`, or what it must be without one.
    #[inline]
    pub(super) fn classify<'a>(&mut self, line: &'a [u8], text: &'a [u8], fields: &Fields) -> (Kind, usize, &'a [u8]) {
        let name = fields.string(text, Key::Type).unwrap_or_default();
        if name.is_empty() {
            return self.untyped(line, text, fields);
        }
        let (kind, spelling) = kind_of(name, fields);
        (kind, spelling, name)
    }

    #[cold]
    fn untyped<'a>(&mut self, line: &'a [u8], text: &[u8], fields: &Fields) -> (Kind, usize, &'a [u8]) {
        if is_bare_response(text, fields) {
            self.diagnostics.found(Rule::BareResponse, "a response object stands where an event is due");
            let kind = match lifecycle::status(Told::plain(text)) {
                Some(Outcome::Completed | Outcome::Cancelled) => Kind::Completed,
                Some(Outcome::Incomplete) => Kind::Incomplete,
                Some(Outcome::Failed) => Kind::Failed,
                _ => Kind::InProgress,
            };
            return (kind, 0, b"");
        }
        if fields.get(Key::Error).shape != Shape::Null {
            self.diagnostics.found(Rule::UntypedError, "an error object has no type");
            return (Kind::ErrorEvent, 0, b"");
        }
        let (kind, spelling) = kind_of(line, fields);
        match kind {
            Kind::Heartbeat => {}
            Kind::UnknownEvent => {
                self.diagnostics.found(Rule::Untyped, "an event has no type");
                return (kind, 0, b"");
            }
            _ => self.diagnostics.found(Rule::Untyped, "an event has no type, only its event line tells it"),
        }
        (kind, spelling, line)
    }

    /// What an event that is no delta tells of the stream's life.
    pub(super) fn observe(&mut self, event: &Event<'_>) -> Option<Outcome> {
        if event.kind.role() != Role::Heartbeat {
            self.lifecycle.after_end(&mut self.diagnostics);
        }
        let response = event.response();
        let told = response.unwrap_or(Told::plain(b""));
        let terminal = lifecycle::terminal_outcome(event.kind, event.name, told);
        match (event.kind.role(), terminal) {
            (_, Some(outcome)) => {
                if response.is_none() {
                    self.diagnostics.found(Rule::BareResponse, "a terminal event has no response");
                }
                if lifecycle::contradicts_status(event.kind, told) {
                    self.diagnostics.found(Rule::End, "the status of the response does not fit its terminal event");
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

    pub(super) fn finish(&mut self, sink: &mut impl Sink) -> Result<(), Error> {
        self.diagnostics.at(self.index, self.diagnostics.offset());
        sink.finish(&mut self.diagnostics);
        self.check_strict(b"")
    }

    #[inline]
    pub(super) fn deliver(&mut self, event: &Event<'_>, sink: &mut impl Sink) -> Result<(), Error> {
        self.index += 1;
        self.check_strict(event.raw)?;
        sink.event(event, &mut self.diagnostics)?;
        self.check_strict(event.raw)
    }

    #[inline]
    pub(super) fn check_strict(&self, raw: &[u8]) -> Result<(), Error> {
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
    pub(super) fn malformed(
        &mut self,
        raw: &[u8],
        offset: u64,
        fault: json::Fault,
        sink: &mut impl Sink,
    ) -> Result<(), Error> {
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

/// The kind of a name. A state event without its response is a sign of life (rule E11).
#[inline]
fn kind_of(name: &[u8], fields: &Fields) -> (Kind, usize) {
    let (kind, spelling) = Kind::of(name);
    if kind.role() == Role::State && fields.get(Key::Response).shape != Shape::Object {
        return (Kind::Heartbeat, 0);
    }
    (kind, spelling)
}
