//! The end: whose telling of the response counts (rule R7), and the result at any moment.

use std::borrow::Cow;

use super::OutputSource;
use super::fold::Fold;
use super::items::finish_texts;
use crate::agreement;
use crate::decoder::Event;
use crate::diagnostics::{Diagnostics, Rule};
use crate::error::Error;
use crate::json::{self, Shape, Told};
use crate::lifecycle::Outcome;
use crate::slots::{self, ItemKind, Slot};
use crate::snapshot::{self, Telling};
use crate::unescape;

impl Fold {
    pub(super) fn end(
        &mut self,
        event: &Event<'_>,
        outcome: Outcome,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Error> {
        for slot in &mut self.slots {
            finish_texts(slot, diagnostics);
        }
        let response = event.response().unwrap_or(Told::plain(b""));
        self.hold(response.text.len(), event)?;
        self.ended = Some(outcome);
        if response.text.is_empty() {
            return Ok(());
        }
        let same = self.choose_output(response, diagnostics);
        self.late_end(event, Some(response).filter(|_| !same && !self.streamed_output));
        self.terminal = Some(response.text.to_vec());
        Ok(())
    }

    /// Decides whether the streamed items are the output, or the terminal's (rule R7). Returns whether they are the same.
    fn choose_output(&mut self, response: Told<'_>, diagnostics: &mut Diagnostics) -> bool {
        if self.slots.is_empty() {
            self.streamed_output = false;
            return false;
        }
        let output = response.first("output").map(|output| output.of(response.text)).unwrap_or_default();
        let items: Vec<&[u8]> = json::elements(output).map(|item| item.of(output)).collect();
        let count = items.len();
        let shorter = count < self.slots.len();
        let comparison = if shorter { Comparison::Differs } else { self.compare(&items) };
        let silent = comparison == Comparison::Silent;
        if shorter {
            diagnostics.found(Rule::Output, "the terminal output has fewer items than were streamed");
        } else if count > self.slots.len() {
            diagnostics.found(Rule::Output, "the terminal output has more items than were streamed");
        } else if silent || comparison == Comparison::Differs {
            diagnostics.found(Rule::Output, "the terminal output differs from what was streamed");
        }
        if silent && self.source == OutputSource::Auto {
            self.finish_by(&items);
        }
        self.streamed_output = match self.source {
            OutputSource::Auto => shorter || silent && count == self.slots.len(),
            OutputSource::Terminal => false,
            OutputSource::Stream => true,
        };
        comparison == Comparison::Same && count == self.slots.len()
    }

    /// The terminal's items finish the streamed ones, which keep what is empty there (rule R5).
    fn finish_by(&mut self, items: &[&[u8]]) {
        for (at, item) in slots::order(&self.slots).into_iter().zip(items) {
            if let Some(slot) = self.slots.get_mut(at) {
                slot.finish(slots::with_identity(item, slot));
            }
        }
    }

    fn compare(&self, items: &[&[u8]]) -> Comparison {
        let (mut same, mut same_kinds, mut silent) = (true, true, false);
        let mut streamed = Vec::new();
        for (item, slot) in items.iter().zip(slots::in_order(&self.slots)) {
            streamed.clear();
            streamed.reserve(item.len());
            snapshot::write_item(slot, &mut streamed);
            if streamed == *item {
                continue;
            }
            same = false;
            if agreement::differ(&streamed, item) {
                return Comparison::Differs;
            }
            same_kinds &= ItemKind::told(item) == Some(slot.kind);
            silent |= agreement::leaves_out(&streamed, item);
        }
        match (same, same_kinds && silent) {
            (true, _) => Comparison::Same,
            (_, true) => Comparison::Silent,
            _ => Comparison::Agrees,
        }
    }
}

/// What the terminal's items are beside the streamed ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    /// The same, byte for byte.
    Same,
    /// Other tellings of the same.
    Agrees,
    /// The same items, of which one is empty where something was streamed.
    Silent,
    /// Something else.
    Differs,
}

impl Fold {
    /// Writes the response as of now, as JSON.
    ///
    /// Before any response object came it is a bare one, so that a partial result always has the same shape.
    pub fn write_snapshot(&self, id: Option<&str>, out: &mut Vec<u8>) {
        let status = self.ended.map(|outcome| format!("\"{}\"", outcome.name()));
        let status = status.as_ref().map(String::as_bytes);
        if let Some(terminal) = &self.terminal {
            let slots = Some(&*self.slots).filter(|slots| self.streamed_output && !slots.is_empty());
            let failed = self.ended == Some(Outcome::Failed);
            let terminal = Telling::read(terminal);
            let error = self.error.as_deref().filter(|_| failed && terminal.shape("error") == Shape::Null);
            let silent = !matches!(terminal.shape("status"), Shape::Plain | Shape::Escaped);
            let overrides = [("status", status.filter(|_| silent)), ("error", error)];
            let slots = slots.or(Some(&[][..]).filter(|_| terminal.shape("output") == Shape::Null));
            snapshot::write_response(terminal, self.base.latest_first(), slots, &overrides, out);
        } else if self.base.is_empty() {
            let id = id.map(|id| {
                let mut json = Vec::new();
                unescape::write_string(id, &mut json);
                json
            });
            let overrides = [
                ("id", id.as_deref()),
                ("object", Some(&b"\"response\""[..])),
                ("status", status.or(Some(b"\"in_progress\""))),
            ];
            snapshot::write_response(Telling::default(), [], Some(&self.slots), &overrides, out);
        } else {
            let mut tellings = self.base.latest_first();
            let latest = Telling::latest(&mut tellings);
            snapshot::write_response(latest, tellings, Some(&self.slots), &[("status", status)], out);
        }
    }

    /// Writes the response as of now with the status that it shall have, unless the server has ended it.
    pub fn write_partial(&self, id: Option<&str>, status: &str, out: &mut Vec<u8>) {
        if self.ended.is_some() {
            return self.write_snapshot(id, out);
        }
        let (mut told, mut quoted) = (Vec::new(), Vec::new());
        self.write_snapshot(id, &mut told);
        unescape::write_string(status, &mut quoted);
        snapshot::write_response(Telling::read(&told), [], None, &[("status", Some(&*quoted))], out);
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

    /// The sound so far, as the base64 texts of its deltas behind each other.
    pub fn audio(&self) -> Cow<'_, str> {
        self.spoken.as_ref().map(|spoken| spoken.audio.value()).unwrap_or_default()
    }

    /// What the sound so far says.
    pub fn transcript(&self) -> Cow<'_, str> {
        self.spoken.as_ref().map(|spoken| spoken.transcript.value()).unwrap_or_default()
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
}
