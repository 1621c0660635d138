//! What a text was when a delta had grown it, for whoever reads that delta's event later: a place in the fold, no copy.

use super::arguments::{Call, is_call};
use super::fold::Fold;
use super::target::Place;
use crate::decoder::Event;
use crate::kind::Role;
use crate::text::Text;

/// The text that a delta grew, and how long it was then.
///
/// Small, since an event object carries it: past the sixteen bits of a place there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    end: u32,
    slot: u16,
    place: u16,
}

/// Set in a place that is one of an item's own texts; else it is a part.
const FIELD: u16 = 1 << 15;

impl Moment {
    fn place(self) -> Place {
        let at = usize::from(self.place & !FIELD);
        if self.place & FIELD == 0 { Place::Part(at) } else { Place::Field(at) }
    }
}

impl Fold {
    /// Of the event that was folded last: the moment of its text. None for what is no delta of an item's text.
    #[inline]
    pub fn moment(&self, event: &Event<'_>) -> Option<Moment> {
        if self.ended.is_some() || !matches!(event.kind.role(), Role::Delta(_)) {
            return None;
        }
        let (slot, place) = self.grown?;
        let end = u32::try_from(self.text_at(slot, place)?.length()).ok()?;
        let (at, flag) = match place {
            Place::Part(at) => (at, 0),
            Place::Field(at) => (at, FIELD),
        };
        let place = u16::try_from(at).ok().filter(|at| at & FIELD == 0)? | flag;
        Some(Moment { end, slot: u16::try_from(slot).ok()?, place })
    }

    /// The text as it was at a moment; where the server has told it otherwise since, as much of that.
    pub fn text_then(&self, moment: Moment) -> Option<String> {
        let text = self.text_at(usize::from(moment.slot), moment.place()).map(Text::value)?;
        let most = text.len().min(moment.end as usize);
        // Another text may have another character there.
        (0..=most).rev().find_map(|end| text.get(..end)).map(str::to_owned)
    }

    /// The tool call whose arguments grew then.
    pub fn call_then(&self, moment: Moment) -> Option<Call> {
        let slot = usize::from(moment.slot);
        self.slots.get(slot).filter(|slot| is_call(slot)).map(|_| Call::Streamed(slot))
    }
}
