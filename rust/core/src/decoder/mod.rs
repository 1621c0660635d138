//! Bytes of one stream in, events out: framing, checking and the life of the stream in one pass.
//!
//! Events are handed to a [`Sink`] while their bytes still lie in the chunk, so that nothing is copied for a reader who
//! does not keep it.

//!
//! The files: `event` is what is handed out, `events` reads the data of one, `course` follows what they tell.

mod course;
mod event;
mod events;

pub use event::{Event, Sink};

use self::events::Events;
use crate::diagnostics::Diagnostics;
use crate::error::{BODY_BYTES, Error};
use crate::json::{self, Echo};
use crate::layout::Layout;
use crate::lifecycle::Lifecycle;
use crate::limits::{Limit, Limits};
use crate::memory;
use crate::sse::{Frame, Framer, is_blank};

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

impl Decoder {
    /// A decoder at the start of a body. A strict one stops at the first finding.
    pub fn new(limits: Limits, strict: bool) -> Self {
        Self {
            framer: Framer::new(limits),
            events: Events::new(limits, strict),
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
        self.feed_event(message, b"", sink)
    }

    /// As [`Self::feed_message`], for an event that once had an event line, which may be all that tells its type (E1).
    pub fn feed_event(&mut self, message: &[u8], name: &[u8], sink: &mut impl Sink) -> Result<(), Error> {
        self.alive()?;
        self.chunks += 1;
        let offset = self.bytes;
        self.bytes += message.len() as u64;
        self.body = Body::Events;
        let most = self.events.limits.max_event_bytes;
        let result = if message.len() > most {
            Err(Error::Limit { limit: Limit::EventBytes, value: most, offset: offset + most as u64 })
        } else {
            let frame = Frame { data: trim(message), name, retry: None, offset, joined: false, stray: None };
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
            Body::Unknown | Body::Events => {
                let stray = self.framer.take_stray().map_or(Ok(()), |offset| self.events.course.stray(offset));
                stray.and_then(|()| match self.framer.pending() {
                    Some(frame) => self.events.unterminated(&frame, sink),
                    None => Ok(()),
                })
            }
        };
        self.framer.finish();
        self.events.course.lifecycle.finish();
        let result = result.and_then(|()| self.events.course.finish(sink));
        self.keep(result)
    }

    #[inline]
    fn alive(&self) -> Result<(), Error> {
        match &self.dead {
            Some(error) => Err(error.clone()),
            None if self.finished => Err(Error::Finished),
            None => Ok(()),
        }
    }

    #[inline]
    fn keep(&mut self, result: Result<(), Error>) -> Result<(), Error> {
        result.map_err(|error| self.die(error))
    }

    #[cold]
    fn die(&mut self, error: Error) -> Error {
        self.dead = Some(error.clone());
        // Nobody reads the unfinished event of a dead decoder, and its memory may be what others lack.
        self.framer.finish();
        error
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
            let start = chunk.iter().position(|byte| !is_blank(*byte));
            self.body = match start.and_then(|start| chunk.get(start)) {
                None => return self.frames(chunk, sink),
                Some(b'{' | b'[' | b'<' | 0x8f) => Body::Foreign(Vec::new()),
                Some(_) => Body::Events,
            };
            if let Body::Foreign(_) = self.body {
                // White space may have come in chunks of its own, so none of it is kept.
                chunk = chunk.get(start.unwrap_or_default()..).unwrap_or_default();
            }
        }
        let Body::Foreign(body) = &mut self.body else { return self.frames(chunk, sink) };
        memory::reserve(body, chunk.len())?;
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

/// Without the white space that JSON allows around a value.
fn trim(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !json::is_space(*byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !json::is_space(*byte)).map_or(start, |last| last + 1);
    text.get(start..end).unwrap_or_default()
}

fn not_a_stream(body: &[u8]) -> Error {
    Error::NotAnEventStream { body: body.get(..BODY_BYTES).unwrap_or(body).to_vec() }
}
