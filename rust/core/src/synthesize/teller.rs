//! Events, numbered from 0 and written one after the other.

use super::chunks::Chunking;
use crate::kind::{Kind, List};
use crate::object::Object;

/// Writes the events of one response and hands each out.
pub(super) struct Teller<'a> {
    pub(super) chunking: Chunking,
    take: &'a mut dyn FnMut(&str, &[u8]),
    sequence_number: u64,
    data: Vec<u8>,
}

impl<'a> Teller<'a> {
    pub(super) fn new(chunking: Chunking, take: &'a mut dyn FnMut(&str, &[u8])) -> Self {
        Self { chunking, take, sequence_number: 0, data: Vec::new() }
    }

    /// One event; `write` tells its own fields.
    pub(super) fn tell(&mut self, kind: Kind, write: impl FnOnce(&mut Object<'_>)) {
        // Where a kind has two spellings the contract's comes first.
        let name = kind.names().first().copied().unwrap_or_default();
        self.data.clear();
        let mut event = Object::open(&mut self.data);
        event.string("type", name);
        event.number("sequence_number", self.sequence_number);
        write(&mut event);
        event.close();
        self.sequence_number += 1;
        (self.take)(name, &self.data);
    }
}

/// Where in the response an event belongs.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The item's id: a JSON value.
    pub(super) item_id: &'a [u8],
    pub(super) output_index: u64,
    /// List and index of a part; None for the item itself.
    pub(super) part: Option<(List, u64)>,
}

impl Place<'_> {
    pub(super) fn write(&self, event: &mut Object<'_>) {
        event.json("item_id", self.item_id);
        event.number("output_index", self.output_index);
        match self.part {
            Some((List::Content, index)) => event.number("content_index", index),
            Some((List::Summary, index)) => event.number("summary_index", index),
            None => {}
        }
    }
}
