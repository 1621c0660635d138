//! Incremental WHATWG event-stream framing (rules S1-S9 of the standard's "server-sent events").
//!
//! Promises: the result does not depend on how the bytes are cut; an event is out in the call that brings its blank
//! line (a CR ends its line at once, a LF after it is swallowed later); cost is linear in bytes, memory is the data of
//! the unfinished event. Comments and unknown fields are dropped as they pass and never held.
//!
//! Two speeds in one struct. A line that lies whole in the chunk is used where it lies. A line cut by the chunk's end
//! is read byte for byte into its field's own buffer, so that nothing is looked at twice.

mod cut_line;
mod field;
mod opening;
mod whole_line;

use self::field::Field;
pub use self::field::is_blank;
use crate::error::Error;
use crate::limits::Limits;
use crate::lines::next_end;
use crate::memory;

/// How far into an unfinished line the last chunk reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carry {
    /// At the start of a line.
    Line,
    /// Inside a field name; its bytes are in `value`.
    Name,
    /// Behind the colon, where one space is dropped.
    Colon(Field),
    /// Inside the value.
    Value(Field),
}

/// Where the data of the current event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Data {
    /// No data line yet.
    None,
    /// One line, still in the chunk.
    Chunk(usize, usize),
    /// In `data`.
    Owned,
}

/// A dispatched event.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The data as sent, lines joined by LF.
    pub data: &'a [u8],
    /// The event name, empty where none was given.
    pub name: &'a [u8],
    /// The last valid `retry` of this event's own block, in milliseconds.
    pub retry: Option<u64>,
    /// Stream byte at which the data begins.
    pub offset: u64,
    /// Whether the data came in several lines.
    pub joined: bool,
    /// Stream byte behind the first line, since the event before, that is no field of an event stream (rule S8).
    pub stray: Option<u64>,
}

/// The framer of one stream.
#[derive(Debug)]
pub struct Framer {
    carry: Carry,
    /// The cut line's field name, event name, id or retry value.
    value: Vec<u8>,
    name: Vec<u8>,
    name_span: Option<(usize, usize)>,
    data: Vec<u8>,
    at: Data,
    data_lines: usize,
    data_offset: u64,
    id_buffer: Vec<u8>,
    last_id: Vec<u8>,
    retry: Option<u64>,
    block_retry: Option<u64>,
    bom: u8,
    skip_lf: bool,
    dispatched: bool,
    line_bytes: usize,
    /// How the last blocks began: an event line and the start of a data line. The next one nearly always does too.
    opening: Vec<u8>,
    /// Stream bytes before the current chunk.
    base: u64,
    comments: u64,
    stray: Option<u64>,
    limits: Limits,
}

const BOM: [u8; 3] = [0xef, 0xbb, 0xbf];

/// Offsets within an event are 32 bits wide, whatever the settings say.
const MOST_EVENT_BYTES: usize = u32::MAX as usize - 16;

impl Framer {
    /// A framer at the start of a body.
    pub fn new(limits: Limits) -> Self {
        let limits = Limits { max_event_bytes: limits.max_event_bytes.min(MOST_EVENT_BYTES), ..limits };
        Self {
            carry: Carry::Line,
            value: Vec::new(),
            name: Vec::new(),
            name_span: None,
            data: Vec::new(),
            at: Data::None,
            data_lines: 0,
            data_offset: 0,
            id_buffer: Vec::new(),
            last_id: Vec::new(),
            retry: None,
            block_retry: None,
            bom: 0,
            skip_lf: false,
            dispatched: false,
            line_bytes: 0,
            opening: Vec::new(),
            base: 0,
            comments: 0,
            stray: None,
            limits,
        }
    }

    /// The last event id, as the last blank line set it.
    pub fn last_event_id(&self) -> &[u8] {
        &self.last_id
    }

    /// The last valid `retry` anywhere, in milliseconds; beyond 64 bits it is clamped.
    pub fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// Comment lines seen.
    pub fn comments(&self) -> u64 {
        self.comments
    }

    /// Stream bytes before the current chunk.
    pub fn base(&self) -> u64 {
        self.base
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        [&self.value, &self.name, &self.data, &self.id_buffer, &self.last_id, &self.opening]
            .iter()
            .map(|held| held.capacity())
            .sum()
    }

    /// The next event that `chunk` completes, reading from `*cursor`; None when the chunk is used up.
    ///
    /// Call it until it returns None, with the same chunk and a cursor that starts at 0.
    pub fn next<'a>(&'a mut self, chunk: &'a [u8], cursor: &mut usize) -> Result<Option<Frame<'a>>, Error> {
        if self.dispatched {
            self.clear_event();
            self.stray = None;
        }
        if self.carry == Carry::Value(Field::Data) {
            self.take_rest_of_data(chunk, cursor)?;
        }
        let start = *cursor;
        while *cursor < chunk.len() {
            if self.skip_lf {
                self.skip_lf = false;
                if chunk.get(*cursor) == Some(&b'\n') {
                    *cursor += 1;
                    continue;
                }
            }
            if self.bom < 3 && !self.skip_bom(chunk, cursor) {
                continue;
            }
            let Some(end) = next_end(chunk, *cursor) else {
                let from = std::mem::replace(cursor, chunk.len());
                self.take_cut_line(chunk, from, chunk.len())?;
                break;
            };
            let from = std::mem::replace(cursor, end + 1);
            self.skip_lf = chunk.get(end) == Some(&b'\r');
            if self.carry != Carry::Line {
                self.take_cut_line(chunk, from, end)?;
                self.end_cut_line(end)?;
            } else if end > from {
                self.take_line(chunk, from, end)?;
            } else if self.blank_line() {
                self.learn_opening(chunk, start);
                return Ok(Some(self.frame(chunk)));
            }
        }
        self.leave_chunk(chunk)?;
        Ok(None)
    }

    /// The event that the end of the body leaves open, if it has data; its last line need not be ended.
    ///
    /// The standard drops it. Real servers forget the last blank line, so the caller may look whether it is whole.
    pub fn pending(&self) -> Option<Frame<'_>> {
        (self.data_lines > 0).then(|| Frame {
            data: &self.data,
            name: &self.name,
            retry: self.block_retry,
            offset: self.data_offset,
            joined: self.data_lines > 1,
            stray: None,
        })
    }

    /// At the end of the body: stream byte behind the first line since the last event that is no field (rule S8). What
    /// is left of the last line counts too.
    pub fn take_stray(&mut self) -> Option<u64> {
        let left = match self.carry {
            Carry::Name => field::foreign_field(&self.value),
            Carry::Value(field) => field,
            Carry::Line | Carry::Colon(_) => Field::Other,
        };
        if left == Field::Stray {
            self.note_stray(0);
        }
        self.stray.take()
    }

    /// A line that nobody meant as a field ends at a byte of the chunk.
    #[cold]
    fn note_stray(&mut self, end: usize) {
        self.stray.get_or_insert(self.base + end as u64);
    }

    /// Drops what is pending: the body has ended.
    pub fn finish(&mut self) {
        self.clear_event();
        self.value = Vec::new();
        self.carry = Carry::Line;
    }

    /// Passes over a byte order mark, however it is cut. Returns whether the start of the body is behind us.
    fn skip_bom(&mut self, chunk: &[u8], cursor: &mut usize) -> bool {
        let byte = chunk.get(*cursor).copied().unwrap_or_default();
        if BOM.get(usize::from(self.bom)) == Some(&byte) {
            self.bom += 1;
            *cursor += 1;
            return false;
        }
        if self.bom > 0 {
            // Part of a mark is text: the start of a field name that nobody knows.
            self.carry = Carry::Value(Field::Other);
        }
        self.bom = 3;
        true
    }

    /// A blank line. Returns whether it dispatches an event.
    #[inline]
    fn blank_line(&mut self) -> bool {
        if self.last_id != self.id_buffer {
            self.last_id.clone_from(&self.id_buffer);
        }
        if self.data_lines > 0 {
            self.dispatched = true;
            return true;
        }
        self.clear_event();
        false
    }

    #[inline]
    fn frame<'a>(&'a self, chunk: &'a [u8]) -> Frame<'a> {
        Frame {
            data: match self.at {
                Data::Chunk(start, end) => chunk.get(start..end).unwrap_or_default(),
                Data::Owned | Data::None => &self.data,
            },
            name: match self.name_span {
                Some((start, end)) => chunk.get(start..end).unwrap_or_default(),
                None => &self.name,
            },
            retry: self.block_retry,
            offset: self.data_offset,
            joined: self.data_lines > 1,
            stray: self.stray,
        }
    }

    #[inline]
    fn clear_event(&mut self) {
        if self.at == Data::Owned {
            // A giant event must not leave its buffer behind for the life of the stream.
            if self.data.capacity() > KEPT_CAPACITY {
                self.data = Vec::new();
            }
            self.data.clear();
        }
        self.name.clear();
        self.name_span = None;
        self.at = Data::None;
        self.data_lines = 0;
        self.block_retry = None;
        self.dispatched = false;
    }

    /// The chunk goes away: what the unfinished event holds of it becomes ours.
    fn leave_chunk(&mut self, chunk: &[u8]) -> Result<(), Error> {
        self.own_data(chunk)?;
        if let Some((start, end)) = self.name_span.take() {
            self.name.extend_from_slice(chunk.get(start..end).unwrap_or_default());
        }
        self.base += chunk.len() as u64;
        Ok(())
    }

    fn own_data(&mut self, chunk: &[u8]) -> Result<(), Error> {
        if let Data::Chunk(start, end) = self.at {
            let piece = chunk.get(start..end).unwrap_or_default();
            memory::reserve(&mut self.data, piece.len())?;
            self.data.extend_from_slice(piece);
            self.at = Data::Owned;
        }
        Ok(())
    }
}

/// Buffers above this are given back after the event that needed them.
const KEPT_CAPACITY: usize = 64 << 10;
