//! Objects that mostly repeat the one before: a server tells the whole response, its instructions and tools, when it is
//! created, again when it is in progress, and once more when it has ended.
//!
//! The members of the last such object are remembered. Where the next one has the same bytes, they are known to be
//! JSON, and nobody reads them again. What was found on the way is a table of the object's members, so that nobody who
//! asks for one of them walks over the others.

use std::sync::Arc;

use super::super::{Cursor, Fault, Shape, Value, first_member, name_is};

/// Objects shorter than this are read again sooner than remembered; what is fuzzed is short.
const WORTH_KEEPING: usize = if cfg!(fuzzing) { 10 } else { 1024 };

/// Key and value of a member, where they stand in their object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The key, quotes included.
    pub key: Value,
    /// The value.
    pub value: Value,
}

/// A checked object, and its members where they are known already.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The whole object.
    pub text: &'a [u8],
    members: &'a [Member],
}

impl<'a> Told<'a> {
    /// An object of which nothing is known but that it is one.
    pub fn plain(text: &'a [u8]) -> Self {
        Self { text, members: &[] }
    }

    /// The value of a member; the first one where the key is repeated.
    pub fn first(self, name: &str) -> Option<Value> {
        if self.members.is_empty() {
            return first_member(self.text, name);
        }
        let mut members = self.members.iter();
        members.find(|member| name_is(self.text, member.key, name)).map(|member| member.value)
    }
}

/// Reads objects of which each mostly repeats the one before.
#[derive(Debug, Default)]
pub(crate) struct Repeating {
    /// The object that was kept, and its members.
    kept: Option<Arc<[u8]>>,
    known: Vec<Member>,
    /// The members of the object that was read last.
    members: Vec<Member>,
}

impl Repeating {
    /// Reads the value at the cursor, which is checked as the cursor would check it.
    pub(crate) fn read(&mut self, cursor: &mut Cursor<'_>) -> Result<Value, Fault> {
        self.members.clear();
        let start = cursor.at;
        if cursor.peek() != b'{' {
            return cursor.value();
        }
        let (mut next, mut run) = (0, Run::default());
        let mut more = cursor.enter_object()?;
        while more {
            cursor.space();
            let member = if let Some(member) = self.repeated(next, &mut run, cursor) {
                next += 1;
                member
            } else {
                let member = Member { key: cursor.key()?, value: cursor.value()? };
                next = self.behind(next, cursor.text, member.key);
                member
            };
            self.members.push(member.moved(start));
            more = cursor.more_members()?;
        }
        cursor.leave_object();
        Ok(Value::at(start, cursor.at, Shape::Object))
    }

    /// The member at the cursor, if it is the known one there, byte for byte; the cursor passes it.
    #[inline]
    fn repeated(&self, next: usize, run: &mut Run, cursor: &mut Cursor<'_>) -> Option<Member> {
        let Member { key, value } = *self.known.get(next)?;
        let (from, end) = (key.start as usize, value.end as usize);
        if !run.covers(from, cursor.at, end) {
            *run = Run::of(self.kept.as_ref()?, from, cursor.text, cursor.at);
        }
        let moved_end = cursor.at.wrapping_add(end.wrapping_sub(from));
        // A number would go on with digits.
        if !run.covers(from, cursor.at, end) || !matches!(cursor.text.get(moved_end), Some(b',' | b'}')) {
            return None;
        }
        let by = cursor.at.wrapping_sub(from);
        cursor.at = moved_end;
        let moved = |old: Value| {
            Value::at((old.start as usize).wrapping_add(by), (old.end as usize).wrapping_add(by), old.shape)
        };
        Some(Member { key: moved(key), value: moved(value) })
    }

    /// Which known member may come behind this one: members come in one order, some only in one of two tellings.
    fn behind(&self, next: usize, text: &[u8], key: Value) -> usize {
        let Some(kept) = &self.kept else { return next };
        let later = self.known.get(next..).unwrap_or_default();
        let same = later.iter().position(|known| known.key.of(kept) == key.of(text));
        same.map_or(next, |at| next + at + 1)
    }

    /// The object that was read last, whose text this is.
    pub(super) fn told<'a>(&'a self, text: &'a [u8]) -> Told<'a> {
        Told { text, members: &self.members }
    }

    /// Remembers the object that was read last, if it is worth it.
    pub(super) fn keep(&mut self, text: &[u8]) {
        let same = self.kept.as_deref() == Some(text);
        if self.members.is_empty() || text.len() < WORTH_KEEPING || same {
            return;
        }
        self.kept = Some(Arc::from(text));
        self.known.clone_from(&self.members);
    }

    /// The memory of an object that was kept, for others who keep the same.
    pub(super) fn kept(&self, text: &[u8]) -> Option<Arc<[u8]>> {
        self.kept.as_ref().filter(|kept| ***kept == *text).cloned()
    }

    /// Gives back what only the last event needed.
    pub(super) fn rest(&mut self) {
        self.members = Vec::new();
    }

    /// Bytes held on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        let members = self.known.capacity() + self.members.capacity();
        // Whoever shares the text counts it.
        let own = self.kept.as_ref().filter(|kept| Arc::strong_count(kept) == 1);
        own.map_or(0, |kept| kept.len()) + members * size_of::<Member>()
    }
}

/// A stretch of the object that was kept which stands in the next one too: mostly it spans many members.
#[derive(Debug, Default)]
struct Run {
    /// Where it begins in the kept object, and in the text that is read.
    kept: usize,
    text: usize,
    length: usize,
}

impl Run {
    /// The stretch that begins at two places.
    fn of(kept: &[u8], from: usize, text: &[u8], at: usize) -> Self {
        let (one, other) = (kept.get(from..).unwrap_or_default(), text.get(at..).unwrap_or_default());
        // Large blocks are compared fastest, small ones find where the stretch ends.
        let large = equal_blocks::<512>(one, other, 0);
        let small = equal_blocks::<16>(one, other, large);
        let bytes = equal_blocks::<1>(one, other, small);
        Self { kept: from, text: at, length: bytes }
    }

    /// Whether the kept bytes `from..end` are in it, and stand at `at` in the text.
    #[inline]
    fn covers(&self, from: usize, at: usize, end: usize) -> bool {
        let same_place = at.wrapping_sub(self.text) == from.wrapping_sub(self.kept);
        same_place && from >= self.kept && end.wrapping_sub(self.kept) <= self.length
    }
}

/// Where the equal blocks of two texts end, counted from a place up to which they are equal.
#[inline]
fn equal_blocks<const SIZE: usize>(one: &[u8], other: &[u8], from: usize) -> usize {
    let (one, other) = (one.get(from..).unwrap_or_default(), other.get(from..).unwrap_or_default());
    let blocks = one.as_chunks::<SIZE>().0.iter().zip(other.as_chunks::<SIZE>().0);
    let equal = blocks.take_while(|(one, other)| one == other).count();
    from + equal * SIZE
}

impl Member {
    /// The same member, counted from the start of its object.
    fn moved(self, start: usize) -> Self {
        let moved = |value: Value| Value::at(value.start as usize - start, value.end as usize - start, value.shape);
        Self { key: moved(self.key), value: moved(self.value) }
    }
}
