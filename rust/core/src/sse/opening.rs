//! How blocks begin: an event line and the start of a data line, and the next one nearly always as the last one did.

use super::{Carry, Data, Framer};

/// Event names are short; what is longer is not worth remembering.
const LONGEST_OPENING: usize = 128;

/// `data: `, which counts towards the length of a line.
const DATA_FIELD: usize = 6;

impl Framer {
    /// Where the data begins if the next block begins as the last ones did: with the same event line or none, and a
    /// data line, all ended by LF. The caller who knows where that line ends may say so with [`Self::take`]; the
    /// result is the same as that of [`Self::next`], which has to look for it.
    #[inline]
    pub fn peek(&self, chunk: &[u8], cursor: usize) -> Option<usize> {
        let opened = !self.opening.is_empty() && chunk.get(cursor..)?.starts_with(&self.opening);
        (opened && self.carry == Carry::Line && !self.skip_lf && (self.dispatched || self.is_fresh()))
            .then_some(cursor + self.opening.len())
    }

    /// Whether nothing of the current block has been seen that its event or its blank line would change.
    pub(super) fn is_fresh(&self) -> bool {
        let named = self.name_span.is_some() || !self.name.is_empty();
        let quiet = self.block_retry.is_none() && self.stray.is_none();
        self.data_lines == 0 && !named && quiet && self.last_id == self.id_buffer
    }

    /// Takes the block whose data line, begun at `start`, ends before `end`, if a blank line follows there and no limit
    /// is crossed. Returns the stream byte at which its data begins.
    #[inline]
    pub fn take(&mut self, chunk: &[u8], cursor: &mut usize, start: usize, end: usize) -> Option<u64> {
        let fits =
            end - start <= self.limits.max_event_bytes.min(self.limits.max_line_bytes.saturating_sub(DATA_FIELD));
        if !fits || chunk.get(end..end + 2) != Some(b"\n\n") {
            return None;
        }
        *cursor = end + 2;
        Some(self.base + start as u64)
    }

    /// Remembers how the block that began at `start` and is being dispatched began, if it is a simple one.
    pub(super) fn learn_opening(&mut self, chunk: &[u8], start: usize) {
        let Data::Chunk(data, _) = self.at else { return };
        let opening = chunk.get(start..data).unwrap_or_default();
        if opening.len() > LONGEST_OPENING || opening == self.opening {
            return;
        }
        let data_field = match opening.strip_prefix(b"event:") {
            Some(rest) => rest.splitn(2, |byte| *byte == b'\n').nth(1).unwrap_or_default(),
            None => opening,
        };
        // Behind `data:` without a space, a space would belong to the framing and not to the data.
        let simple =
            data_field == b"data: " && self.block_retry.is_none() && self.bom == 3 && !opening.contains(&b'\r');
        if simple {
            self.opening.clear();
            self.opening.extend_from_slice(opening);
        }
    }
}
