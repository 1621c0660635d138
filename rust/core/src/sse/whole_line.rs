//! Lines that lie whole in the chunk, and what every line does to the event that it belongs to.

use super::field::{Field, split_field};
use super::{Data, Framer};
use crate::error::Error;
use crate::limits::Limit;
use crate::memory;

impl Framer {
    /// A line that lies whole in the chunk, without its end.
    #[inline]
    pub(super) fn take_line(&mut self, chunk: &[u8], from: usize, end: usize) -> Result<(), Error> {
        let line = chunk.get(from..end).unwrap_or_default();
        let (field, value) = split_field(line);
        let start = end - value.len();
        match field {
            Field::Data => {
                self.line_bytes = line.len();
                self.take_data(chunk, start, end)?;
                self.line_bytes = 0;
            }
            Field::Event => {
                self.check(Limit::EventNameBytes, value.len(), self.limits.max_event_name_bytes, end)?;
                self.name.clear();
                self.name_span = Some((start, end));
            }
            Field::Id => {
                self.check(Limit::IdBytes, value.len(), self.limits.max_id_bytes, end)?;
                self.set_id(value);
            }
            Field::Retry => {
                self.check(Limit::LineBytes, value.len(), self.limits.max_line_bytes, end)?;
                self.set_retry(value);
            }
            Field::Comment => self.comments += 1,
            Field::Stray => self.note_stray(end),
            Field::Other => {}
        }
        Ok(())
    }

    #[inline]
    fn take_data(&mut self, chunk: &[u8], start: usize, end: usize) -> Result<(), Error> {
        if self.at == Data::None {
            self.at = Data::Chunk(start, end);
            self.data_lines = 1;
            self.data_offset = self.base + start as u64;
            return self.check_data(end - start, end);
        }
        self.begin_data(chunk, start)?;
        self.grow_data(chunk, start, end)
    }

    /// Makes room for one more data line in the owned buffer.
    pub(super) fn begin_data(&mut self, chunk: &[u8], start: usize) -> Result<(), Error> {
        self.own_data(chunk)?;
        if self.data_lines > 0 {
            self.data.push(b'\n');
        } else {
            self.data_offset = self.base + start as u64;
        }
        self.at = Data::Owned;
        self.data_lines += 1;
        Ok(())
    }

    pub(super) fn grow_data(&mut self, chunk: &[u8], start: usize, end: usize) -> Result<(), Error> {
        let piece = chunk.get(start..end).unwrap_or_default();
        self.check_data(self.data.len() + piece.len(), end)?;
        memory::reserve(&mut self.data, piece.len())?;
        self.data.extend_from_slice(piece);
        Ok(())
    }

    pub(super) fn set_id(&mut self, value: &[u8]) {
        if !value.contains(&0) {
            self.id_buffer.clear();
            self.id_buffer.extend_from_slice(value);
        }
    }

    pub(super) fn set_retry(&mut self, value: &[u8]) {
        if !value.is_empty() && value.iter().all(u8::is_ascii_digit) {
            let number = value.iter().fold(0_u64, |number, digit| {
                number.saturating_mul(10).saturating_add(u64::from(digit.saturating_sub(b'0')))
            });
            self.retry = Some(number);
            self.block_retry = self.retry;
        }
    }

    /// Checks the current data line and the event it belongs to. Whichever limit was crossed first counts, so that
    /// every cutting reports the same.
    #[inline]
    pub(super) fn check_data(&self, event_bytes: usize, end: usize) -> Result<(), Error> {
        let over_line = self.line_bytes.saturating_sub(self.limits.max_line_bytes);
        let over_event = event_bytes.saturating_sub(self.limits.max_event_bytes);
        if over_line >= over_event {
            self.check(Limit::LineBytes, self.line_bytes, self.limits.max_line_bytes, end)
        } else {
            self.check(Limit::EventBytes, event_bytes, self.limits.max_event_bytes, end)
        }
    }

    #[inline]
    pub(super) fn check(&self, limit: Limit, size: usize, most: usize, end: usize) -> Result<(), Error> {
        if size <= most {
            return Ok(());
        }
        // The byte that crossed, so that every cutting reports the same one.
        let over = (size - most) as u64;
        Err(Error::Limit { limit, value: most, offset: (self.base + end as u64).saturating_sub(over) })
    }
}
