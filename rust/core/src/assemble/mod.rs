//! The fold: events in, the response as of now out (rules R1-R11).
//!
//! The files: [`fold`](self) holds the state and the table below; `items` opens and closes items and parts, `texts`
//! grows them, `late` keeps what no delta brought, `moments` what a text was at each, `target` finds the one that an
//! event means, `ending` weighs the terminal response and reads the result, `arguments` reads those of running tool calls.
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

mod arguments;
mod ending;
mod fold;
mod items;
mod late;
mod moments;
mod target;
mod texts;

pub use arguments::{Arguments, Bookmark, Call};
pub use fold::Fold;
pub use moments::Moment;

use crate::decoder::Decoder;
use crate::error::Error;
use crate::limits::Limits;

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
