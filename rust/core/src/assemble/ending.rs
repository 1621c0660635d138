//! The end: whose telling of the response counts (rule R7), and the result at any moment.

use super::OutputSource;
use super::fold::Fold;
use super::items::finish_texts;
use crate::agreement;
use crate::decoder::Event;
use crate::diagnostics::{Diagnostics, Rule};
use crate::error::Error;
use crate::json::{self, Shape};
use crate::lifecycle::Outcome;
use crate::slots::{self, Slot};
use crate::snapshot;
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
        let response = event.response().unwrap_or_default();
        self.hold(response.len(), event)?;
        self.ended = Some(outcome);
        if response.is_empty() {
            return Ok(());
        }
        self.streamed_output = self.choose_streamed(response, diagnostics);
        self.terminal = Some(response.to_vec());
        Ok(())
    }

    /// Whether the streamed items are the output, and not the terminal's (rule R7).
    pub(super) fn choose_streamed(&self, response: &[u8], diagnostics: &mut Diagnostics) -> bool {
        if self.slots.is_empty() {
            return false;
        }
        let output = json::first_member(response, "output").map(|output| output.of(response)).unwrap_or_default();
        let count = json::elements(output).count();
        let shorter = count < self.slots.len();
        if shorter {
            diagnostics.found(Rule::Output, "the terminal output has fewer items than were streamed");
        } else if count > self.slots.len() {
            diagnostics.found(Rule::Output, "the terminal output has more items than were streamed");
        } else if self.contradicts(output) {
            diagnostics.found(Rule::Output, "the terminal output differs from what was streamed");
        }
        match self.source {
            OutputSource::Auto => shorter,
            OutputSource::Terminal => false,
            OutputSource::Stream => true,
        }
    }

    pub(super) fn contradicts(&self, output: &[u8]) -> bool {
        let ordered = slots::in_order(&self.slots);
        json::elements(output).zip(ordered).any(|(item, slot)| {
            // Most servers repeat the finished item to the byte, and equal bytes do not contradict each other.
            if !slot.open && !slot.late && item.of(output) == slot.json {
                return false;
            }
            let mut streamed = Vec::new();
            snapshot::write_item(slot, &mut streamed);
            agreement::differ(&streamed, item.of(output))
        })
    }
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
            let error = self.error.as_deref().filter(|_| failed && json::member(terminal, "error").is_none_or(is_null));
            snapshot::write_response(terminal, &self.base, slots, &[("error", error)], out);
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
            snapshot::write_response(b"{}", b"", Some(&self.slots), &overrides, out);
        } else {
            snapshot::write_response(&self.base, b"", Some(&self.slots), &[("status", status)], out);
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
        snapshot::write_response(&told, b"", None, &[("status", Some(&*quoted))], out);
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
}

fn is_null(value: json::Value) -> bool {
    value.shape == Shape::Null
}
