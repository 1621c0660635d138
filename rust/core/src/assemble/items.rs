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
        let kind = ItemKind::of(item);
        let id = slots::item_id(item).or(event.string(Key::ItemId).filter(|id| !id.is_empty()));
        let adopted = self.slots.iter().rposition(|slot| {
            let named = id.is_some_and(|id| slot.has_id(id));
            let placed = slot.kind == kind && index.is_some() && slot.index == index;
            slot.open && slot.synthesized && (named || placed)
        });
        let at = match adopted {
            Some(at) => at,
            None => self.new_slot(kind, id, index, event)?,
        };
        if let Some(slot) = self.slots.get_mut(at) {
            slot.kind = kind;
            slot.index = index.or(slot.index);
            slot.synthesized = false;
        }
        self.announce(at, item, event)
    }

    /// Gives a slot its item object, and the parts that this already holds.
    pub(super) fn announce(&mut self, at: usize, item: &[u8], event: &Event<'_>) -> Result<(), Error> {
        self.hold(item.len(), event)?;
        let Some(slot) = self.slots.get_mut(at) else { return Ok(()) };
        if let Some(id) = slots::item_id(item) {
            slot.learn_id(id);
        }
        slot.json = item.to_vec();
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
        let at = match slots::find_slot(&self.slots, id, index, kind) {
            Match::Exact(at) => at,
            Match::Fallback(at) => {
                diagnostics.found(Rule::Route, "a finished item matches its announcement only in part");
                at
            }
            Match::None => {
                diagnostics.found(Rule::ItemLifecycle, "an item is finished that was never announced");
                self.new_slot(kind, id, index, event)?
            }
        };
        self.hold(item.len(), event)?;
        let Some(slot) = self.slots.get_mut(at) else { return Ok(()) };
        finish_texts(slot, diagnostics);
        if !slot.json.is_empty() || slot.synthesized {
            let mut streamed = Vec::new();
            snapshot::write_item(slot, &mut streamed);
            if agreement::differ(&streamed, item) {
                diagnostics.found(Rule::Item, "the finished item differs from what was streamed");
            }
        }
        if let Some(id) = slots::item_id(item) {
            slot.learn_id(id);
        }
        slot.kind = kind;
        slot.open = false;
        slot.late = false;
        self.bytes -= slot.json.len().min(self.bytes);
        slot.json = snapshot::with_identity(item, slot);
        slot.revision = slot.revision.wrapping_add(1);
        Ok(())
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
                part.json = announced.json;
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
        let kind = PartKind::of(json);
        let place = self.part(at, list, kind, part_index, event, diagnostics)?;
        let Some(part) = self.part_mut(at, place) else { return Ok(()) };
        if let Some(full) = json::string_member(json, kind.text_key())
            && (part.text.value() != full || !part.text.is_done())
        {
            part.text.done(full, diagnostics);
        }
        part.text.finish(diagnostics);
        part.closed = true;
        part.kind = kind;
        part.json = json.to_vec();
        Ok(())
    }

    pub(super) fn command_added(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        let at = self.slot(event, ItemKind::ShellCall, diagnostics)?;
        let index = event.index_of(Key::CommandIndex, diagnostics).unwrap_or_default();
        let seed = event.string(Key::Command).map(|body| unescape::whole(body).0).unwrap_or_default();
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
        let place = self.part(at, List::Content, PartKind::OutputText, part_index, event, diagnostics)?;
        let most = self.limits.max_annotations_per_part;
        let Some(part) = self.part_mut(at, place) else { return Ok(()) };
        let known = part.annotations.iter_mut().find(|(known, _)| known.is_some() && *known == index);
        match known {
            Some((_, json)) => *json = annotation.to_vec(),
            None => part.annotations.push((index, annotation.to_vec())),
        }
        within(part.annotations.len(), Limit::AnnotationsPerPart, most, event)
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
