//! Learning the shape of delta events: consecutive ones differ only in a few values.
//!
//! A layout is the text of one delta event with holes where its sequence number, delta, padding and log probabilities
//! stand. Where a next event's text equals it outside the holes, those bytes are known to be valid JSON and UTF-8, all
//! keys are known to stand where they stood, and only the holes are read and checked. Everything else is a miss: it costs
//! a compare or two, and the event is read as if there were no layouts. Nothing else can be observed: the general scan is
//! the oracle of this one (`tests/layout.rs`).

use crate::envelope::{Fields, Key, Presence};
use crate::json::{self, Cursor, Shape, Value};
use crate::kind::{Kind, Role};
use crate::limits::Limits;

/// Texts longer than this are rare, and not worth a copy.
const LONGEST: usize = 1024;

/// The keys whose values may differ between two events of one shape.
const VARYING: [Key; 4] = [Key::SequenceNumber, Key::Delta, Key::Obfuscation, Key::Logprobs];

/// What a matching event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its kind.
    pub kind: Kind,
    /// Which of the kind's spellings its `type` has.
    pub spelling: usize,
    /// Which layout matched: equal numbers mean equal item, indexes and part.
    pub layout: u64,
}

/// The shape of the last delta event that was read in full.
#[derive(Debug)]
pub struct Layout {
    text: Vec<u8>,
    /// The values that may differ, in the order of the text.
    holes: Vec<(Key, Value)>,
    /// The other known values, each with the number of holes before it.
    fixed: Vec<(Key, Value, usize)>,
    presence: Presence,
    known: Option<Known>,
    learned: u64,
    enabled: bool,
}

impl Layout {
    /// Nothing learned yet. A disabled one never learns, for those who want to compare.
    pub fn new(enabled: bool) -> Self {
        let (text, holes, fixed) = (Vec::new(), Vec::new(), Vec::new());
        Self { text, holes, fixed, presence: Presence::default(), known: None, learned: 0, enabled }
    }

    /// Learns from an event that was read in full and had nothing wrong with it.
    pub fn learn(&mut self, text: &[u8], fields: &Fields, kind: Kind, spelling: usize) {
        if !self.enabled || text.len() > LONGEST || !matches!(kind.role(), Role::Delta(_)) {
            return;
        }
        self.known = None;
        let number = fields.get(Key::SequenceNumber);
        if number.shape == Shape::Number && json::small_integer(number.of(text)).is_none() {
            return;
        }
        self.learned += 1;
        self.presence = fields.presence();
        self.text.clear();
        self.text.extend_from_slice(text);
        self.holes.clear();
        self.holes.extend(VARYING.iter().map(|key| (*key, fields.get(*key))).filter(|(key, _)| fields.has(*key)));
        self.holes.sort_unstable_by_key(|(_, value)| value.start);
        self.fixed.clear();
        for (key, value) in fields.present().filter(|(key, _)| !VARYING.contains(key)) {
            let before = self.holes.iter().filter(|(_, hole)| hole.start < value.start).count();
            self.fixed.push((key, value, before));
        }
        self.known = Some(Known { kind, spelling, layout: self.learned });
    }

    /// Reads an event of the learned shape into `fields`; None, and nothing changed that matters, where it is not one.
    #[inline]
    pub fn read(&self, text: &[u8], fields: &mut Fields, limits: &Limits) -> Option<Known> {
        let known = self.known?;
        let mut shifts = [0_u32; VARYING.len() + 1];
        let (mut at, mut from) = (0, 0);
        for ((key, hole), shift) in self.holes.iter().zip(shifts.iter_mut().skip(1)) {
            at = self.same(text, at, from, hole.start as usize)?;
            let value = read_hole(text, at, *key, *hole, limits)?;
            fields.set(*key, value);
            from = hole.end as usize;
            at = value.end as usize;
            *shift = value.end.wrapping_sub(hole.end);
        }
        if self.same(text, at, from, self.text.len())? != text.len() {
            return None;
        }
        for (key, value, before) in &self.fixed {
            let shift = shifts.get(*before).copied().unwrap_or_default();
            let (start, end) = (value.start.wrapping_add(shift), value.end.wrapping_add(shift));
            fields.set(*key, Value { start, end, shape: value.shape });
        }
        fields.restore(self.presence);
        Some(known)
    }

    /// Whether `text` goes on at `at` as the layout does from `from` to `to`; where it goes on from there.
    #[inline]
    fn same(&self, text: &[u8], at: usize, from: usize, to: usize) -> Option<usize> {
        let piece = self.text.get(from..to)?;
        let end = at + piece.len();
        (text.get(at..end)? == piece).then_some(end)
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.text.capacity()
            + self.holes.capacity() * size_of::<(Key, Value)>()
            + self.fixed.capacity() * size_of::<(Key, Value, usize)>()
    }
}

/// A value in the place of a hole, checked as the general scan would check it.
#[inline]
fn read_hole(text: &[u8], at: usize, key: Key, hole: Value, limits: &Limits) -> Option<Value> {
    let value = Cursor::inside(text, at, limits).value().ok()?;
    let bytes = value.of(text);
    match key {
        Key::SequenceNumber => (value.shape == hole.shape
            && (value.shape != Shape::Number || json::small_integer(bytes).is_some()))
        .then_some(value),
        _ => std::str::from_utf8(bytes).is_ok().then_some(value),
    }
}
