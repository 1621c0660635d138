//! Items and parts: announced, finished, and weighed against what was streamed (rules R2, R5, R6).

use super::fold::{Fold, within};
use super::target::part_index;
use crate::agreement;
use crate::decoder::Event;
use crate::diagnostics::{Diagnostics, Rule};
use crate::envelope::Key;
use crate::error::Error;
use crate::json;
use crate::kind::{List, Stream};
use crate::limits::Limit;
use crate::slots::{self, ItemKind, Match, PartKind, Slot};
use crate::snapshot;
use crate::text::Text;
use crate::unescape;

impl Fold {
    pub(super) fn item_added(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        let index = event.index_of(Key::OutputIndex, diagnostics);
        if index.is_none() {
            diagnostics.found(Rule::MissingIndex, "an item is announced without output_index");
        }
        let Some(item) = event.object(Key::Item) else {
            diagnostics.found(Rule::ItemLifecycle, "an item is announced without the item");
            return Ok(());
        };
        self.initial = false;
        let kind = ItemKind::of(item);
        let id = slots::item_id(item).or(event.string(Key::ItemId).filter(|id| !id.is_empty()));
        let adopted = self.slots.iter().rposition(|slot| {
            let named = id.is_some_and(|id| slot.has_id(id));
            let placed = slot.open && slot.kind == kind && index.is_some() && slot.index == index;
            slot.synthesized && (named || placed)
        });
        let taken = adopted.is_none() && self.is_taken(id, index);
        if taken {
            diagnostics.found(Rule::TakenIndex, "an item is announced at the index of another");
        }
        let at = match adopted {
            Some(at) => at,
            None => self.new_slot(kind, id, index.filter(|_| !taken), event)?,
        };
        if let Some(slot) = self.slots.get_mut(at) {
            slot.kind = ItemKind::told(item).unwrap_or(slot.kind);
            slot.index = index.filter(|_| !taken).or(slot.index);
            slot.synthesized = false;
            slot.open = true;
        }
        self.announce(at, item, event)
    }

    /// Whether an item with another id stands at an index: servers that announce every item at 0 do not mean it.
    fn is_taken(&self, id: Option<&[u8]>, index: Option<u64>) -> bool {
        let Some(id) = id else { return false };
        let other = |slot: &Slot| index.is_some() && slot.index == index && !slot.ids.is_empty() && !slot.has_id(id);
        self.slots.iter().any(|slot| slot.epoch == self.epoch && other(slot))
    }

    /// Gives a slot its item object, and the parts that this already holds.
    pub(super) fn announce(&mut self, at: usize, item: &[u8], event: &Event<'_>) -> Result<(), Error> {
        self.hold(item.len(), event)?;
        let Some(slot) = self.slots.get_mut(at) else { return Ok(()) };
        if let Some(id) = slots::item_id(item) {
            slot.learn_id(id);
        }
        slot.json = slots::with_identity(item, slot);
        slot.revision = slot.revision.wrapping_add(1);
        for list in [List::Content, List::Summary] {
            if !slot.parts.iter().any(|part| part.list == list) {
                slot.parts.extend(slots::parts_in(item, list));
            }
        }
        self.check_parts(at, event)
    }

    pub(super) fn item_done(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        let index = event.index_of(Key::OutputIndex, diagnostics);
        if index.is_none() {
            diagnostics.found(Rule::MissingIndex, "an item is finished without output_index");
        }
        let Some(item) = event.object(Key::Item) else {
            diagnostics.found(Rule::ItemLifecycle, "an item is finished without the item");
            return Ok(());
        };
        let kind = ItemKind::of(item);
        let id = slots::item_id(item).or(event.string(Key::ItemId).filter(|id| !id.is_empty()));
        let at = match slots::find_slot(&self.slots, id, index, kind, false) {
            Match::Exact(at) if id.is_some() || !self.is_another(at, item) => at,
            Match::Fallback(at) if !self.is_another(at, item) => {
                diagnostics.found(Rule::Route, "a finished item matches its announcement only in part");
                at
            }
            _ => {
                diagnostics.found(Rule::ItemLifecycle, "an item is finished that was never announced");
                self.new_slot(kind, id, index, event)?
            }
        };
        self.initial = false;
        self.hold(item.len(), event)?;
        let Some(slot) = self.slots.get_mut(at) else { return Ok(()) };
        weigh_seeds(slot, item, diagnostics);
        finish_texts(slot, diagnostics);
        let mut differs = slot.json.is_empty();
        if !slot.json.is_empty() || slot.synthesized {
            let mut streamed = Vec::with_capacity(item.len());
            snapshot::write_item(slot, &mut streamed);
            differs = agreement::differ(&streamed, item);
            if differs {
                diagnostics.found(Rule::Item, "the finished item differs from what was streamed");
            }
        }
        slot.learn(id, index);
        slot.kind = ItemKind::told(item).unwrap_or(slot.kind);
        let before = slot.json.len();
        slot.finish(slots::with_identity(item, slot));
        self.bytes -= before.min(self.bytes);
        self.late_item(event, at, differs)
    }

    /// Whether a slot's own item says another type: kinds that nothing streams into are told apart by it alone.
    fn is_another(&self, slot: usize, item: &[u8]) -> bool {
        let kind = |json| json::string_member(json, "type").filter(|kind| !kind.is_empty());
        let own = self.slots.get(slot).and_then(|slot| kind(&slot.json));
        own.is_some_and(|own| kind(item).is_some_and(|kind| kind != own))
    }

    pub(super) fn part_added(
        &mut self,
        event: &Event<'_>,
        list: List,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Error> {
        let Some(json) = event.object(Key::Part) else { return Ok(()) };
        let part_index = part_index(event, list, diagnostics);
        let at = self.slot_for_part(event, json, list, diagnostics)?;
        self.hold(json.len(), event)?;
        let Some(slot) = self.slots.get_mut(at) else { return Ok(()) };
        let announced = slots::announced_part(list, part_index, json);
        let known = slot.parts.iter_mut().rfind(|part| {
            let same_place = part.list == list && part_index.is_some() && part.index == part_index;
            same_place && part.kind.takes(announced.kind)
        });
        match known {
            // The item's own announcement had it, or its deltas came first.
            Some(part) => {
                if !part.text.is_told() {
                    part.text = announced.text;
                }
                part.kind = announced.kind;
                part.tell(json, announced.kind.text_key());
            }
            None => {
                slot.add_part(announced);
            }
        }
        self.check_parts(at, event)
    }

    pub(super) fn part_done(
        &mut self,
        event: &Event<'_>,
        list: List,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Error> {
        let Some(json) = event.object(Key::Part) else { return Ok(()) };
        let part_index = part_index(event, list, diagnostics);
        let at = self.slot_for_part(event, json, list, diagnostics)?;
        self.hold(json.len(), event)?;
        let named = PartKind::told(json);
        let kind = named.unwrap_or_else(|| self.likely_kind(at, list, part_index));
        let closed = self.settle(at);
        let place = self.part(at, list, kind, part_index, event, diagnostics)?;
        let Some(part) = self.part_mut(at, place) else { return Ok(()) };
        if closed {
            if json::string_member(json, kind.text_key()).is_some_and(|full| part.text.value() != full) {
                diagnostics.found(Rule::Text, "the done part differs from its finished item");
            }
            return Ok(());
        }
        if let Some(body) = part.tell(json, kind.text_key())
            && !(part.text.is_done() && part.text.repeats(body))
        {
            let full = unescape::whole(body).0;
            if part.text.value() != full || !part.text.is_done() {
                part.text.done(full, diagnostics);
            }
        }
        part.text.finish(diagnostics);
        part.closed = true;
        part.kind = kind;
        if named.is_none() {
            part.json = slots::with_type(json, kind);
        }
        self.late_part(event, at, place);
        Ok(())
    }

    /// What a part is that does not say it: what the one in its place is, or the last one.
    fn likely_kind(&self, slot: usize, list: List, index: Option<u64>) -> PartKind {
        let Some(slot) = self.slots.get(slot) else { return PartKind::Other };
        let mut parts = slot.parts.iter().filter(|part| part.list == list).rev();
        let known = parts.clone().find(|part| index.is_some() && part.index == index).or_else(|| parts.next());
        known.map_or(PartKind::Other, |part| part.kind)
    }

    pub(super) fn command_added(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        let Some(body) = event.string(Key::Command) else { return Ok(()) };
        let seed = unescape::whole(body).0;
        let at = self.slot(event, ItemKind::ShellCall, diagnostics)?;
        let index = self.command_index(event, at, Stream::Command, diagnostics);
        self.hold(seed.len(), event)?;
        if let Some(slot) = self.slots.get_mut(at) {
            let place = slot.field_at(Stream::Command, index);
            if let Some(field) = slot.fields.get_mut(place).filter(|field| !field.text.is_told()) {
                field.text = Text::announced(seed);
            }
        }
        self.check_parts(at, event)
    }

    pub(super) fn annotation(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        let Some(annotation) = event.object(Key::Annotation) else { return Ok(()) };
        self.hold(annotation.len(), event)?;
        let at = self.slot(event, ItemKind::Message, diagnostics)?;
        let part_index = part_index(event, List::Content, diagnostics);
        let index = event.index_of(Key::AnnotationIndex, diagnostics);
        if index.is_none() {
            diagnostics.found(Rule::MissingIndex, "an annotation lacks its index");
        }
        let place = self.part(at, List::Content, PartKind::OutputText, part_index, event, diagnostics)?;
        let most = self.limits.max_annotations_per_part;
        let Some(part) = self.part_mut(at, place) else { return Ok(()) };
        if part.annotations.put(index, annotation) {
            diagnostics.found(Rule::TakenIndex, "an annotation is told at the index of another");
        }
        within(part.annotations.len(), Limit::AnnotationsPerPart, most, event)
    }
}

/// What the announcements of parts held is part of their text, or repeated by it: the finished item shows it (rule R6).
fn weigh_seeds(slot: &mut Slot, item: &[u8], diagnostics: &mut Diagnostics) {
    if !slot.parts.iter().any(|part| part.text.has_seed()) {
        return;
    }
    for list in [List::Content, List::Summary] {
        let own = slots::parts_in(item, list);
        for (part, own) in slot.parts.iter_mut().filter(|part| part.list == list).zip(own) {
            part.text.weigh(&own.text.value(), diagnostics);
        }
    }
}

/// Nothing more comes for an item: half characters that still wait are replaced.
pub(super) fn finish_texts(slot: &mut Slot, diagnostics: &mut Diagnostics) {
    slot.parts.iter_mut().for_each(|part| part.text.finish(diagnostics));
    slot.fields.iter_mut().for_each(|field| field.text.finish(diagnostics));
    for output in &mut slot.shell {
        output.stdout.finish(diagnostics);
        output.stderr.finish(diagnostics);
    }
}
