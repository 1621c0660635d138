//! The fold: events in, the response as of now out (rules R1-R11).
//!
//! The table of what each role does:
//!
//! | role | does |
//! |---|---|
//! | `State` | becomes the base of the snapshot; its output counts only while nothing was streamed |
//! | `ItemAdded` | opens a slot, or takes over one made up for the same item (R2) |
//! | `PartAdded` | opens a part; text it already holds is a seed (R6) |
//! | `Delta` | grows one text of one slot, found by R1 and R3 |
//! | `Done` | tells a text in full (R4) |
//! | `Annotation` | adds to a part |
//! | `PartDone` | closes a part; its text is one more full telling (R4) |
//! | `ItemDone` | closes a slot; the item replaces what was streamed, except where it is empty (R5) |
//! | `Terminal` | ends the fold; its response counts, its output if it is not less than the streamed one (R7) |
//! | `Error` | is kept for the response that may still fail with it (E10) |
//! | `Progress`, `Heartbeat`, `Opaque` | nothing (R8) |

use crate::agreement;
use crate::decoder::{Decoder, Event, Sink};
use crate::diagnostics::{Diagnostics, Rule};
use crate::envelope::Key;
use crate::error::Error;
use crate::json::{self, Shape};
use crate::kind::{Kind, List, Role, Stream};
use crate::lifecycle::Outcome;
use crate::limits::{Limit, Limits};
use crate::server_error;
use crate::slots::{self, ItemKind, Match, Part, PartKind, Slot};
use crate::snapshot;
use crate::text::Text;
use crate::unescape;

/// Whose list of items counts when the terminal response and the stream differ (rule R7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OutputSource {
    /// The terminal's, unless it is empty or shorter than the streamed one.
    #[default]
    Auto,
    /// The terminal's whenever there is one.
    Terminal,
    /// The streamed one whenever there is one.
    Stream,
}

/// Decoder and fold in one: bytes in, a response out.
#[derive(Debug)]
pub struct Assembler {
    decoder: Decoder,
    fold: Fold,
}

/// The response as folded so far.
#[derive(Debug)]
pub struct Fold {
    limits: Limits,
    source: OutputSource,
    /// The last response that a state event carried.
    base: Vec<u8>,
    terminal: Option<Vec<u8>>,
    ended: Option<Outcome>,
    /// Whether the snapshot's output is the streamed one although the response has ended.
    streamed_output: bool,
    slots: Vec<Slot>,
    created: bool,
    epoch: u32,
    error: Option<Vec<u8>>,
    audio: Text,
    transcript: Text,
    bytes: usize,
    route: Option<Route>,
}

/// Where the last delta went: the next one nearly always goes there too.
#[derive(Debug)]
struct Route {
    stream: Stream,
    id: Box<[u8]>,
    output_index: Option<u64>,
    part_index: Option<u64>,
    slot: usize,
    part: usize,
}

impl Assembler {
    /// An assembler at the start of a body.
    pub fn new(limits: Limits, strict: bool) -> Self {
        Self { decoder: Decoder::new(limits, strict), fold: Fold::new(limits, OutputSource::Auto) }
    }

    /// Chooses whose list of items counts.
    #[must_use]
    pub fn output_source(mut self, source: OutputSource) -> Self {
        self.fold.source = source;
        self
    }

    /// Takes the next bytes of the body.
    #[inline]
    pub fn feed(&mut self, chunk: &[u8]) -> Result<(), Error> {
        self.decoder.feed(chunk, &mut self.fold)
    }

    /// Takes one WebSocket message or JSON line.
    pub fn feed_message(&mut self, message: &[u8]) -> Result<(), Error> {
        self.decoder.feed_message(message, &mut self.fold)
    }

    /// The body has ended.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.decoder.finish(&mut self.fold)
    }

    /// Decoder and fold, for a caller who hands the events to somebody else too.
    pub fn parts(&mut self) -> (&mut Decoder, &mut Fold) {
        (&mut self.decoder, &mut self.fold)
    }

    /// What was found, counted and limited on the way.
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The response as of now.
    pub fn fold(&self) -> &Fold {
        &self.fold
    }

    /// The text of the messages as of now.
    pub fn output_text(&self) -> String {
        self.fold.output_text()
    }
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
}

impl Fold {
    /// An empty fold.
    pub fn new(limits: Limits, source: OutputSource) -> Self {
        Self {
            limits,
            source,
            base: Vec::new(),
            terminal: None,
            ended: None,
            streamed_output: true,
            slots: Vec::new(),
            created: false,
            epoch: 0,
            error: None,
            audio: Text::default(),
            transcript: Text::default(),
            bytes: 0,
            route: None,
        }
    }

    fn other(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
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

    fn state(&mut self, event: &Event<'_>) -> Result<(), Error> {
        let Some(response) = event.response() else { return Ok(()) };
        if event.kind == Kind::Created {
            if self.created && !self.slots.is_empty() {
                // A gateway that starts over within one stream counts its indexes from the beginning.
                self.epoch += 1;
            }
            self.created = true;
        }
        self.hold(response.len().saturating_sub(self.base.len()), event)?;
        self.base.clear();
        self.base.shrink_to(response.len());
        self.base.extend_from_slice(response);
        if self.slots.is_empty() {
            self.initial_items(response, event)?;
        }
        Ok(())
    }

    /// Items that the response already has before anything was streamed; an announcement may take them over.
    fn initial_items(&mut self, response: &[u8], event: &Event<'_>) -> Result<(), Error> {
        let Some(output) = json::member(response, "output") else { return Ok(()) };
        let output = output.of(response);
        for (index, item) in json::elements(output).enumerate() {
            let at = self.new_slot(ItemKind::of(item.of(output)), None, Some(index as u64), event)?;
            self.announce(at, item.of(output), event)?;
            if let Some(slot) = self.slots.get_mut(at) {
                slot.synthesized = true;
            }
        }
        Ok(())
    }

    fn item_added(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
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
    fn announce(&mut self, at: usize, item: &[u8], event: &Event<'_>) -> Result<(), Error> {
        self.hold(item.len(), event)?;
        let Some(slot) = self.slots.get_mut(at) else { return Ok(()) };
        if let Some(id) = slots::item_id(item) {
            slot.learn_id(id);
        }
        slot.json = item.to_vec();
        for list in [List::Content, List::Summary] {
            if !slot.parts.iter().any(|part| part.list == list) {
                slot.parts.extend(slots::parts_in(item, list));
            }
        }
        self.check_parts(at, event)
    }

    fn item_done(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
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
        self.bytes -= slot.json.len().min(self.bytes);
        slot.json = item.to_vec();
        Ok(())
    }

    fn part_added(&mut self, event: &Event<'_>, list: List, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        let Some(json) = event.object(Key::Part) else { return Ok(()) };
        let part_index = self.part_index(event, list, diagnostics);
        let at = self.slot_for_part(event, json, list, diagnostics)?;
        self.hold(json.len(), event)?;
        let Some(slot) = self.slots.get_mut(at) else { return Ok(()) };
        let announced = slots::announced_part(list, part_index, json);
        let known = slot.parts.iter_mut().rfind(|part| part.list == list && part.index == part_index);
        match known {
            // The item's own announcement had it, or its deltas came first.
            Some(part) => {
                if !part.text.is_told() {
                    part.text = announced.text;
                }
                part.kind = announced.kind;
                part.json = announced.json;
            }
            None => slot.parts.push(announced),
        }
        self.check_parts(at, event)
    }

    fn part_done(&mut self, event: &Event<'_>, list: List, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        let Some(json) = event.object(Key::Part) else { return Ok(()) };
        let part_index = self.part_index(event, list, diagnostics);
        let at = self.slot_for_part(event, json, list, diagnostics)?;
        self.hold(json.len(), event)?;
        let kind = PartKind::of(json);
        let place = self.part(at, list, kind, part_index, event, diagnostics)?;
        let Some(part) = self.part_mut(at, place) else { return Ok(()) };
        if let Some(full) = json::string_member(json, kind.text_key()) {
            if part.text.value() != full || !part.text.is_done() {
                part.text.done(full, diagnostics);
            }
        }
        part.text.finish(diagnostics);
        part.closed = true;
        part.kind = kind;
        part.json = json.to_vec();
        Ok(())
    }

    fn command_added(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        let at = self.slot(event, ItemKind::ShellCall, diagnostics)?;
        let index = event.index_of(Key::CommandIndex, diagnostics).unwrap_or_default();
        let seed = event.string(Key::Command).map(|body| unescape::whole(body).0).unwrap_or_default();
        self.hold(seed.len(), event)?;
        if let Some(slot) = self.slots.get_mut(at) {
            slot.tell_field(Stream::Command, index, |text| {
                if !text.is_told() {
                    *text = Text::announced(seed);
                }
            });
        }
        self.check_parts(at, event)
    }

    /// One delta. Events of one text come in long runs, so the last target is tried first.
    #[inline]
    fn delta(&mut self, event: &Event<'_>, stream: Stream, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        let Some(body) = event.string(Key::Delta) else { return self.odd_delta(event, stream, diagnostics) };
        self.hold(body.len(), event)?;
        let output_index = event.index_of(Key::OutputIndex, diagnostics);
        let part_index = match stream {
            Stream::OutputText | Stream::Reasoning | Stream::Refusal => event.index_of(Key::ContentIndex, diagnostics),
            Stream::Summary => event.index_of(Key::SummaryIndex, diagnostics),
            _ => None,
        };
        if let Some(route) = &self.route
            && route.stream == stream
            && route.output_index == output_index
            && route.part_index == part_index
            && event.string(Key::ItemId) == Some(&*route.id)
            && let Some(part) = self.slots.get_mut(route.slot).and_then(|slot| slot.parts.get_mut(route.part))
        {
            part.text.delta(body, diagnostics);
            return self.delta_logprobs(event, route_of(&self.route), diagnostics);
        }
        self.routed_delta(event, stream, body, diagnostics)
    }

    fn routed_delta(
        &mut self,
        event: &Event<'_>,
        stream: Stream,
        body: &[u8],
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Error> {
        self.route = None;
        match stream {
            Stream::Audio => self.audio.delta(body, diagnostics),
            Stream::Transcript => self.transcript.delta(body, diagnostics),
            _ => {
                let findings = diagnostics.total();
                let at = self.slot(event, ItemKind::for_stream(stream), diagnostics)?;
                let Some((list, kind)) = PartKind::for_stream(stream) else {
                    let index = self.command_index(event, stream, diagnostics);
                    if let Some(slot) = self.slots.get_mut(at) {
                        slot.tell_field(stream, index, |text| text.delta(body, diagnostics));
                    }
                    return self.check_parts(at, event);
                };
                let part_index = self.part_index(event, list, diagnostics);
                let place = self.part(at, list, kind, part_index, event, diagnostics)?;
                if diagnostics.total() == findings {
                    self.remember(event, stream, part_index, at, place, diagnostics);
                }
                if let Some(part) = self.part_mut(at, place) {
                    part.text.delta(body, diagnostics);
                }
                self.delta_logprobs(event, Some((at, place)), diagnostics)?;
            }
        }
        Ok(())
    }

    /// Keeps the way of an event that was in perfect order; any other event forgets it.
    fn remember(
        &mut self,
        event: &Event<'_>,
        stream: Stream,
        part_index: Option<u64>,
        slot: usize,
        part: usize,
        diagnostics: &mut Diagnostics,
    ) {
        if let Some(id) = event.string(Key::ItemId) {
            let output_index = event.index_of(Key::OutputIndex, diagnostics);
            self.route = Some(Route { stream, id: id.into(), output_index, part_index, slot, part });
        }
    }

    /// Log probabilities of a delta go behind those of the deltas before it.
    #[inline]
    fn delta_logprobs(
        &mut self,
        event: &Event<'_>,
        target: Option<(usize, usize)>,
        _diagnostics: &mut Diagnostics,
    ) -> Result<(), Error> {
        let value = event.fields.get(Key::Logprobs);
        if value.shape != Shape::Array || value.is_empty(event.text) {
            return Ok(());
        }
        let elements = inner(value.of(event.text));
        self.hold(elements.len(), event)?;
        if let Some((slot, part)) = target
            && let Some(part) = self.part_mut(slot, part)
        {
            if !part.logprobs.is_empty() {
                part.logprobs.push(b',');
            }
            part.logprobs.extend_from_slice(elements);
        }
        Ok(())
    }

    /// A delta that is no string: shell output is an object, null is nothing (rule E15).
    #[cold]
    fn odd_delta(&mut self, event: &Event<'_>, stream: Stream, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        self.route = None;
        let Some(delta) = event.object(Key::Delta).filter(|_| stream == Stream::ShellOutput) else { return Ok(()) };
        self.hold(delta.len(), event)?;
        let at = self.slot(event, ItemKind::ShellCallOutput, diagnostics)?;
        let index = event.index_of(Key::CommandIndex, diagnostics).unwrap_or_default();
        if let Some(slot) = self.slots.get_mut(at) {
            slot.tell_shell(index, |output| {
                for (key, text) in [("stdout", &mut output.stdout), ("stderr", &mut output.stderr)] {
                    if let Some(body) = json::member(delta, key).and_then(|piece| piece.string_body(delta)) {
                        text.delta(body, diagnostics);
                    }
                }
            });
        }
        self.check_parts(at, event)
    }

    fn done(&mut self, event: &Event<'_>, stream: Stream, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        if stream == Stream::ShellOutput {
            return self.shell_done(event, diagnostics);
        }
        let Some(body) = event.string(done_key(stream)) else { return Ok(()) };
        self.hold(body.len(), event)?;
        let (full, lone) = unescape::whole(body);
        if lone > 0 {
            diagnostics.found(Rule::LoneSurrogate, "half a surrogate pair was replaced by U+FFFD");
        }
        let at = self.slot(event, ItemKind::for_stream(stream), diagnostics)?;
        let Some((list, kind)) = PartKind::for_stream(stream) else {
            return self.field_done(event, stream, at, full, diagnostics);
        };
        let part_index = self.part_index(event, list, diagnostics);
        let place = self.part(at, list, kind, part_index, event, diagnostics)?;
        let logprobs = event.fields.get(Key::Logprobs);
        if let Some(part) = self.part_mut(at, place) {
            part.text.done(full, diagnostics);
            if logprobs.shape == Shape::Array && !logprobs.is_empty(event.text) {
                part.logprobs = inner(logprobs.of(event.text)).to_vec();
            }
        }
        Ok(())
    }

    fn field_done(
        &mut self,
        event: &Event<'_>,
        stream: Stream,
        at: usize,
        full: String,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Error> {
        let index = self.command_index(event, stream, diagnostics);
        let name = json::member(event.text, "name").filter(|name| name.string_body(event.text).is_some());
        if let Some(slot) = self.slots.get_mut(at) {
            slot.tell_field(stream, index, |text| text.done(full, diagnostics));
            if let (true, Some(name)) = (slot.synthesized, name) {
                slot.name = name.of(event.text).to_vec();
            }
        }
        self.check_parts(at, event)
    }

    fn shell_done(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        let output = event.fields.get(Key::Output);
        if output.shape != Shape::Array {
            return Ok(());
        }
        let entries = inner(output.of(event.text)).to_vec();
        self.hold(entries.len(), event)?;
        let at = self.slot(event, ItemKind::ShellCallOutput, diagnostics)?;
        let index = event.index_of(Key::CommandIndex, diagnostics).unwrap_or_default();
        if let Some(slot) = self.slots.get_mut(at) {
            slot.tell_shell(index, |output| output.done = Some(entries));
        }
        self.check_parts(at, event)
    }

    fn annotation(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        let Some(annotation) = event.object(Key::Annotation) else { return Ok(()) };
        self.hold(annotation.len(), event)?;
        let at = self.slot(event, ItemKind::Message, diagnostics)?;
        let part_index = self.part_index(event, List::Content, diagnostics);
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

    fn end(&mut self, event: &Event<'_>, outcome: Outcome, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        for slot in &mut self.slots {
            finish_texts(slot, diagnostics);
        }
        let response = event.response().unwrap_or_default();
        self.hold(response.len(), event)?;
        self.ended = Some(outcome);
        if response.is_empty() {
            return Ok(());
        }
        self.streamed_output = self.choose_streamed(response, diagnostics);
        self.base = Vec::new();
        self.terminal = Some(response.to_vec());
        Ok(())
    }

    /// Whether the streamed items are the output, and not the terminal's (rule R7).
    fn choose_streamed(&self, response: &[u8], diagnostics: &mut Diagnostics) -> bool {
        let output = json::member(response, "output").map(|output| output.of(response)).unwrap_or_default();
        let count = json::elements(output).count();
        if self.slots.is_empty() {
            return false;
        }
        let shorter = count < self.slots.len();
        if shorter {
            diagnostics.found(Rule::Output, "the terminal output has fewer items than were streamed");
        } else if self.contradicts(output) {
            diagnostics.found(Rule::Output, "the terminal output differs from what was streamed");
        }
        match self.source {
            OutputSource::Auto => shorter,
            OutputSource::Terminal => false,
            OutputSource::Stream => true,
        }
    }

    fn contradicts(&self, output: &[u8]) -> bool {
        let ordered = slots::in_order(&self.slots);
        json::elements(output).zip(ordered).any(|(item, slot)| {
            let mut streamed = Vec::new();
            snapshot::write_item(slot, &mut streamed);
            agreement::differ(&streamed, item.of(output))
        })
    }

    /// The slot that an event means, made up where there is none (rule R1).
    fn slot(&mut self, event: &Event<'_>, kind: ItemKind, diagnostics: &mut Diagnostics) -> Result<usize, Error> {
        let id = event.string(Key::ItemId).filter(|id| !id.is_empty());
        let index = event.index_of(Key::OutputIndex, diagnostics);
        // The contract gives shell commands no item_id.
        if index.is_none() || id.is_none() && kind != ItemKind::ShellCall {
            diagnostics.found(Rule::MissingIndex, "an event lacks item_id or output_index");
        }
        let at = match slots::find_slot(&self.slots, id, index, kind) {
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
        if let (Some(slot), Some(id)) = (self.slots.get_mut(at), id) {
            slot.learn_id(id);
        }
        Ok(at)
    }

    fn slot_for_part(
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
    fn part(
        &mut self,
        slot: usize,
        list: List,
        kind: PartKind,
        index: Option<u64>,
        event: &Event<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<usize, Error> {
        let Some(target) = self.slots.get_mut(slot) else { return Ok(0) };
        match slots::find_part(target, list, index, kind) {
            Match::Exact(at) => Ok(at),
            Match::Fallback(at) => {
                diagnostics.found(Rule::PartIndex, "an event names a part that was never announced");
                Ok(at)
            }
            Match::None => {
                diagnostics.found(Rule::PartIndex, "an event names a part that was never announced");
                target.parts.push(Part::new(list, kind, index));
                let at = target.parts.len() - 1;
                self.check_parts(slot, event)?;
                Ok(at)
            }
        }
    }

    fn part_mut(&mut self, slot: usize, part: usize) -> Option<&mut Part> {
        self.slots.get_mut(slot)?.parts.get_mut(part)
    }

    fn part_index(&self, event: &Event<'_>, list: List, diagnostics: &mut Diagnostics) -> Option<u64> {
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

    fn command_index(&self, event: &Event<'_>, stream: Stream, diagnostics: &mut Diagnostics) -> u64 {
        match stream {
            Stream::Command => event.index_of(Key::CommandIndex, diagnostics).unwrap_or_default(),
            _ => 0,
        }
    }

    fn new_slot(
        &mut self,
        kind: ItemKind,
        id: Option<&[u8]>,
        index: Option<u64>,
        event: &Event<'_>,
    ) -> Result<usize, Error> {
        within(self.slots.len() + 1, Limit::Items, self.limits.max_items, event)?;
        self.slots.push(Slot::new(kind, id, index, self.epoch));
        Ok(self.slots.len() - 1)
    }

    fn check_parts(&self, slot: usize, event: &Event<'_>) -> Result<(), Error> {
        let count = self.slots.get(slot).map_or(0, |slot| slot.parts.len().max(slot.fields.len()).max(slot.shell.len()));
        within(count, Limit::PartsPerItem, self.limits.max_parts_per_item, event)
    }

    /// Counts content towards the limit of one response.
    #[inline]
    fn hold(&mut self, bytes: usize, event: &Event<'_>) -> Result<(), Error> {
        self.bytes += bytes;
        within(self.bytes, Limit::ResponseBytes, self.limits.max_response_bytes, event)
    }

    /// Writes the response as of now, as JSON.
    ///
    /// Before any response object came it is a bare one, so that a partial result always has the same shape.
    pub fn write_snapshot(&self, id: Option<&str>, out: &mut Vec<u8>) {
        let streamed = self.streamed_output || self.slots_count_anyway();
        let slots = streamed.then_some(&*self.slots);
        if let Some(terminal) = &self.terminal {
            let failed = self.ended == Some(Outcome::Failed);
            let error = self.error.as_deref().filter(|_| failed && json::member(terminal, "error").is_none_or(is_null));
            match (slots.filter(|slots| !slots.is_empty()), error) {
                (None, None) => out.extend_from_slice(terminal),
                (slots, error) => snapshot::write_response(terminal, slots, &[("error", error)], out),
            }
            return;
        }
        let mut id_json = Vec::new();
        if let Some(id) = id {
            unescape::write_string(id, &mut id_json);
        }
        let ended = self.ended.map(|outcome| format!("\"{}\"", outcome.name()));
        let status = ended.as_ref().map(String::as_bytes);
        if self.base.is_empty() {
            let overrides = [
                ("id", (!id_json.is_empty()).then_some(&*id_json)),
                ("object", Some(&b"\"response\""[..])),
                ("status", status.or(Some(b"\"in_progress\""))),
            ];
            snapshot::write_response(b"{}", Some(&self.slots), &overrides, out);
        } else {
            snapshot::write_response(&self.base, Some(&self.slots), &[("status", status)], out);
        }
    }

    fn slots_count_anyway(&self) -> bool {
        self.terminal.is_none()
    }

    /// The text of the messages as of now.
    pub fn output_text(&self) -> String {
        match &self.terminal {
            Some(terminal) if !self.streamed_output => {
                let output = json::member(terminal, "output").map(|output| output.of(terminal));
                snapshot::text_of_output(output.unwrap_or_default())
            }
            _ => snapshot::output_text(&self.slots),
        }
    }

    /// The terminal response as the server sent it.
    pub fn terminal(&self) -> Option<&[u8]> {
        self.terminal.as_deref()
    }

    /// The server's error, normalised, as an `error` event or a failed response told it.
    pub fn error(&self) -> Option<Vec<u8>> {
        let failed = || {
            let terminal = self.terminal.as_deref()?;
            let error = json::member(terminal, "error").filter(|error| error.shape == Shape::Object)?;
            Some(error.of(terminal).to_vec())
        };
        self.error.clone().or_else(failed)
    }

    /// Whether anything of a response was received.
    pub fn has_response(&self) -> bool {
        !self.base.is_empty() || self.terminal.is_some() || !self.slots.is_empty()
    }

    /// The items in the order of the output, for readers of running tool calls.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        let slots: usize = self.slots.iter().map(Slot::heap_bytes).sum();
        let terminal = self.terminal.as_ref().map_or(0, Vec::capacity);
        let route = self.route.as_ref().map_or(0, |route| route.id.len());
        self.base.capacity() + terminal + slots + route + self.slots.capacity() * size_of::<Slot>()
    }
}

fn route_of(route: &Option<Route>) -> Option<(usize, usize)> {
    route.as_ref().map(|route| (route.slot, route.part))
}

fn is_null(value: json::Value) -> bool {
    value.shape == Shape::Null
}

/// The key under which a done event tells its text.
fn done_key(stream: Stream) -> Key {
    match stream {
        Stream::Refusal => Key::Refusal,
        Stream::Arguments | Stream::McpArguments => Key::Arguments,
        Stream::CustomInput => Key::Input,
        Stream::Code => Key::Code,
        Stream::Command => Key::Command,
        Stream::Diff => Key::Diff,
        _ => Key::Text,
    }
}

/// The elements of an array, without its brackets.
fn inner(array: &[u8]) -> &[u8] {
    let body = array.get(1..array.len().saturating_sub(1)).unwrap_or_default();
    body.trim_ascii()
}

/// Nothing more comes for an item: half characters that still wait are replaced.
fn finish_texts(slot: &mut Slot, diagnostics: &mut Diagnostics) {
    slot.parts.iter_mut().for_each(|part| part.text.finish(diagnostics));
    slot.fields.iter_mut().for_each(|field| field.text.finish(diagnostics));
    for output in &mut slot.shell {
        output.stdout.finish(diagnostics);
        output.stderr.finish(diagnostics);
    }
}

#[inline]
fn within(size: usize, limit: Limit, most: usize, event: &Event<'_>) -> Result<(), Error> {
    if size > most { Err(Error::Limit { limit, value: most, offset: event.offset }) } else { Ok(()) }
}
