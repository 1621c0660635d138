//! One text that a stream tells twice: piece by piece in deltas, and in full when it is done (rules R4, R6).

use std::borrow::Cow;
use std::sync::Arc;

use crate::diagnostics::{Diagnostics, Rule};
use crate::unescape::{self, Half};

/// A text as told so far.
#[derive(Debug, Clone, Default)]
pub struct Text {
    /// What the announcement already held. Some servers repeat it in the deltas.
    seed: String,
    /// Checked UTF-8: pieces come by the thousand, and the whole is read now and then.
    deltas: Vec<u8>,
    half: Half,
    revision: u32,
    /// How many bytes from the start readers of deltas have been told (rule R9).
    heard: u32,
    seed_heard: bool,
    streamed: bool,
    done: bool,
    /// The JSON string, with its quotes, in which the server told all of it: what repeats it needs no reading.
    literal: Option<Arc<[u8]>>,
}

impl Text {
    /// A text whose announcement already held something.
    pub fn announced(seed: String) -> Self {
        Self { seed, ..Self::default() }
    }

    /// A text that was told in full.
    pub fn told(full: String) -> Self {
        Self { deltas: full.into_bytes(), done: true, ..Self::default() }
    }

    /// One more piece: the body of a JSON string, and whether it has escapes.
    #[inline]
    pub fn delta(&mut self, body: &[u8], escaped: bool, diagnostics: &mut Diagnostics) {
        if self.done {
            self.literal = None;
            diagnostics.found(Rule::LateText, "a delta follows the text's done event");
        }
        self.reserve(body.len());
        self.streamed = true;
        if !escaped && !self.half.is_waiting() {
            self.deltas.extend_from_slice(body);
        } else if unescape::append(body, &mut self.deltas, &mut self.half) > 0 {
            diagnostics.found(Rule::LoneSurrogate, "half a surrogate pair was replaced by U+FFFD");
        }
        self.hear();
    }

    /// Readers of deltas have been told all of it.
    #[inline]
    fn hear(&mut self) {
        self.heard = u32::try_from(self.deltas.len()).unwrap_or(u32::MAX);
    }

    /// What readers of deltas have not been told yet, which they are now (rule R9): a text that no delta brought, or the
    /// rest of one of which deltas brought the beginning.
    pub fn hear_rest(&mut self) -> Option<String> {
        if self.deltas.is_empty() {
            let seed = Some(self.seed.clone()).filter(|seed| !seed.is_empty() && !self.seed_heard);
            self.seed_heard |= seed.is_some();
            return seed;
        }
        let rest = self.deltas.get(self.heard as usize..).filter(|rest| !rest.is_empty())?;
        let rest = unescape::checked(rest).into_owned();
        self.hear();
        Some(rest)
    }

    /// What the announcement held, for readers of the first delta, unless the deltas may still repeat it (rule R6). Should
    /// its done event tell that it was no part of the text, they have heard too much.
    pub fn hear_seed(&mut self) -> String {
        let seed = self.seed.as_bytes();
        if self.seed_heard || seed.starts_with(&self.deltas) || self.deltas.starts_with(seed) {
            return String::new();
        }
        self.seed_heard = true;
        self.seed.clone()
    }

    /// Whether readers of deltas have been told nothing of it.
    pub fn is_unheard(&self) -> bool {
        self.heard == 0 && !self.seed_heard
    }

    /// Another telling of a text: what readers were told of that they were told of this.
    #[must_use]
    pub fn heard_as(mut self, before: &Self) -> Self {
        self.hear_prefix(match before.deltas.get(..before.heard as usize) {
            Some(heard) if !heard.is_empty() => heard,
            _ if before.seed_heard => before.seed.as_bytes(),
            _ => b"",
        });
        self
    }

    /// Readers have been told this, of a text that should begin with it: they could not go on with another one.
    fn hear_prefix(&mut self, heard: &[u8]) {
        if self.deltas.starts_with(heard) {
            self.heard = u32::try_from(heard.len()).unwrap_or(u32::MAX);
        } else {
            self.hear();
        }
    }

    /// Doubles while small, grows little in the size of a usual answer and by a quarter beyond: thousands of live
    /// streams share one memory.
    #[inline]
    fn reserve(&mut self, more: usize) {
        let (length, room) = (self.deltas.len(), self.deltas.capacity());
        if room - length < more {
            let step = match room {
                0..1024 => room,
                1024..65536 => room / 16,
                _ => room / 4,
            };
            self.deltas.reserve_exact(more.max(step).max(16));
        }
    }

    /// The server's full telling (rule R4): it counts, unless it is less than what was streamed.
    pub fn done(&mut self, full: String, diagnostics: &mut Diagnostics) {
        let seed = std::mem::take(&mut self.seed);
        self.done = true;
        self.literal = None;
        if self.deltas.is_empty() {
            if full.is_empty() {
                self.deltas = seed.clone().into_bytes();
            } else {
                self.half = Half::default();
                self.deltas = full.into_bytes();
            }
            if self.seed_heard {
                self.hear_prefix(seed.as_bytes());
            }
            return;
        }
        let full = full.into_bytes();
        if full == self.deltas {
            if !seed.is_empty() {
                diagnostics.found(Rule::Seed, "the text of the announcement is repeated by the deltas");
            }
        } else if self.deltas.starts_with(&full) {
            diagnostics.found(Rule::Text, "the done text is shorter than the deltas");
            if !seed.is_empty() && !self.deltas.starts_with(seed.as_bytes()) {
                self.deltas.splice(0..0, seed.into_bytes());
                self.hear();
            }
            return;
        } else if !full.starts_with(&self.deltas) {
            if !is_join(&full, seed.as_bytes(), &self.deltas) {
                diagnostics.found(Rule::Text, "the done text differs from the deltas");
                self.revision = self.revision.wrapping_add(1);
            }
            self.deltas = full;
            self.hear();
        } else {
            self.deltas = full;
        }
        self.half = Half::default();
    }

    /// As [`Self::done`], for a full telling that is the body of a JSON string. Where it repeats the deltas, which is
    /// nearly always, nothing is copied; `literal` is that string with its quotes, if it has escapes.
    pub fn tell(&mut self, body: &[u8], literal: Option<Arc<[u8]>>, diagnostics: &mut Diagnostics) {
        if self.repeats(body) {
            self.done = true;
            self.literal = literal;
            return;
        }
        self.done(unescape::whole(body).0, diagnostics);
    }

    /// Whether the body of a JSON string says just what the deltas said.
    pub fn repeats(&self, body: &[u8]) -> bool {
        let known = self.literal.as_deref().and_then(unquoted) == Some(body);
        let plain = self.seed.is_empty() && !self.half.is_waiting() && !body.is_empty();
        known || plain && unescape::says(body, &self.deltas)
    }

    /// Writes the text as a JSON string, in the server's own spelling where that is at hand.
    pub fn write(&self, out: &mut Vec<u8>) {
        match &self.literal {
            Some(literal) => out.extend_from_slice(literal),
            None => unescape::write_string(&self.value(), out),
        }
    }

    /// Nobody will ask for the server's spelling again.
    pub fn forget_literal(&mut self) {
        self.literal = None;
    }

    /// The finished item's telling shows whether the announcement was part of the text (rule R6).
    pub fn weigh(&mut self, full: &str, diagnostics: &mut Diagnostics) {
        if !self.seed.is_empty() && !full.is_empty() && full.as_bytes() == self.deltas {
            diagnostics.found(Rule::Seed, "the text of the announcement is repeated by the deltas");
            self.seed = String::new();
        }
    }

    /// Whether the announcement held something that no done event has weighed yet.
    pub fn has_seed(&self) -> bool {
        !self.seed.is_empty()
    }

    /// Nothing more comes: half a character that still waits is replaced, and a seed that the deltas repeat goes.
    pub fn finish(&mut self, diagnostics: &mut Diagnostics) {
        if !self.seed.is_empty() && self.deltas.starts_with(self.seed.as_bytes()) {
            diagnostics.found(Rule::Seed, "the text of the announcement is repeated by the deltas");
            self.seed = String::new();
        }
        if unescape::finish(&mut self.deltas, &mut self.half) > 0 {
            diagnostics.found(Rule::LoneSurrogate, "half a surrogate pair was replaced by U+FFFD");
        }
    }

    /// Whether its last delta ended within a character, whose first half waits for the second.
    #[inline]
    pub fn is_cut(&self) -> bool {
        self.half.is_waiting()
    }

    /// How many bytes of text there are.
    #[inline]
    pub fn length(&self) -> usize {
        if self.seed.is_empty() { self.deltas.len() } else { self.value().len() }
    }

    /// Bytes that its deltas have brought.
    #[inline]
    pub fn streamed_bytes(&self) -> usize {
        self.deltas.len()
    }

    /// What they have brought behind the first `from` bytes.
    pub fn streamed_from(&self, from: usize) -> Cow<'_, str> {
        unescape::checked(self.deltas.get(from..).unwrap_or_default())
    }

    /// The text as of now.
    pub fn value(&self) -> Cow<'_, str> {
        if self.seed.is_empty() || self.deltas.starts_with(self.seed.as_bytes()) {
            unescape::checked(&self.deltas)
        } else if self.deltas.is_empty() {
            Cow::Borrowed(&self.seed)
        } else {
            Cow::Owned([&self.seed, &*unescape::checked(&self.deltas)].concat())
        }
    }

    /// How many bytes of text there are, and those behind `from`: for readers of a growing text without a seed.
    pub fn since(&self, from: usize) -> (usize, Cow<'_, str>) {
        if !self.seed.is_empty() {
            let value = self.value();
            return (value.len(), Cow::Owned(value.get(from..).unwrap_or_default().to_owned()));
        }
        (self.deltas.len(), unescape::checked(self.deltas.get(from..).unwrap_or_default()))
    }

    /// How often the text was replaced by one that does not continue it; a reader of the same revision has only to read
    /// on. True of texts without a seed, which those of items are.
    pub fn revision(&self) -> u32 {
        self.revision
    }

    /// Whether a delta or a done event has told anything of it.
    pub fn is_told(&self) -> bool {
        self.streamed || self.done
    }

    /// Whether its done event has come.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Whether there is any text.
    pub fn is_empty(&self) -> bool {
        self.seed.is_empty() && self.deltas.is_empty()
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        let literal = self.literal.as_ref().map_or(0, |literal| literal.len());
        self.seed.capacity() + self.deltas.capacity() + literal
    }
}

/// A JSON string without its quotes.
fn unquoted(literal: &[u8]) -> Option<&[u8]> {
    literal.get(1..literal.len().checked_sub(1)?)
}

fn is_join(full: &[u8], seed: &[u8], deltas: &[u8]) -> bool {
    full.strip_prefix(seed).is_some_and(|rest| rest == deltas)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn told(seed: &str, deltas: &[&str], full: Option<&str>) -> (String, Vec<&'static str>) {
        let mut diagnostics = Diagnostics::default();
        let mut text = Text::announced(seed.into());
        for delta in deltas {
            text.delta(delta.as_bytes(), true, &mut diagnostics);
        }
        if let Some(full) = full {
            text.done(full.into(), &mut diagnostics);
        }
        (text.value().into_owned(), diagnostics.counts().map(|(rule, _)| rule.id()).collect())
    }

    #[test]
    fn the_done_text_counts_unless_it_is_less() {
        assert_eq!(told("", &["a", "b"], Some("ab")), ("ab".into(), vec![]));
        assert_eq!(told("", &[], Some("ab")), ("ab".into(), vec![]));
        assert_eq!(told("", &["a"], Some("ab")), ("ab".into(), vec![]));
        assert_eq!(told("", &["a", "b"], Some("a")), ("ab".into(), vec!["R4"]));
        assert_eq!(told("", &["a", "b"], Some("")), ("ab".into(), vec!["R4"]));
        assert_eq!(told("", &["{}"], Some("{\"a\":1}")), ("{\"a\":1}".into(), vec!["R4"]));
    }

    #[test]
    fn the_servers_spelling_is_written_until_the_text_changes() {
        let written = |text: &Text| {
            let mut json = Vec::new();
            text.write(&mut json);
            String::from_utf8(json).unwrap()
        };
        let mut diagnostics = Diagnostics::default();
        let literal = r#""caf\u00e9\n""#;
        let body = &literal.as_bytes()[1..literal.len() - 1];
        let mut text = Text::default();
        text.delta(body, true, &mut diagnostics);
        assert_eq!(written(&text), "\"café\\n\"");
        text.tell(body, Some(literal.as_bytes().into()), &mut diagnostics);
        assert_eq!(written(&text), literal);
        assert!(text.repeats(body) && text.repeats("café\\n".as_bytes()) && !text.repeats(b"caf"));
        text.delta(b"!", false, &mut diagnostics);
        assert_eq!(written(&text), "\"café\\n!\"");
        text.tell(b"other", Some(br#""other""#[..].into()), &mut diagnostics);
        assert_eq!(written(&text), "\"other\"");
    }

    #[test]
    fn a_seed_is_neither_lost_nor_doubled() {
        assert_eq!(told("He", &[], None), ("He".into(), vec![]));
        assert_eq!(told("He", &["He", "llo"], None), ("Hello".into(), vec![]));
        assert_eq!(told("He", &["llo"], None), ("Hello".into(), vec![]));
        assert_eq!(told("He", &["He", "llo"], Some("Hello")), ("Hello".into(), vec!["R6"]));
        assert_eq!(told("He", &["llo"], Some("Hello")), ("Hello".into(), vec![]));
        assert_eq!(told("He", &[], Some("")), ("He".into(), vec![]));
    }
}
