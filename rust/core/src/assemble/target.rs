//! The item and the part that an event means, made up where there is none (rules R1, R3).

use super::fold::{Fold, within};
use crate::decoder::Event;
use crate::diagnostics::{Diagnostics, Rule};
use crate::envelope::Key;
use crate::error::Error;
use crate::kind::{List, Role, Stream};
use crate::limits::Limit;
use crate::slots::{self, ItemKind, Match, Part, PartKind, Slot};

/// Where the last delta of a layout went: the next one of that layout goes there too.
///
/// Any event that is no delta forgets it, so that what it opens or closes is seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route {
    pub(super) layout: u64,
    pub(super) slot: usize,
    pub(super) place: Place,
}

/// What of an item a text belongs to, by its place among its kind.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    Part(usize),
    Field(usize),
}

impl Fold {
    /// The slot that an event means, made up where there is none (rule R1).
    pub(super) fn slot(
        &mut self,
        event: &Event<'_>,
        kind: ItemKind,
        diagnostics: &mut Diagnostics,
    ) -> Result<usize, Error> {
        let id = event.string(Key::ItemId).filter(|id| !id.is_empty());
        let index = event.index_of(Key::OutputIndex, diagnostics);
        self.initial = false;
        // The contract gives shell commands no item_id.
        if index.is_none() || id.is_none() && kind != ItemKind::ShellCall {
            diagnostics.found(Rule::MissingIndex, "an event lacks item_id or output_index");
        }
        let about_part = matches!(event.kind.role(), Role::PartAdded(List::Content) | Role::PartDone(List::Content));
        let at = match slots::find_slot(&self.slots, id, index, kind, about_part) {
            Match::Exact(at) => at,
            Match::Fallback(at) => {
                diagnostics.found(Rule::Route, "an event matches its item only in part");
                at
            }
            Match::None => {
                diagnostics.found(Rule::Route, "an event names an item that was never announced");
                let at = self.new_slot(kind, id, index, event)?;
                if let Some(slot) = self.slots.get_mut(at) {
                    slot.synthesized = true;
                }
                at
            }
        };
        if let Some(slot) = self.slots.get_mut(at) {
            slot.learn(id, index);
        }
        Ok(at)
    }

    pub(super) fn slot_for_part(
        &mut self,
        event: &Event<'_>,
        part: &[u8],
        list: List,
        diagnostics: &mut Diagnostics,
    ) -> Result<usize, Error> {
        let reasoning = list == List::Summary || PartKind::of(part) == PartKind::ReasoningText;
        let kind = if reasoning { ItemKind::Reasoning } else { ItemKind::Message };
        self.slot(event, kind, diagnostics)
    }

    /// The part that an event means, made up where there is none (rule R3).
    pub(super) fn part(
        &mut self,
        slot: usize,
        list: List,
        kind: PartKind,
        index: Option<u64>,
        event: &Event<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<usize, Error> {
        let Some(target) = self.slots.get_mut(slot) else { return Ok(0) };
        let closing = matches!(event.kind.role(), Role::PartDone(_));
        match slots::find_part(target, list, index, kind, closing) {
            Match::Exact(at) => {
                if let Some(part) = target.parts.get_mut(at) {
                    part.be(kind);
                }
                Ok(at)
            }
            Match::Fallback(at) => {
                diagnostics.found(Rule::PartIndex, "an event names a part that was never announced");
                if let Some(part) = target.parts.get_mut(at) {
                    part.alias = index;
                    part.be(kind);
                }
                Ok(at)
            }
            Match::None => {
                diagnostics.found(Rule::PartIndex, "an event names a part that was never announced");
                let at = target.add_part(Part::new(list, kind, index));
                self.check_parts(slot, event)?;
                Ok(at)
            }
        }
    }

    pub(super) fn part_mut(&mut self, slot: usize, part: usize) -> Option<&mut Part> {
        self.slots.get_mut(slot)?.parts.get_mut(part)
    }

    pub(super) fn new_slot(
        &mut self,
        kind: ItemKind,
        id: Option<&[u8]>,
        index: Option<u64>,
        event: &Event<'_>,
    ) -> Result<usize, Error> {
        within(self.slots.len() + 1, Limit::Items, self.limits.max_items, event)?;
        if self.slots.len() < 2 {
            self.slots.reserve_exact(1);
        }
        self.slots.push(Slot::new(kind, id, index, self.epoch));
        Ok(self.slots.len() - 1)
    }

    /// Which command of an item an event means; without an index the last one.
    pub(super) fn command_index(
        &self,
        event: &Event<'_>,
        slot: usize,
        stream: Stream,
        diagnostics: &mut Diagnostics,
    ) -> u64 {
        if let Some(index) = event.index_of(Key::CommandIndex, diagnostics) {
            return index;
        }
        diagnostics.found(Rule::MissingIndex, "an event lacks the index of its command");
        self.slots.get(slot).map_or(0, |slot| slot.last_command(stream))
    }

    pub(super) fn check_parts(&self, slot: usize, event: &Event<'_>) -> Result<(), Error> {
        let count =
            self.slots.get(slot).map_or(0, |slot| slot.parts.len().max(slot.fields.len()).max(slot.shell.len()));
        within(count, Limit::PartsPerItem, self.limits.max_parts_per_item, event)
    }
}

/// The index of an event's part within its list.
pub(super) fn part_index(event: &Event<'_>, list: List, diagnostics: &mut Diagnostics) -> Option<u64> {
    let key = match list {
        List::Content => Key::ContentIndex,
        List::Summary => Key::SummaryIndex,
    };
    let index = event.index_of(key, diagnostics);
    if index.is_none() {
        diagnostics.found(Rule::MissingIndex, "an event lacks the index of its part");
    }
    index
}
