//! When each event of a stream came and how much it brought: columns of numbers, 17 bytes an event and 12 a chunk.

use crate::decoder::{Event, Sink};
use crate::diagnostics::Diagnostics;
use crate::envelope::Key;
use crate::error::Error;
use crate::kind::{Kind, Role};
use crate::tap::Tap;
use crate::unescape;

/// One entry an event, in order of arrival. All columns have the same length.
#[derive(Debug, Default)]
pub struct Columns {
    /// The chunk that completed the event, counted from 0: events of one chunk came together, at its time.
    pub chunks: Vec<u32>,
    /// The kind, as its place in [`Kind::ALL`].
    pub kinds: Vec<u8>,
    /// The item; -1 where the event names none.
    pub items: Vec<i32>,
    /// Bytes of the delta, unescaped; 0 for all other events. Late text of a `done` event is no delta.
    pub bytes: Vec<u32>,
    /// Characters (Unicode code points) of the same.
    pub characters: Vec<u32>,
}

/// When the chunks themselves came, with or without events.
#[derive(Debug, Default)]
pub struct Chunks {
    /// In nanoseconds of the caller's clock.
    pub times: Vec<u64>,
    /// Bytes of the chunk.
    pub sizes: Vec<u32>,
}

/// The times of one stream, and the facts that a [`Tap`] reads.
#[derive(Debug, Default)]
pub struct Timeline {
    tap: Tap,
    events: Columns,
    chunks: Chunks,
}

impl Sink for Timeline {
    #[inline]
    fn event(&mut self, event: &Event<'_>, diagnostics: &mut Diagnostics) -> Result<(), Error> {
        self.tap.event(event, diagnostics)?;
        let delta = match event.kind.role() {
            Role::Delta(_) => event.string(Key::Delta).unwrap_or_default(),
            _ => b"",
        };
        let (bytes, characters) = unescape::measure(delta);
        let item = event.index_of(Key::OutputIndex, diagnostics).and_then(|index| i32::try_from(index).ok());
        let columns = &mut self.events;
        columns.chunks.push(narrow(self.chunks.times.len().saturating_sub(1)));
        columns.kinds.push(event.kind as u8);
        columns.items.push(item.unwrap_or(-1));
        columns.bytes.push(narrow(bytes));
        columns.characters.push(narrow(characters));
        Ok(())
    }
}

impl Timeline {
    /// Takes note of a chunk or message and of the time, before it is decoded into this sink.
    #[inline]
    pub fn pass(&mut self, bytes: &[u8], now: u64) {
        self.tap.read_as_of(now, bytes);
        self.chunks.times.push(now);
        self.chunks.sizes.push(narrow(bytes.len()));
    }

    /// The facts: usage, model, moments, counts.
    pub fn tap(&self) -> &Tap {
        &self.tap
    }

    /// The events.
    pub fn events(&self) -> &Columns {
        &self.events
    }

    /// When each event came: the time of the chunk that completed it.
    pub fn times(&self) -> impl Iterator<Item = u64> + '_ {
        let at = |chunk: &u32| usize::try_from(*chunk).ok().and_then(|chunk| self.chunks.times.get(chunk));
        self.events.chunks.iter().map(move |chunk| at(chunk).copied().unwrap_or_default())
    }

    /// Gives back what the columns hold in reserve: nothing more is to come.
    pub fn shrink(&mut self) {
        let Columns { chunks, kinds, items, bytes, characters } = &mut self.events;
        for column in [chunks, bytes, characters, &mut self.chunks.sizes] {
            column.shrink_to_fit();
        }
        kinds.shrink_to_fit();
        items.shrink_to_fit();
        self.chunks.times.shrink_to_fit();
    }

    /// The chunks.
    pub fn chunks(&self) -> &Chunks {
        &self.chunks
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        let Columns { chunks, kinds, items, bytes, characters } = &self.events;
        let events =
            kinds.capacity() + (chunks.capacity() + items.capacity() + bytes.capacity() + characters.capacity()) * 4;
        self.tap.heap_bytes() + events + self.chunks.times.capacity() * 8 + self.chunks.sizes.capacity() * 4
    }
}

/// The name of a kind in a column.
pub fn kind_names() -> impl Iterator<Item = &'static str> {
    Kind::ALL.iter().map(|kind| kind.names().first().copied().unwrap_or(kind.class()))
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
