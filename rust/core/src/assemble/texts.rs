//! Texts: grown by deltas, told in full by done events (rules R3, R4).

use super::fold::Fold;
use super::target::{Route, command_index, part_index};
use crate::decoder::Event;
use crate::diagnostics::{Diagnostics, Rule};
use crate::envelope::Key;
use crate::error::Error;
use crate::json::{self, Shape};
use crate::kind::Stream;
use crate::slots::{ItemKind, PartKind};
use crate::unescape;

impl Fold {
    /// One delta. Events of one text come in long runs, so the last target is tried first.
    #[inline]
    pub(super) fn delta(
        &mut self,
        event: &Event<'_>,
        stream: Stream,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Error> {
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
        {
            let target = (route.slot, route.part);
            return self.grow(event, target, body, diagnostics);
        }
        self.routed_delta(event, stream, body, diagnostics)
    }

    pub(super) fn routed_delta(
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
                    let index = command_index(event, stream, diagnostics);
                    if let Some(slot) = self.slots.get_mut(at) {
                        slot.tell_field(stream, index, |text| text.delta(body, diagnostics));
                    }
                    return self.check_parts(at, event);
                };
                let part_index = part_index(event, list, diagnostics);
                let place = self.part(at, list, kind, part_index, event, diagnostics)?;
                if diagnostics.total() == findings {
                    self.remember(event, stream, part_index, at, place, diagnostics);
                }
                return self.grow(event, (at, place), body, diagnostics);
            }
        }
        Ok(())
    }

    /// Keeps the way of an event that was in perfect order; any other event forgets it.
    pub(super) fn remember(
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

    /// Puts a delta where it belongs, and its log probabilities behind those of the deltas before it.
    #[inline]
    fn grow(
        &mut self,
        event: &Event<'_>,
        (slot, part): (usize, usize),
        body: &[u8],
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Error> {
        let value = event.fields.get(Key::Logprobs);
        let has_logprobs = value.shape == Shape::Array && !value.is_empty(event.text);
        let elements = if has_logprobs { inner(value.of(event.text)) } else { b"" };
        self.hold(elements.len(), event)?;
        let Some(part) = self.part_mut(slot, part) else { return Ok(()) };
        part.text.delta(body, diagnostics);
        if has_logprobs {
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

    pub(super) fn done(
        &mut self,
        event: &Event<'_>,
        stream: Stream,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Error> {
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
        let part_index = part_index(event, list, diagnostics);
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

    pub(super) fn field_done(
        &mut self,
        event: &Event<'_>,
        stream: Stream,
        at: usize,
        full: String,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Error> {
        let index = command_index(event, stream, diagnostics);
        let name = json::member(event.text, "name").filter(|name| name.string_body(event.text).is_some());
        if let Some(slot) = self.slots.get_mut(at) {
            slot.tell_field(stream, index, |text| text.done(full, diagnostics));
            if let (true, Some(name)) = (slot.synthesized, name) {
                slot.name = name.of(event.text).to_vec();
            }
        }
        self.check_parts(at, event)
    }

    pub(super) fn shell_done(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
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
