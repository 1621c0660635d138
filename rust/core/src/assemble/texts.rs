//! Texts: grown by deltas, told in full by done events (rules R3, R4).

use std::sync::Arc;

use super::fold::Fold;
use super::target::{Place, Route, part_index};
use crate::decoder::Event;
use crate::diagnostics::{Diagnostics, Rule};
use crate::envelope::Key;
use crate::error::Error;
use crate::json::{self, Shape};
use crate::kind::Stream;
use crate::slots::{self, ItemKind, PartKind, inner};
use crate::text::Text;
use crate::unescape;

/// The body of a JSON string that tells a text in full, and the string itself where it has escapes.
type Told<'a> = (&'a [u8], Option<Arc<[u8]>>);

impl Fold {
    /// One delta. Events of one text come in long runs of one layout, and only the first of a run is looked up.
    #[inline]
    pub(super) fn delta(
        &mut self,
        event: &Event<'_>,
        stream: Stream,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Error> {
        let Some(body) = event.string(Key::Delta) else { return self.odd_delta(event, stream, diagnostics) };
        self.hold(body.len(), event)?;
        if let Some(Route { layout, slot, place }) = self.route
            && event.layout == Some(layout)
        {
            return self.grow(event, slot, place, body, diagnostics);
        }
        self.routed_delta(event, stream, body, diagnostics)
    }

    #[inline(never)]
    fn routed_delta(
        &mut self,
        event: &Event<'_>,
        stream: Stream,
        body: &[u8],
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Error> {
        self.route = None;
        self.grown = None;
        match stream {
            Stream::Audio => self.spoken.get_or_insert_default().audio.delta(body, true, diagnostics),
            Stream::Transcript => self.spoken.get_or_insert_default().transcript.delta(body, true, diagnostics),
            _ => {
                let findings = diagnostics.total();
                let slot = self.slot(event, ItemKind::for_stream(stream), diagnostics)?;
                if let Some(target) = self.slots.get_mut(slot).filter(|slot| !slot.open) {
                    diagnostics.found(Rule::LateText, "a delta follows its finished item");
                    if !target.late {
                        target.reopen();
                    }
                }
                let place = self.place(event, slot, stream, diagnostics)?;
                if let (Some(layout), true) = (event.layout, diagnostics.total() == findings) {
                    self.route = Some(Route { layout, slot, place });
                }
                self.grown = Some((slot, place));
                return self.grow(event, slot, place, body, diagnostics);
            }
        }
        Ok(())
    }

    /// The part or the item's own text that a stream grows, made where it is missing.
    fn place(
        &mut self,
        event: &Event<'_>,
        slot: usize,
        stream: Stream,
        diagnostics: &mut Diagnostics,
    ) -> Result<Place, Error> {
        if let Some((list, kind)) = PartKind::for_stream(stream) {
            let index = part_index(event, list, diagnostics);
            return self.part(slot, list, kind, index, event, diagnostics).map(Place::Part);
        }
        let index = if stream == Stream::Command { self.command_index(event, slot, stream, diagnostics) } else { 0 };
        let field = self.slots.get_mut(slot).map_or(0, |slot| slot.field_at(stream, index));
        self.check_parts(slot, event)?;
        Ok(Place::Field(field))
    }

    /// Puts a delta where it belongs, and its log probabilities behind those of the deltas before it.
    #[inline]
    fn grow(
        &mut self,
        event: &Event<'_>,
        slot: usize,
        place: Place,
        body: &[u8],
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Error> {
        let Some(target) = self.slots.get_mut(slot) else { return Ok(()) };
        let escaped = event.fields.get(Key::Delta).shape == Shape::Escaped;
        match place {
            Place::Field(at) => {
                if let Some(field) = target.fields.get_mut(at) {
                    field.text.delta(body, escaped, diagnostics);
                }
                Ok(())
            }
            Place::Part(at) => {
                if let Some(part) = target.parts.get_mut(at) {
                    let (cut, before) = (part.text.is_cut(), part.text.streamed_bytes());
                    part.text.delta(body, escaped, diagnostics);
                    if cut || part.text.is_cut() || before == 0 && part.text.has_seed() {
                        self.late_delta(event, slot, at, before);
                    }
                }
                let logprobs = event.fields.get(Key::Logprobs);
                if logprobs.shape != Shape::Array || logprobs.is_empty(event.text) {
                    return Ok(());
                }
                self.grow_logprobs(event, slot, at, inner(logprobs.of(event.text)))
            }
        }
    }

    fn grow_logprobs(&mut self, event: &Event<'_>, slot: usize, part: usize, elements: &[u8]) -> Result<(), Error> {
        self.hold(elements.len(), event)?;
        if let Some(part) = self.part_mut(slot, part) {
            if !part.logprobs.is_empty() {
                part.logprobs.push(b',');
            }
            part.logprobs.extend_from_slice(elements);
        }
        Ok(())
    }

    /// A delta that is no string: shell output is an object, null is nothing (rule E15).
    #[cold]
    pub(super) fn odd_delta(
        &mut self,
        event: &Event<'_>,
        stream: Stream,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Error> {
        self.route = None;
        self.grown = None;
        let Some(delta) = event.object(Key::Delta).filter(|_| stream == Stream::ShellOutput) else { return Ok(()) };
        self.hold(delta.len(), event)?;
        let at = self.slot(event, ItemKind::ShellCallOutput, diagnostics)?;
        let index = self.command_index(event, at, stream, diagnostics);
        if let Some(slot) = self.slots.get_mut(at) {
            if !slot.open {
                diagnostics.found(Rule::LateText, "a delta follows its finished item");
                if !slot.late {
                    slot.reopen();
                }
            }
            slot.tell_shell(index, |output| {
                output.go_on();
                for (key, text) in [("stdout", &mut output.stdout), ("stderr", &mut output.stderr)] {
                    if let Some(body) = json::member(delta, key).and_then(|piece| piece.string_body(delta)) {
                        text.delta(body, true, diagnostics);
                    }
                }
            });
        }
        self.check_parts(at, event)
    }

    pub(super) fn done(
        &mut self,
        event: &Event<'_>,
        stream: Stream,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Error> {
        if stream == Stream::ShellOutput {
            return self.shell_done(event, diagnostics);
        }
        let Some(body) = event.string(Key::telling(stream)) else { return Ok(()) };
        self.hold(body.len(), event)?;
        if unescape::has_lone_half(body) {
            diagnostics.found(Rule::LoneSurrogate, "half a surrogate pair was replaced by U+FFFD");
        }
        let at = self.slot(event, ItemKind::for_stream(stream), diagnostics)?;
        let closed = self.settle(at);
        let place = self.place(event, at, stream, diagnostics)?;
        if closed {
            // A finished item has the last word (rule R5).
            if self.text_at(at, place).is_some_and(|text| text.value() != unescape::whole(body).0) {
                diagnostics.found(Rule::Text, "the done text differs from its finished item");
            }
            return Ok(());
        }
        // A text without escapes is written as it was told anyway.
        let told = event.fields.get(Key::telling(stream));
        let literal = (told.shape == Shape::Escaped).then(|| {
            let string = told.of(event.text);
            event.kept(string).unwrap_or_else(|| Arc::from(string))
        });
        match place {
            Place::Part(place) => self.part_told(event, at, place, (body, literal), diagnostics),
            Place::Field(place) => self.field_told(event, at, place, (body, literal), diagnostics),
        }
        Ok(())
    }

    /// Whether an item is finished and nothing was streamed into it since; then its texts are as it told them.
    pub(super) fn settle(&mut self, slot: usize) -> bool {
        let Some(slot) = self.slots.get_mut(slot).filter(|slot| !slot.open && !slot.late) else { return false };
        slot.settle();
        true
    }

    pub(super) fn text_at(&self, slot: usize, place: Place) -> Option<&Text> {
        let slot = self.slots.get(slot)?;
        match place {
            Place::Part(at) => slot.parts.get(at).map(|part| &part.text),
            Place::Field(at) => slot.fields.get(at).map(|field| &field.text),
        }
    }

    fn part_told(
        &mut self,
        event: &Event<'_>,
        at: usize,
        place: usize,
        (body, literal): Told<'_>,
        diagnostics: &mut Diagnostics,
    ) {
        let logprobs = event.fields.get(Key::Logprobs);
        if let Some(part) = self.part_mut(at, place) {
            part.text.tell(body, literal, diagnostics);
            if logprobs.shape == Shape::Array && !logprobs.is_empty(event.text) {
                part.logprobs = inner(logprobs.of(event.text)).to_vec();
            }
        }
        self.late_part(event, at, place);
    }

    fn field_told(
        &mut self,
        event: &Event<'_>,
        at: usize,
        place: usize,
        (body, literal): Told<'_>,
        diagnostics: &mut Diagnostics,
    ) {
        let Some(slot) = self.slots.get_mut(at) else { return };
        if let Some(field) = slot.fields.get_mut(place) {
            field.text.tell(body, literal, diagnostics);
        }
        // An item that was announced without a name has it from here or from nowhere.
        if let Some(name) = json::member(event.text, "name").filter(|name| name.string_body(event.text).is_some()) {
            slot.name = name.of(event.text).to_vec();
            slot.json = slots::with_name(&slot.json, &slot.name);
        }
    }

    pub(super) fn shell_done(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        let output = event.fields.get(Key::Output);
        if output.shape != Shape::Array {
            return Ok(());
        }
        let entries = inner(output.of(event.text)).to_vec();
        self.hold(entries.len(), event)?;
        let at = self.slot(event, ItemKind::ShellCallOutput, diagnostics)?;
        let index = self.command_index(event, at, Stream::ShellOutput, diagnostics);
        if let Some(slot) = self.slots.get_mut(at).filter(|slot| slot.open || slot.late) {
            slot.tell_shell(index, |output| output.tell(entries, diagnostics));
        }
        self.check_parts(at, event)
    }
}
