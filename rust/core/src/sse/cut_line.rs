//! Lines that a chunk cuts: read byte for byte into their field's own buffer, so that nothing is looked at twice.

use super::field::{Field, field_of, foreign_field};
use super::{Carry, Framer};
use crate::error::Error;
use crate::limits::Limit;
use crate::lines::next_end;
use crate::memory;

/// One byte more than the longest name that we know: so much shows that it is none of them.
const HELD_NAME: usize = 6;

impl Framer {
    /// The data line that the last chunk cut, up to its end or the chunk's. Where chunks are small, most are this alone.
    #[inline]
    pub(super) fn take_rest_of_data(&mut self, chunk: &[u8], cursor: &mut usize) -> Result<(), Error> {
        let from = *cursor;
        // One byte at a time is how tests and slow servers send: there the search costs more than the look.
        let line_end = match chunk {
            [byte] => matches!(byte, b'\n' | b'\r').then_some(0),
            _ => next_end(chunk, from),
        };
        let end = line_end.unwrap_or(chunk.len());
        *cursor = end;
        self.line_bytes = self.line_bytes.saturating_add(end - from);
        self.grow_data(chunk, from, end)?;
        if line_end.is_some() {
            *cursor = end + 1;
            self.skip_lf = chunk.get(end) == Some(&b'\r');
            self.carry = Carry::Line;
            self.line_bytes = 0;
        }
        Ok(())
    }

    /// A piece of a line that this or an earlier chunk cuts: `from..end` holds no line end.
    pub(super) fn take_cut_line(&mut self, chunk: &[u8], from: usize, end: usize) -> Result<(), Error> {
        let mut at = from;
        match self.carry {
            // What a chunk cuts is nearly always a data line, somewhere in its value.
            Carry::Line if chunk.get(from..end).is_some_and(|piece| piece.starts_with(b"data:")) => {
                self.carry = Carry::Colon(Field::Data);
                at += b"data:".len();
            }
            Carry::Line | Carry::Name => at = self.take_name(chunk, at, end),
            Carry::Colon(_) | Carry::Value(_) => {}
        }
        if let Carry::Colon(field) = self.carry
            && at < end
        {
            at += usize::from(chunk.get(at) == Some(&b' '));
            if field == Field::Data {
                self.begin_data(chunk, at)?;
            }
            self.carry = Carry::Value(field);
        }
        self.line_bytes = self.line_bytes.saturating_add(end - from);
        if let Carry::Value(field) = self.carry {
            self.grow_value(field, chunk, at, end)?;
        }
        Ok(())
    }

    /// Reads the field name up to its colon. Of names longer than any we know no more is held than shows that.
    pub(super) fn take_name(&mut self, chunk: &[u8], from: usize, end: usize) -> usize {
        let mut at = from;
        while at < end {
            let byte = chunk.get(at).copied().unwrap_or_default();
            at += 1;
            if byte == b':' {
                self.carry = match self.named() {
                    Field::Other if self.value.is_empty() => Carry::Value(Field::Comment),
                    field @ (Field::Other | Field::Stray) => Carry::Value(field),
                    field => Carry::Colon(field),
                };
                self.value.clear();
                return at;
            }
            self.carry = Carry::Name;
            self.value.push(byte);
            if self.value.len() > HELD_NAME {
                if foreign_field(&self.value) == Field::Stray {
                    self.carry = Carry::Value(Field::Stray);
                    self.value.clear();
                    return at;
                }
                self.value.pop();
            }
        }
        at
    }

    /// The field of the name that was read.
    fn named(&self) -> Field {
        match field_of(&self.value) {
            Field::Other => foreign_field(&self.value),
            field => field,
        }
    }

    pub(super) fn grow_value(&mut self, field: Field, chunk: &[u8], start: usize, end: usize) -> Result<(), Error> {
        let (limit, most) = match field {
            Field::Data => return self.grow_data(chunk, start, end),
            Field::Event => (Limit::EventNameBytes, self.limits.max_event_name_bytes),
            Field::Id => (Limit::IdBytes, self.limits.max_id_bytes),
            Field::Retry => (Limit::LineBytes, self.limits.max_line_bytes),
            Field::Other | Field::Stray | Field::Comment => return Ok(()),
        };
        let piece = chunk.get(start..end).unwrap_or_default();
        self.check(limit, self.value.len() + piece.len(), most, end)?;
        memory::reserve(&mut self.value, piece.len())?;
        self.value.extend_from_slice(piece);
        Ok(())
    }

    /// The line end of a line that was cut.
    pub(super) fn end_cut_line(&mut self, end: usize) -> Result<(), Error> {
        let field = match self.carry {
            Carry::Value(field) => field,
            Carry::Colon(field) => {
                if field == Field::Data {
                    self.begin_data(&[], end)?;
                }
                field
            }
            // A line without a colon is a name with an empty value.
            Carry::Name | Carry::Line => {
                let field = self.named();
                self.value.clear();
                if field == Field::Data {
                    self.begin_data(&[], end)?;
                }
                field
            }
        };
        let value = std::mem::take(&mut self.value);
        match field {
            Field::Event => {
                self.name.clone_from(&value);
                self.name_span = None;
            }
            Field::Id => self.set_id(&value),
            Field::Retry => self.set_retry(&value),
            Field::Comment => self.comments += 1,
            Field::Stray => self.note_stray(end),
            Field::Data | Field::Other => {}
        }
        self.value = value;
        self.value.clear();
        self.carry = Carry::Line;
        let checked = if field == Field::Data { self.check_data(self.data.len(), end) } else { Ok(()) };
        self.line_bytes = 0;
        checked
    }
}
