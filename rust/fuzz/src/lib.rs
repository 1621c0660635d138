//! What the fuzz targets share: how an input is cut into settings, chunks and body, and what a decoder told.

use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash, Hasher};

use or_stream_core::decoder::{Decoder, Event, Sink};
use or_stream_core::diagnostics::{Diagnostic, Diagnostics};
use or_stream_core::error::Error;
use or_stream_core::lifecycle::Outcome;
use or_stream_core::limits::Limits;

/// One input: four chunk lengths, one byte of settings, then the body.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Of the chunks, in turn.
    pub lengths: [u8; 4],
    /// Settings.
    pub mode: u8,
    /// What the target reads.
    pub body: &'a [u8],
}

impl<'a> Input<'a> {
    /// Takes an input apart; None for one without a body.
    pub fn of(data: &'a [u8]) -> Option<Self> {
        let (head, body) = data.split_first_chunk::<5>()?;
        let [lengths @ .., mode] = *head;
        Some(Self { lengths, mode, body })
    }

    /// The body in chunks of the four lengths, in turn.
    pub fn chunks(self) -> impl Iterator<Item = &'a [u8]> {
        let mut lengths = self.lengths.into_iter().map(|length| usize::from(length).max(1)).cycle();
        let mut rest = self.body;
        std::iter::from_fn(move || {
            let length = lengths.next()?.min(rest.len());
            let (chunk, after) = rest.split_at(length);
            rest = after;
            (!chunk.is_empty()).then_some(chunk)
        })
    }

    /// One switch of the settings.
    pub fn is_set(self, bit: u8) -> bool {
        self.mode >> bit & 1 == 1
    }

    /// Whether the reader stops at the first finding.
    pub fn strict(self) -> bool {
        self.is_set(0)
    }

    /// Limits that a small body can cross, or the defaults.
    pub fn limits(self) -> Limits {
        if !self.is_set(1) {
            return Limits::default();
        }
        Limits {
            max_line_bytes: 160,
            max_event_bytes: 150,
            max_response_bytes: 400,
            max_items: 2,
            max_parts_per_item: 2,
            max_annotations_per_part: 1,
            max_json_depth: 5,
            max_number_digits: 5,
            max_id_bytes: 3,
            max_event_name_bytes: 30,
        }
    }
}

/// A sink that remembers what it is told: by its hash, which is quick, or in words, to show a difference.
#[derive(Debug, Default)]
pub struct Seen {
    hash: DefaultHasher,
    in_words: Option<Vec<String>>,
}

impl Sink for Seen {
    fn event(&mut self, event: &Event<'_>, _: &mut Diagnostics) -> Result<(), Error> {
        let Event { kind, spelling, raw, text, fields, terminal, index, sequence_number, offset, fault, .. } = event;
        let fault = fault.map(|fault| (fault.reason as u8, fault.at));
        let terminal = terminal.map(|outcome| outcome.name());
        (*kind as u8, spelling, raw, text, terminal, index, sequence_number, offset, fault).hash(&mut self.hash);
        for (key, value) in fields.present() {
            (key as u8, value.start, value.end, value.shape as u8).hash(&mut self.hash);
        }
        if let Some(words) = &mut self.in_words {
            let values: Vec<_> = fields.present().collect();
            let (raw, text) = (String::from_utf8_lossy(raw), String::from_utf8_lossy(text));
            let numbers = format!("{index} {sequence_number:?} {offset} {fault:?} {terminal:?}");
            words.push(format!("{kind:?} {spelling} {numbers} {raw:?} {text:?} {values:?}"));
        }
        Ok(())
    }
}

/// Checks that two ways of reading tell the same; `read` gets a sink and an oracle or the way in question.
pub fn same<T: PartialEq + Debug>(what: &str, read: impl Fn(&mut Seen, bool) -> T) {
    let told = |oracle: bool, in_words: bool| {
        let mut seen = Seen { in_words: in_words.then(Vec::new), ..Seen::default() };
        let standing = read(&mut seen, oracle);
        (seen.hash.finish(), standing, seen.in_words)
    };
    if told(true, false) != told(false, false) {
        assert_eq!(told(false, true), told(true, true), "{what}");
    }
}

/// What a decoder noticed and where it stands.
pub type Standing = (Vec<Diagnostic>, String, Option<u64>, u64, Option<&'static str>, Option<String>, u64, u64);

/// What a decoder noticed and where it stands. How many bytes a reader takes that has died depends on the cutting.
pub fn standing(decoder: &Decoder) -> Standing {
    let (framer, life) = (decoder.framer(), decoder.lifecycle());
    (
        decoder.diagnostics().kept().to_vec(),
        String::from_utf8_lossy(framer.last_event_id()).into_owned(),
        framer.retry(),
        framer.comments(),
        life.outcome().map(Outcome::name),
        life.response_id().map(str::to_owned),
        decoder.events(),
        decoder.blanks(),
    )
}
