//! The state of the fold, and which role goes where.

use std::sync::Arc;

use super::OutputSource;
use super::items::finish_texts;
use super::target::{Place, Route};
use crate::decoder::{Event, Sink};
use crate::diagnostics::Diagnostics;
use crate::error::Error;
use crate::json::{self, Told};
use crate::kind::{Kind, Role};
use crate::lifecycle::{self, Outcome};
use crate::limits::{Limit, Limits};
use crate::memory;
use crate::server_error;
use crate::slots::{ItemKind, Slot};
use crate::snapshot::Tellings;
use crate::text::Text;

/// The response as folded so far.
#[derive(Debug)]
pub struct Fold {
    pub(super) limits: Limits,
    pub(super) source: OutputSource,
    /// The responses that state events carried.
    pub(super) base: Tellings,
    pub(super) terminal: Option<Vec<u8>>,
    pub(super) ended: Option<Outcome>,
    /// Whether the snapshot's output is the streamed one although the response has ended.
    pub(super) streamed_output: bool,
    pub(super) slots: Vec<Slot>,
    /// Whether the items are only those that the response had before anything was streamed.
    pub(super) initial: bool,
    pub(super) created: bool,
    pub(super) epoch: u32,
    pub(super) error: Option<Vec<u8>>,
    /// What is heard and no item holds; most responses are only read.
    pub(super) spoken: Option<Box<Spoken>>,
    pub(super) bytes: usize,
    /// How many of them need no second look: neither is their limit crossed nor the next step of memory.
    pub(super) granted: usize,
    pub(super) route: Option<Route>,
    /// The text that the last delta grew, whose route may be forgotten by now.
    pub(super) grown: Option<(usize, Place)>,
    /// Texts that no delta brought, each with the index of the event that told it (rule R9).
    pub(super) late: Vec<(u64, String)>,
}

/// Audio as base64, and what it says in words: the contract gives them neither item nor index.
#[derive(Debug, Default)]
pub(super) struct Spoken {
    pub(super) audio: Text,
    pub(super) transcript: Text,
}

impl Sink for Fold {
    #[inline]
    fn event(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        if self.ended.is_some() {
            return Ok(());
        }
        if let Role::Delta(stream) = event.kind.role() {
            return self.delta(event, stream, diagnostics);
        }
        self.other(event, diagnostics)
    }

    fn finish(&mut self, diagnostics: &mut Diagnostics) {
        if self.ended.is_none() {
            self.slots.iter_mut().for_each(|slot| finish_texts(slot, diagnostics));
        }
    }
}

impl Fold {
    /// An empty fold.
    pub fn new(limits: Limits, source: OutputSource) -> Self {
        Self {
            limits,
            source,
            base: Tellings::default(),
            terminal: None,
            ended: None,
            streamed_output: true,
            slots: Vec::new(),
            initial: false,
            created: false,
            epoch: 0,
            error: None,
            spoken: None,
            bytes: 0,
            granted: limits.max_response_bytes.min(memory::STEP),
            route: None,
            grown: None,
            late: Vec::new(),
        }
    }

    pub(super) fn other(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        self.route = None;
        if let Some(outcome) = event.terminal {
            return self.end(event, outcome, diagnostics);
        }
        match event.kind.role() {
            Role::State => self.state(event),
            Role::ItemAdded => self.item_added(event, diagnostics),
            Role::ItemDone => self.item_done(event, diagnostics),
            Role::PartAdded(list) => self.part_added(event, list, diagnostics),
            Role::PartDone(list) => self.part_done(event, list, diagnostics),
            Role::CommandAdded => self.command_added(event, diagnostics),
            Role::Done(stream) => self.done(event, stream, diagnostics),
            Role::Annotation => self.annotation(event, diagnostics),
            Role::Error => {
                self.error = server_error::normalise(event.text);
                Ok(())
            }
            Role::Delta(_) | Role::Terminal | Role::Progress | Role::Heartbeat | Role::Opaque => Ok(()),
        }
    }

    pub(super) fn state(&mut self, event: &Event<'_>) -> Result<(), Error> {
        let Some(response) = event.response() else { return Ok(()) };
        if event.kind == Kind::Created {
            if self.created && !self.slots.is_empty() {
                // A gateway that starts over within one stream counts its indexes from the beginning.
                self.epoch += 1;
            }
            self.created = true;
        }
        let text = response.text;
        if self.base.repeats(text) {
            // `in_progress` echoes `created`, instructions and tools and all.
            return Ok(());
        }
        let before = self.base.bytes();
        self.base.take(event.kept(text).unwrap_or_else(|| Arc::from(text)));
        self.bytes = self.bytes.saturating_sub(before);
        self.hold(self.base.bytes(), event)?;
        if self.slots.is_empty() || self.initial {
            self.slots.clear();
            self.initial_items(response, event)?;
            self.initial = !self.slots.is_empty();
        }
        Ok(())
    }

    /// Items that the response already has before anything was streamed; an announcement may take them over.
    pub(super) fn initial_items(&mut self, response: Told<'_>, event: &Event<'_>) -> Result<(), Error> {
        let Some(output) = response.first("output") else { return Ok(()) };
        let output = output.of(response.text);
        for (index, item) in json::elements(output).enumerate() {
            let at = self.new_slot(ItemKind::of(item.of(output)), None, Some(index as u64), event)?;
            self.announce(at, item.of(output), event)?;
            if let Some(slot) = self.slots.get_mut(at) {
                slot.synthesized = true;
                slot.open = lifecycle::status(Told::plain(item.of(output))).is_none();
            }
        }
        Ok(())
    }

    /// Counts content towards the limit of one response.
    #[inline]
    pub(super) fn hold(&mut self, bytes: usize, event: &Event<'_>) -> Result<(), Error> {
        self.bytes += bytes;
        if self.bytes > self.granted { self.grant(bytes, event) } else { Ok(()) }
    }

    #[cold]
    fn grant(&mut self, bytes: usize, event: &Event<'_>) -> Result<(), Error> {
        let most = self.limits.max_response_bytes;
        within(self.bytes, Limit::ResponseBytes, most, event)?;
        // A text grows by a quarter, and may have to move to do so.
        memory::ask(self.bytes + self.bytes / 4 + bytes + 2 * memory::STEP)?;
        self.granted = most.min(self.bytes + memory::STEP);
        Ok(())
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        let slots: usize = self.slots.iter().map(Slot::heap_bytes).sum();
        let terminal = self.terminal.as_ref().map_or(0, Vec::capacity);
        let spoken = self
            .spoken
            .as_ref()
            .map_or(0, |spoken| size_of::<Spoken>() + spoken.audio.heap_bytes() + spoken.transcript.heap_bytes());
        self.base.bytes() + terminal + slots + self.slots.capacity() * size_of::<Slot>() + spoken
    }
}

#[inline]
pub(super) fn within(size: usize, limit: Limit, most: usize, event: &Event<'_>) -> Result<(), Error> {
    if size > most { Err(Error::Limit { limit, value: most, offset: event.offset }) } else { Ok(()) }
}
