//! Which item and which part an event means (rules R1, R3).

use super::{ItemKind, Part, PartKind, Slot};
use crate::kind::List;

/// How an event found its slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// By all that it said.
    Exact(usize),
    /// By part of it, or by what the event is; worth a finding.
    Fallback(usize),
    /// Not at all.
    None,
}

/// The slot that an event means (rule R1): the steps (a) to (e) in order.
///
/// `id` is None where the event has none or an empty one. Servers reuse ids and indexes, so that an item takes nothing
/// of another kind unless all the event's names are its own, an id among them. `about_part` says that the event begins or
/// ends a part of `content`, whose type does not tell messages from reasoning (gap G6): without an id its index counts.
pub fn find_slot(slots: &[Slot], id: Option<&[u8]>, index: Option<u64>, kind: ItemKind, about_part: bool) -> Match {
    let has_id = |slot: &Slot| id.is_some_and(|id| slot.has_id(id));
    let has_index = |slot: &Slot| index.is_some() && slot.index == index;
    let takes = |slot: &Slot| slot.kind == kind || slot.kind == ItemKind::Other || kind == ItemKind::Other;
    let latest = |test: &dyn Fn(&Slot) -> bool| slots.iter().rposition(test);

    // A slot that has no index yet does not contradict the one that its id comes with.
    let placed = |slot: &Slot| index.is_none() || has_index(slot) || slot.index.is_none();
    let has_content = |slot: &Slot| matches!(slot.kind, ItemKind::Message | ItemKind::Reasoning);
    let all = |slot: &Slot| match id {
        Some(_) => has_id(slot) && placed(slot),
        None => has_index(slot) && (takes(slot) || about_part && has_content(slot)),
    };
    if let Some(at) = latest(&|slot| slot.open && all(slot)) {
        return Match::Exact(at);
    }
    // What names a finished item by its id and its index means that one, whatever else is open: a server that repeats
    // itself must not overwrite another item.
    if index.is_some()
        && let Some(at) = latest(&|slot| !slot.open && slot.kind == kind && has_id(slot) && has_index(slot))
    {
        return Match::Fallback(at);
    }
    if let Some(at) = latest(&|slot| slot.open && has_id(slot) && takes(slot)) {
        return Match::Fallback(at);
    }
    if let Some(at) = latest(&|slot| slot.open && has_index(slot) && takes(slot)) {
        return Match::Fallback(at);
    }
    let mut fitting = slots.iter().enumerate().filter(|(_, slot)| slot.open && slot.kind == kind);
    if let (Some((at, _)), None) = (fitting.next(), fitting.next()) {
        return Match::Fallback(at);
    }
    let closed = latest(&|slot| has_id(slot) && takes(slot)).or_else(|| latest(&|slot| has_index(slot) && takes(slot)));
    if let Some(at) = closed {
        return Match::Fallback(at);
    }
    Match::None
}

/// The part that an event means (rule R3), as its place among the slot's parts.
///
/// `closing` says that the event ends a part: that part's text may be done already.
pub fn find_part(slot: &Slot, list: List, index: Option<u64>, kind: PartKind, closing: bool) -> Match {
    let fits = |part: &Part| part.list == list && (part.kind.takes(kind) || part.is_nameless());
    let latest = |test: &dyn Fn(&Part) -> bool| slot.parts.iter().rposition(|part| fits(part) && test(part));
    let open = || latest(&|part| if closing { !part.closed } else { part.is_open() });
    if index.is_none() {
        // Without an index the last open part is all the event can mean.
        return open().map_or(Match::None, Match::Exact);
    }
    let named = latest(&|part| part.index == index).or_else(|| latest(&|part| part.alias == index));
    named.map(Match::Exact).or_else(|| open().map(Match::Fallback)).unwrap_or(Match::None)
}
