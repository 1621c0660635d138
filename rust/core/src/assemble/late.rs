//! Text that comes without deltas: readers of deltas get it once, when it is first told (rule R9). Of deltas that cut a
//! character in two they get the whole characters, with the second half (rule E3); what an announcement held and the
//! deltas do not repeat comes with the first of them (rule R6).

use super::fold::Fold;
use crate::decoder::Event;
use crate::error::Error;
use crate::json::{self, Told};
use crate::kind::{Kind, List};
use crate::slots::{self, ItemKind, Part, PartKind, Slot};
use crate::text::Text;

impl Fold {
    /// The output text that an event was the first to tell, by the event's index; of a delta only where that is not the
    /// delta's own text. None for most.
    pub fn late_text(&self, event_index: u64) -> Option<String> {
        let from = self.late.partition_point(|(index, _)| *index < event_index);
        let mut told = self.late.iter().skip(from).take_while(|(index, _)| *index == event_index).peekable();
        told.peek()?;
        Some(told.map(|(_, text)| &**text).collect())
    }

    /// A delta began or ended within a character, or is the first behind an announcement that held text; `before` is how
    /// long its text was then.
    #[cold]
    pub(super) fn late_delta(&mut self, event: &Event<'_>, slot: usize, part: usize, before: usize) {
        if event.kind == Kind::OutputTextDelta
            && let Some(part) = self.part_mut(slot, part)
        {
            let seed = if before == 0 { part.text.hear_seed() } else { String::new() };
            let text = seed + &part.text.streamed_from(before);
            self.late.push((event.index, text));
        }
    }

    /// A part was told in full.
    pub(super) fn late_part(&mut self, event: &Event<'_>, slot: usize, part: usize) {
        let message = self.slots.get_mut(slot).filter(|slot| slot.kind == ItemKind::Message);
        if let Some(text) = message.and_then(|slot| slot.parts.get_mut(part)).and_then(first_told) {
            self.late.push((event.index, text));
        }
    }

    /// An item was told in full, with parts perhaps that no event of their own told.
    ///
    /// An item that does not differ from what was streamed has no more parts than that, unless nothing was.
    pub(super) fn late_item(&mut self, event: &Event<'_>, at: usize, differs: bool) -> Result<(), Error> {
        let Some(slot) = self.slots.get_mut(at).filter(|slot| slot.kind == ItemKind::Message) else { return Ok(()) };
        if differs || slot.parts.is_empty() || slot.parts.iter().any(is_untold) {
            slot.settle();
            let whole = bare_text(&slot.json).filter(|_| slot.parts.is_empty());
            let late = slot.parts.iter_mut().filter_map(first_told);
            self.late.extend(late.chain(whole).map(|text| (event.index, text)));
        }
        self.check_parts(at, event)
    }

    /// The response has ended: what its own items still have to tell, or without them the streamed ones.
    pub(super) fn late_end(&mut self, event: &Event<'_>, response: Option<Told<'_>>) {
        let Some(response) = response else {
            let messages = self.slots.iter_mut().filter(|slot| slot.kind == ItemKind::Message);
            let late = messages.flat_map(|slot| &mut slot.parts).filter_map(first_told);
            self.late.extend(late.map(|text| (event.index, text)));
            return;
        };
        let output = response.first("output").map(|output| output.of(response.text)).unwrap_or_default();
        let items = json::elements(output).map(|item| item.of(output));
        let messages = items.filter(|item| ItemKind::of(item) == ItemKind::Message);
        // An item announced without its type got the text of a message all the same.
        let says = |slot: &&Slot| {
            slot.kind == ItemKind::Message || slot.parts.iter().any(|part| part.kind == PartKind::OutputText)
        };
        let mut streamed = slots::in_order(&self.slots).into_iter().filter(says);
        let late: Vec<String> = messages.flat_map(|item| unheard(item, streamed.next())).collect();
        self.late.extend(late.into_iter().map(|text| (event.index, text)));
    }
}

/// What a message tells beyond its streamed twin.
fn unheard(item: &[u8], streamed: Option<&Slot>) -> Vec<String> {
    let silent = streamed.is_none_or(|slot| slot.parts.is_empty() && bare_text(&slot.json).is_none());
    if let Some(whole) = bare_text(item).filter(|_| silent) {
        return vec![whole];
    }
    let streamed = streamed.map(|slot| slot.parts_of(List::Content)).unwrap_or_default();
    let parts = slots::parts_in(item, List::Content).into_iter().enumerate();
    let unheard = parts.filter_map(|(at, mut part)| {
        if let Some(twin) = streamed.get(at) {
            part.text = Text::told(part.text.value().into_owned()).heard_as(&twin.text);
        }
        first_told(&mut part)
    });
    unheard.collect()
}

/// The text of a message whose content is a text and no list.
fn bare_text(item: &[u8]) -> Option<String> {
    json::string_member(item, "content").filter(|text| !text.is_empty())
}

fn is_untold(part: &Part) -> bool {
    part.kind == PartKind::OutputText && part.text.is_unheard()
}

/// The text of a part, or the rest of it, that nobody heard of yet; from now on it is told.
fn first_told(part: &mut Part) -> Option<String> {
    if part.kind == PartKind::OutputText { part.text.hear_rest() } else { None }
}
