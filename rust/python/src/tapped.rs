//! What a reader holds that is a tap.

use or_stream_core::assemble::Fold;
use or_stream_core::decoder::{Decoder, Event, Sink};
use or_stream_core::diagnostics::Diagnostics;
use or_stream_core::error::Error;
use or_stream_core::tap::{Arrivals, Tap};

/// What a tap knows beside what its reader knows.
#[derive(Default)]
pub(crate) struct Tapped {
    pub(crate) facts: Tap,
    /// Why the rest of the stream passes unread.
    pub(crate) fault: Option<Error>,
}

impl Tapped {
    /// Reads what was put off.
    pub(crate) fn catch_up(&mut self, arrivals: &mut Arrivals, decoder: &mut Decoder, mut fold: Option<&mut Fold>) {
        let facts = &mut self.facts;
        let result = arrivals.read(|chunk, time| {
            facts.read_as_of(time, chunk);
            decoder.feed(chunk, &mut Tee(facts, fold.as_deref_mut()))
        });
        self.keep(result);
    }

    /// An error of the stream ends the reading, and nothing else.
    pub(crate) fn keep(&mut self, result: Result<(), Error>) {
        if let Err(error) = result {
            self.fault.get_or_insert(error);
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        size_of::<Self>() + self.facts.heap_bytes()
    }
}

/// The facts, and the response too where its items are wanted.
pub(crate) struct Tee<'a>(pub(crate) &'a mut Tap, pub(crate) Option<&'a mut Fold>);

impl Sink for Tee<'_> {
    #[inline]
    fn event(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        self.0.event(event, diagnostics)?;
        match &mut self.1 {
            Some(fold) => fold.event(event, diagnostics),
            None => Ok(()),
        }
    }

    fn finish(&mut self, diagnostics: &mut Diagnostics) {
        if let Some(fold) = &mut self.1 {
            fold.finish(diagnostics);
        }
    }
}
